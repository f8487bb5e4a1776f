"""The application under measurement: the real one, and each answer says how many queries it took.

`measured:app` for gunicorn. The count stands in a header that the product itself never sends.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

from accelerator.app import create_app
from benchmarks.server import HEADER

_count: ContextVar[list[int]] = ContextVar("count")


def counting(wsgi: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Wrap an application so that each answer carries its number of statements."""

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        count = [0]
        _count.set(count)

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start(status, [*headers, (HEADER, str(count[0]))], *rest)

        return wsgi(environ, started)

    return application


def listen(engine: Engine) -> None:
    """Count each statement but BEGIN."""

    @event.listens_for(engine, "before_cursor_execute")
    def note(*arguments: Any) -> None:
        found = _count.get(None)
        if found is not None and not arguments[2].startswith("BEGIN"):
            found[0] += 1


app = create_app()
listen(app.extensions["accelerator"]["engine"])
app.wsgi_app = counting(app.wsgi_app)  # type: ignore[method-assign]
