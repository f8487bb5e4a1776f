"""The seal over the audit log: a hash chain, so that a changed or missing event is noticed.

Each seal covers the events up to an id and repeats the digest of the seal before it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accelerator.storage.tables import Event, Seal

MOST = 1000
START = "0" * 64


@dataclass(frozen=True, slots=True)
class Chain:
    """What a check of the whole chain found; `broken` is the first seal that does not hold."""

    seals: int
    sealed: int
    unsealed: int
    broken: int | None

    @property
    def whole(self) -> bool:
        """Say whether every seal holds."""
        return self.broken is None


def settled(session: Session) -> int:
    """Return the newest event before which no unfinished transaction can still add one.

    On PostgreSQL keys are given out before they are committed, so writers of events are waited
    for: shortly, and not at all when one of them takes long. SQLite has one writer: us.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL lock_timeout = '500ms'"))
        session.execute(text("LOCK TABLE event IN SHARE MODE"))
    return session.scalar(select(func.max(Event.id))) or 0


def seal(session: Session, *, until: int, now: datetime) -> int:
    """Add one seal over the next events up to `until`; return how many it covers."""
    last = session.scalars(select(Seal).order_by(Seal.id.desc()).limit(1)).one_or_none()
    after = last.last_event_id if last else 0
    events = session.scalars(
        select(Event).where(Event.id > after, Event.id <= until).order_by(Event.id).limit(MOST)
    ).all()
    if not events:
        return 0
    digest = sha256((last.digest if last else START).encode())
    for event in events:
        digest.update(_line(event))
    session.add(
        Seal(
            first_event_id=events[0].id, last_event_id=events[-1].id, count=len(events),
            digest=digest.hexdigest(), sealed_at=now,
        )
    )  # fmt: skip
    session.flush()
    return len(events)


def verify_chain(session: Session) -> Chain:
    """Compute every seal anew from the events; nothing is kept in memory but one seal's events."""
    before, after, sealed, broken, seals = START, 0, 0, None, 0
    for found in session.execute(
        select(Seal.id, Seal.last_event_id, Seal.count.label("events"), Seal.digest)
        .order_by(Seal.id)
        .execution_options(yield_per=500)
    ):
        digest, count = sha256(before.encode()), 0
        for event in session.scalars(
            select(Event).where(Event.id > after, Event.id <= found.last_event_id)
            .order_by(Event.id)
            .execution_options(yield_per=500)
        ):  # fmt: skip
            digest.update(_line(event))
            count += 1
        holds = digest.hexdigest() == found.digest and count == found.events
        if not holds and broken is None:
            broken = found.id
        seals, sealed = seals + 1, sealed + count
        before, after = found.digest, found.last_event_id
    unsealed = session.scalar(select(func.count()).select_from(Event).where(Event.id > after)) or 0
    return Chain(seals, sealed, unsealed, broken)


def _line(event: Event) -> bytes:
    facts = [
        event.id, event.at.isoformat(), event.kind, event.actor_id, event.programme_id,
        event.idea_id, event.subject, event.data,
    ]  # fmt: skip
    return (json.dumps(facts, sort_keys=True, separators=(",", ":")) + "\n").encode()
