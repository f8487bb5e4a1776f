"""One engine per process; on SQLite, transactions that neither lose updates nor answer "locked"."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

WRITES = {"writes": True}
READS = {"writes": False}


def make_engine(url: str, **options: Any) -> Engine:
    """Open a database. SQLite: WAL, own BEGIN for reads and BEGIN IMMEDIATE for writes.

    What a statement carried stands in no error, since errors are logged: secrets are among it.
    """
    options = {"hide_parameters": True} | options
    if not url.startswith("sqlite"):
        # A dead connection is noticed at check-out, so the house recovers without a restart.
        defaults = {"pool_pre_ping": True, "pool_size": 10, "pool_timeout": 5}
        engine = create_engine(url, connect_args={"connect_timeout": 3}, **(defaults | options))
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    engine = create_engine(url, connect_args={"timeout": 10}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_session(engine: Engine, *, writes: bool) -> Session:
    """Open a session that cannot write, or one that takes the write lock before its first read."""
    bind = engine.execution_options(**(WRITES if writes else READS))
    return Session(bind, expire_on_commit=False)


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """Let nothing be compiled: that takes longer than any of our statements, up to 16 of 18 ms."""
    connection.autocommit = True
    connection.execute("SET jit = off")
    connection.autocommit = False


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
    writes = _writes(connection)
    _driver(connection).execute(f"PRAGMA query_only = {'ON' if writes is False else 'OFF'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    _driver(connection).read_only = True if _writes(connection) is False else None


def _writes(connection: Connection) -> bool | None:
    """Return what the session was opened for; None where nobody said."""
    writes: bool | None = connection.get_execution_options().get("writes")
    return writes


def _driver(connection: Connection) -> Any:
    """Return the driver's own connection, on which a transaction is about to begin."""
    return connection.connection.dbapi_connection
