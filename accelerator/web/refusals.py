"""Refused access leaves a line in the audit log, though the request that asked is rolled back."""

from flask import request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import NotFound

from accelerator import clock, logs
from accelerator.activity import record
from accelerator.activity.events.people import AccessRefused
from accelerator.storage import throttle
from accelerator.storage.engine import open_session
from accelerator.web.identity import actor_or_none
from accelerator.web.session import engine

# Enough to see somebody try, too little to fill the log.
MOST = 30
WINDOW = 3600

log = logs.get("web")


class Hidden(NotFound):
    """The thing exists and is not for this person; the answer is that of what does not exist."""


def note() -> None:
    """Write down who was refused what, in a transaction of its own, after the request's ended."""
    person = actor_or_none()
    if person is None:
        return
    now = clock.now()
    try:
        with open_session(engine(), writes=True) as session, session.begin():
            if throttle.hit(session, f"refused:{person.id}", limit=MOST, window=WINDOW, now=now):
                return
            record(
                session,
                AccessRefused(
                    actor_id=person.id,
                    endpoint=request.endpoint or "",
                    method=request.method,
                    path=request.path[:300],
                ),
                now=now,
            )
    except DBAPIError as error:
        log.warning("a refusal was not written down", error=type(error.orig).__name__)
