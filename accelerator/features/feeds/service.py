"""Make, renew and revoke secret calendar addresses."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.feeds import FeedMade, FeedRevoked
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.tokens import token_hash
from accelerator.i18n import N_
from accelerator.storage.tables import Cohort, Feed, Person


def make(session: Session, *, actor: Actor, cohort: Cohort | None, now: datetime) -> str:
    """Make an address and return its secret, which is kept nowhere; the old one ends."""
    old = _live(session, actor, cohort)
    if old is not None:
        old.revoked_at = now
    secret = secrets.token_urlsafe(32)
    feed = Feed(
        token_hash=token_hash(secret), person_id=actor.id,
        cohort_id=cohort.id if cohort else None, made_at=now,
    )  # fmt: skip
    session.add(feed)
    session.flush()
    record(
        session,
        FeedMade(
            actor_id=actor.id, programme_id=cohort.programme_id if cohort else None,
            subject=f"feed:{feed.id}", cohort=cohort.code if cohort else "",
            renewed=old is not None, path="/calendar",
        ),
        now=now,
    )  # fmt: skip
    return secret


def revoke(session: Session, *, actor: Actor, feed_id: int, now: datetime) -> None:
    """End an address of the actor's own."""
    row = session.execute(
        select(Feed, Cohort)
        .outerjoin(Cohort, Cohort.id == Feed.cohort_id)
        .where(Feed.id == feed_id, Feed.person_id == actor.id, Feed.revoked_at.is_(None))
        .with_for_update(of=Feed)
    ).one_or_none()
    if row is None:
        raise DomainError("no_feed", N_("This address has been revoked already."))
    row.Feed.revoked_at = now
    session.flush()
    record(
        session,
        FeedRevoked(
            actor_id=actor.id, programme_id=row.Cohort.programme_id if row.Cohort else None,
            subject=f"feed:{feed_id}", cohort=row.Cohort.code if row.Cohort else "",
            path="/calendar",
        ),
        now=now,
    )  # fmt: skip


def _live(session: Session, actor: Actor, cohort: Cohort | None) -> Feed | None:
    """Return the address there is; of two who ask at once the second waits at the person."""
    session.execute(select(Person.id).where(Person.id == actor.id).with_for_update())
    return session.scalar(
        select(Feed).where(
            Feed.person_id == actor.id, Feed.revoked_at.is_(None),
            Feed.cohort_id.is_(None) if cohort is None else Feed.cohort_id == cohort.id,
        )
    )  # fmt: skip
