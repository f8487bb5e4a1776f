"""The application under measurement: the real one, and each answer says how many queries it took.

`measured:app` for gunicorn. The counts stand in headers that the product itself never sends; the
rows are counted when the request asks for it, by asking the same questions once more.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

from accelerator.app import create_app
from benchmarks.server import QUERIES, ROWS

_asked: ContextVar[list[tuple[str, Any]]] = ContextVar("asked")


def counting(wsgi: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Wrap an application so that each answer carries its number of statements."""

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        asked: list[tuple[str, Any]] = []
        _asked.set(asked)

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            headers = [*headers, (QUERIES, str(len(asked)))]
            if "HTTP_X_ROWS" in environ:
                headers.append((ROWS, str(rows(list(asked)))))
            return start(status, headers, *rest)

        return wsgi(environ, started)

    return application


def listen(engine: Engine) -> None:
    """Count each statement but BEGIN."""

    @event.listens_for(engine, "before_cursor_execute")
    def note(*arguments: Any) -> None:
        found = _asked.get(None)
        if found is not None and not arguments[2].startswith("BEGIN"):
            found.append((arguments[2], arguments[3]))


def rows(asked: list[tuple[str, Any]]) -> int:
    """Return how many rows these statements read."""
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        total = 0
        for statement, values in asked:
            if statement.startswith(("SELECT", "WITH")):
                cursor.execute(statement.replace("FOR UPDATE OF idea", ""), values)
                total += len(cursor.fetchall())
        cursor.close()
    return total


app = create_app()
engine: Engine = app.extensions["accelerator"]["engine"]
listen(engine)
app.wsgi_app = counting(app.wsgi_app)  # type: ignore[method-assign]
