"""One transaction per step of a job; this and `web/session.py` are the only places that commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from accelerator.storage.engine import open_session


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a writing session; leaving it commits, raising rolls back."""
    session = open_session(engine, writes=True)
    try:
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
