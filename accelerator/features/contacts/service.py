"""Remind somebody by hand."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.contacts import NUDGE, PersonNudged
from accelerator.activity.letters import Reader, Words, words_of
from accelerator.activity.outbox import AMONG, Notice, deliver_to
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.features.contacts.queries.people import waiting
from accelerator.i18n import N_
from accelerator.standing.hours import hours_of
from accelerator.storage.tables import Cohort, Delivery, Person


def preview(event: PersonNudged, person: Person, *, base_url: str) -> Words:
    """Return the very message as its receiver would read it."""
    reader = Reader(person.display_name, person.language, person.time_zone)
    return words_of(NUDGE.template, event.data(), reader, base_url=base_url)


def nudge_of(
    session: Session, *, actor: Actor, cohort: Cohort, person: Person, note: str, now: datetime
) -> PersonNudged:
    """Return what a reminder by hand says: all that waits with somebody in the cohort."""
    rows = waiting(session, actor, cohort, [person.id]).get(person.id, [])
    hours = hours_of(session, [person.id], now=now)[person.id]
    ideas = {row.idea_id for row in rows}
    return PersonNudged(
        actor_id=actor.id, programme_id=cohort.programme_id, person_id=person.id,
        idea_id=min(ideas) if len(ideas) == 1 else None, subject=f"cohort:{cohort.code}",
        cohort=cohort.name, by=actor.display_name, note=note,
        lines=[row.line(hours.day(now)) for row in rows],
        path=rows[0].line(now.date())["path"] if len(rows) == 1 else "/",
    )  # fmt: skip


def nudge(
    session: Session, *, actor: Actor, cohort: Cohort, person: Person, note: str, now: datetime
) -> datetime:
    """Send it, once a day at most; return when it leaves: at once, or when quiet hours end."""
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    event = nudge_of(session, actor=actor, cohort=cohort, person=person, note=note, now=now)
    if not event.lines and not note:
        raise DomainError(
            "nothing_waits", N_("Nothing waits here. Write what it is about."), field="note"
        )
    hours = hours_of(session, [person.id], now=now)[person.id]
    key = f"nudge:{cohort.id}:{hours.day(now)}"
    keys = [f"{key}:{NUDGE.template}:{person.id}:{channel}" for channel in NUDGE.channels]
    if session.scalar(select(Delivery.id).where(Delivery.key.in_(keys)).limit(1)):
        raise DomainError("nudged", N_("This person was nudged today already."))
    opens = hours.opens(now)
    about = f"idea:{event.idea_id}" if event.idea_id else f"cohort:{cohort.id}"
    notice = Notice(
        NUDGE, key, event.data(), opens, about, record(session, event, now=now),
        cohort.programme_id, replies_to=actor.id,
    )  # fmt: skip
    deliver_to(session, AMONG, notice, now=now, among=[person.id])
    return opens
