"""A secret calendar address, read: whose it is, and what stands in it as that person sees it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.agenda import Entry
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Permission, Subject, can
from accelerator.domain.tokens import token_hash
from accelerator.standing.agenda.cohorts import of_cohort
from accelerator.standing.agenda.people import actor_now, of_person
from accelerator.storage.tables import Cohort, Feed, Person


@dataclass(frozen=True, slots=True)
class Read:
    """What a feed holds now, for whom, and the cohort's name where it is a cohort's."""

    language: str
    time_zone: str
    cohort: Bilingual | None
    entries: list[Entry]


def read_feed(session: Session, token: str, *, now: datetime) -> Read | None:
    """Read a feed as its person may now; None when it, the account or the role is gone."""
    row = session.execute(
        select(Feed, Person, Cohort)
        .join(Person, Person.id == Feed.person_id)
        .outerjoin(Cohort, Cohort.id == Feed.cohort_id)
        .where(
            Feed.token_hash == token_hash(token), Feed.revoked_at.is_(None),
            Person.disabled_at.is_(None),
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    actor, cohort = actor_now(session, row.Person), row.Cohort
    if cohort is None:
        entries = of_person(session, actor, now=now)
        return Read(actor.language, actor.time_zone, None, entries)
    subject = Subject(programme_id=cohort.programme_id, preparing=cohort.preparing)
    wanted = (Permission.COHORT_VIEW, Permission.CALENDAR_COHORT)
    if not all(can(permission, actor, subject).allowed for permission in wanted):
        return None
    entries = of_cohort(session, actor, cohort, now=now)
    return Read(actor.language, cohort.time_zone, cohort.name, entries)
