"""One transaction per step of a job; this and `web/session.py` are the only places that commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from accelerator.storage.engine import open_session

# A process that is frozen in the middle of a transaction would keep its locks for ever, and with
# them the lease. PostgreSQL ends its transaction; of SQLite there is one writer on one machine.
FROZEN = text("SET LOCAL idle_in_transaction_session_timeout = '20s'")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a writing session; leaving it commits, raising rolls back."""
    session = open_session(engine, writes=True)
    try:
        if engine.dialect.name == "postgresql":
            session.execute(FROZEN)
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that cannot write."""
    session = open_session(engine, writes=False)
    try:
        yield session
        session.commit()  # a rollback would cost psycopg its prepared statements
    finally:
        session.close()
