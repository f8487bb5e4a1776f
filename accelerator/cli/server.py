"""Settings of the web server, gunicorn: `gunicorn -c python:accelerator.cli.server …`."""

from typing import Any

from accelerator import logs

worker_class = "gthread"
workers = 2
threads = 8
control_socket_disable = True
# A worker that hangs is replaced; a request that is being answered is let finish.
timeout = 60
graceful_timeout = 20
keepalive = 5
accesslog = None
loglevel = "warning"


def post_fork(_server: Any, _worker: Any) -> None:
    """Let each worker write structured logs."""
    logs.configure()
