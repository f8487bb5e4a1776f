"""One transaction per request: returning commits, raising rolls back, reading never writes."""

from http import HTTPStatus
from typing import cast

from flask import Flask, current_app, g, has_app_context, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from accelerator.config import Config
from accelerator.storage.engine import open_session

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def config() -> Config:
    """Return the settings of the running application."""
    return cast(Config, current_app.extensions["accelerator"]["config"])


def engine() -> Engine:
    """Return the process's engine."""
    return cast(Engine, current_app.extensions["accelerator"]["engine"])


def db() -> Session:
    """Return this request's session; it begins at first use and takes the write lock if unsafe."""
    if "db" not in g:
        g.db = open_session(engine(), writes=request.method not in SAFE)
    return cast(Session, g.db)


class House(Flask):
    """Flask, with the transaction around the view: answered means committed."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view; commit before the answer leaves, so that success is always on disk.

        An answer that refuses commits nothing: a rule may have said no after half of the work.
        A view whose refusal is itself worth remembering says `keep()`.
        """
        try:
            answer = self.make_response(super().dispatch_request())
        except BaseException:
            end(commit=False)
            raise
        refused = answer.status_code >= HTTPStatus.BAD_REQUEST or g.get("refused", False)
        end(commit=request.method in SAFE or not refused or g.get("kept", False))
        return answer


def keep() -> None:
    """Commit what this request wrote though it answers with a refusal: a count, a draft."""
    g.kept = True


def refuse() -> None:
    """Commit nothing of what this request wrote, though it answers with a redirect."""
    g.refused = True


def end(*, commit: bool) -> None:
    """End the request's transaction, if one began.

    One that only read is committed as well: psycopg forgets its prepared statements when
    something is rolled back, and planning them anew costs more than the rows do.
    """
    session = g.get("db") if has_app_context() else None
    if session is None:
        return
    try:
        if commit:
            session.commit()
        else:
            session.rollback()
    except BaseException:
        session.rollback()
        raise


def close(_error: BaseException | None = None) -> None:
    """Give the connection back when the request is over."""
    session = g.pop("db", None)
    if session is not None:
        session.close()
