"""Settings of the web server: `python -OO -m gunicorn -c python:accelerator.cli.server …`.

The application is made once, before the workers are forked from it, so that they share what it
takes: the server's processes then fit into 220 MiB, and a worker is ready at once. `-OO` leaves out
the libraries' documentation, which would take 10 MiB of them.
"""

import ctypes
import gc
import os
from typing import Any

from accelerator import logs

worker_class = "gthread"
workers = 2
threads = 8
preload_app = True
control_socket_disable = True
# A worker that hangs is replaced; a request that is being answered is let finish.
timeout = 60
graceful_timeout = 20
keepalive = 5
accesslog = None
loglevel = "warning"

# glibc's mallopt: threads share two arenas, and what was large goes back to the system once freed.
_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
_libc = ctypes.CDLL(None)
if hasattr(_libc, "mallopt"):
    _libc.mallopt(_ARENA_MAX, 2)
    _libc.mallopt(_MMAP_THRESHOLD, 128 * 1024)
    _libc.mallopt(_TRIM_THRESHOLD, 128 * 1024)

# One request takes one core, and no library's threads are running when the workers are forked.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def when_ready(server: Any) -> None:
    """Load what the first requests would load in each worker, then fork from there."""
    from sqlalchemy.orm import configure_mappers

    from accelerator import clock
    from accelerator.domain.scoring import Scored, rank
    from accelerator.i18n import LANGUAGES, formats, speaking

    # The numbers' own library loads parts of itself when they are first used.
    rank([Scored(idea, reviewer, idea) for idea in range(3) for reviewer in range(3)], capacity=1)

    app = server.app.wsgi()
    configure_mappers()
    # Two pages that ask the database nothing: routes, frame and languages get ready on the way.
    with app.test_client() as browser:
        for code in LANGUAGES:
            with speaking(code):
                formats.moment(clock.now(), "UTC")
            for path in ("/sign-in", "/no-such-page"):
                browser.get(path, headers={"Accept-Language": code})
    for name in app.jinja_env.list_templates(["html"]):
        if not name.startswith("email/"):
            app.jinja_env.get_template(name)
    gc.collect()
    gc.freeze()  # collections in a worker leave the shared pages alone


def post_fork(_server: Any, _worker: Any) -> None:
    """Let each worker write structured logs."""
    logs.configure()
