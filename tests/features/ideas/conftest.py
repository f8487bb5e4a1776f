"""Counting queries."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event


@pytest.fixture
def count_queries(engine: Engine) -> Callable[[Callable[[], object]], int]:
    """Return a function that counts the statements of one call."""

    def count(call: Callable[[], object]) -> int:
        statements: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
            if not statement.startswith("BEGIN"):
                statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            call()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    return count
