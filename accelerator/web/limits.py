"""How often an address may try something, counted for all processes together."""

import hashlib
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.storage import throttle
from accelerator.storage.engine import open_session
from accelerator.web.session import SAFE, db, engine, keep


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries of `what` by `who` in `seconds`."""

    what: str
    who: str
    most: int
    seconds: int

    @property
    def key(self) -> str:
        """Return the counter's key; whom it counts is hashed, being any text."""
        who = hashlib.sha256(self.who.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return f"{self.what}:{who}"


def seconds_to_wait(*limits: Limit) -> int:
    """Count one try against each limit; return 0 while all allow it, else how long to wait.

    A post counts in its own transaction, which is kept even when the answer refuses.
    A read, whose transaction never writes, counts in one beside it.
    """
    if request.method not in SAFE:
        keep()
        return _count(db(), limits)
    with open_session(engine(), writes=True) as session, session.begin():
        return _count(session, limits)


def _count(session: Session, limits: tuple[Limit, ...]) -> int:
    now = clock.now()
    return max(
        throttle.hit(session, limit.key, limit=limit.most, window=limit.seconds, now=now)
        for limit in limits
    )
