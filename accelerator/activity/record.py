"""Write down what happened and who shall hear of it, in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.storage.tables import Delivery, Idea, Membership, Person, TeamMember
from accelerator.storage.tables import Event as EventRow


def record(session: Session, event: Event, *, now: datetime) -> int:
    """Add the event row and the delivery rows of all who hear; return the event's id."""
    data = event.data()
    event_id: int = session.execute(
        insert(EventRow).values(_row(event, now)).returning(EventRow.id)
    ).scalar_one()
    for line in event.hears:
        people = [
            person
            for person in receivers(session, event, line.who)
            if line.actor_too or person != event.actor_id
        ]
        notify(
            session,
            people,
            line,
            key=f"{event.kind}:{event_id}",
            data=data,
            event_id=event_id,
            about=f"idea:{event.idea_id}" if event.idea_id else "",
            due_at=now,
            now=now,
        )
    return event_id


def record_all(session: Session, events: Iterable[Event], *, now: datetime) -> None:
    """Add many event rows in one statement; for events of which nobody hears one by one."""
    rows = [_row(event, now) for event in events]
    if rows:
        session.execute(insert(EventRow), rows)


def _row(event: Event, now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "kind": event.kind,
        "actor_id": event.actor_id,
        "programme_id": event.programme_id,
        "idea_id": event.idea_id,
        "subject": event.subject,
        "data": event.data(),
    }


def notify(
    session: Session,
    people: Iterable[int],
    line: Hears,
    *,
    key: str,
    data: dict[str, Any],
    due_at: datetime,
    now: datetime,
    event_id: int | None = None,
    about: str = "",
) -> int:
    """Add one delivery per person and channel unless its key exists; return how many were new.

    A notice in the inbox is there at once; a mail waits for `due_at` and the deliver job.
    """
    rows = [
        {
            "key": f"{key}:{line.template}:{person}:{channel}",
            "person_id": person,
            "channel": channel,
            "template": line.template,
            "data": data,
            "event_id": event_id,
            "about": about,
            "urgent": line.urgent,
            "state": "sent" if channel == "inbox" else "waiting",
            "sent_at": due_at if channel == "inbox" else None,
            "due_at": due_at,
            "created_at": now,
            "attempts": 0,
        }
        for person in dict.fromkeys(people)
        for channel in line.channels
    ]
    if not rows:
        return 0
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    added = session.execute(
        kind.insert(Delivery).values(rows).on_conflict_do_nothing().returning(Delivery.id)
    )
    return len(added.all())


def receivers(session: Session, event: Event, who: Receivers) -> list[int]:
    """Resolve the receivers of one line of the table; disabled people hear nothing."""
    if who is Receivers.PERSON:
        return [] if event.person_id is None else [event.person_id]
    return list(session.scalars(_receivers(event, who)))


def _receivers(event: Event, who: Receivers) -> Select[int]:
    active = Person.disabled_at.is_(None)
    if who is Receivers.OWNER:
        return (
            select(Idea.owner_id)
            .join(Person, Person.id == Idea.owner_id)
            .where(Idea.id == event.idea_id, active)
        )
    if who is Receivers.TEAM:
        return (
            select(TeamMember.person_id)
            .join(Person, Person.id == TeamMember.person_id)
            .where(TeamMember.idea_id == event.idea_id, TeamMember.state == "accepted", active)
        )
    return (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.programme_id == event.programme_id, Membership.role == "manager", active)
    )
