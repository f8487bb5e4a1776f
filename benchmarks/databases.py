"""Empty databases to fill and measure."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


@contextmanager
def empty(kind: str, folder: Path) -> Iterator[Iterator[str]]:
    """Yield the addresses of as many empty databases as are asked for."""
    if kind == "sqlite":
        yield (f"sqlite:///{folder}/{n}.sqlite3" for n in count())
        return
    from tests.postgres import PostgresServer

    server = PostgresServer()
    try:
        server.start()
        yield (server.create(f"benchmark_{n}", lambda _: None) for n in count())
    finally:
        server.remove()
