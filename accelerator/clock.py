"""The only clock. Edges call `now()` and pass it in; nothing below them asks for the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC) if _source is None else _source()


@contextmanager
def told_by(source: Callable[[], datetime]) -> Iterator[None]:
    """Let another clock tell the time for a while: simulations and the seeding of histories."""
    global _source  # noqa: PLW0603 - one clock, one place
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
