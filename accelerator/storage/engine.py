"""One engine per process; on SQLite, transactions that neither lose updates nor answer "locked"."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

WRITES = {"writes": True}


def make_engine(url: str, **options: Any) -> Engine:
    """Open a database. SQLite: WAL, own BEGIN for reads and BEGIN IMMEDIATE for writes."""
    if not url.startswith("sqlite"):
        # A dead connection is noticed at check-out, so the house recovers without a restart.
        defaults = {"pool_pre_ping": True, "pool_size": 10, "pool_timeout": 5}
        return create_engine(url, connect_args={"connect_timeout": 3}, **(defaults | options))
    engine = create_engine(url, connect_args={"timeout": 10}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_session(engine: Engine, *, writes: bool) -> Session:
    """Open a session whose transaction reads, or takes the write lock before its first read."""
    bind = engine.execution_options(**WRITES) if writes else engine
    return Session(bind, expire_on_commit=False)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin behind our back
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "foreign_keys = ON",
        "busy_timeout = 10000",
        "synchronous = FULL",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
