"""INSERT … ON CONFLICT: a row that is there already is no error; each database has words for it."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_into(session: Session, table: Any) -> Any:
    """Begin an insert that goes on with `on_conflict_do_nothing()` or `on_conflict_do_update()`."""
    return insert_for(session.get_bind().dialect.name, table)


def insert_for(dialect: str, table: Any) -> Any:
    """Begin it for a database by name, where a statement is put together once and kept."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
