"""Write down what happened and who shall hear of it, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.activity.outbox import Notice, deliver_to, notify_all
from accelerator.domain.notices import HOOK
from accelerator.storage.tables import Event as EventRow
from accelerator.storage.tables import Idea, Membership, Person, TeamMember

_AT_ONCE = 500  # ids in one statement
_ACTIVE = Person.disabled_at.is_(None)  # people whose account is closed hear nothing
_RECEIVERS = {
    Receivers.PERSON: select(Person.id).where(Person.id == bindparam("person")),
    Receivers.OWNER: (
        select(Idea.owner_id)
        .join(Person, Person.id == Idea.owner_id)
        .where(Idea.id == bindparam("idea"), _ACTIVE)
    ),
    Receivers.TEAM: (
        select(TeamMember.person_id)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.idea_id == bindparam("idea"), TeamMember.state == "accepted", _ACTIVE)
    ),
    Receivers.MANAGERS: (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.programme_id == bindparam("programme"),
            Membership.role == "manager",
            _ACTIVE,
        )
    ),
}


def record(session: Session, event: Event, *, now: datetime) -> int:
    """Add the event row and the delivery rows of all who hear; return the event's id."""
    event_id: int = session.execute(
        insert(EventRow).values(_row(event, now)).returning(EventRow.id)
    ).scalar_one()
    for line in event.hears:
        notice = _notice(event, event_id, line, now)
        deliver_to(
            session, _RECEIVERS.get(line.who), notice, now=now, chats=HOOK in line.channels,
            silent=None if line.actor_too else event.actor_id,
            person=event.person_id, idea=event.idea_id, programme=event.programme_id,
        )  # fmt: skip
    return event_id


def record_all(session: Session, events: Iterable[Event], *, now: datetime) -> None:
    """Add many event rows in one statement; for events of which nobody hears one by one."""
    rows = [_row(event, now) for event in events]
    if rows:
        session.execute(insert(EventRow), rows)


def record_for_teams(session: Session, events: Sequence[Event], *, now: datetime) -> None:
    """Record many events that only the teams of their ideas hear, in a handful of statements."""
    if not events:
        return
    added = insert(EventRow).returning(EventRow.id, sort_by_parameter_order=True)
    numbers = session.scalars(added, [_row(event, now) for event in events]).all()
    teams: dict[int, list[int]] = {}
    members = (
        select(TeamMember.idea_id, TeamMember.person_id)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.state == "accepted", Person.disabled_at.is_(None))
    )
    ideas = [event.idea_id for event in events if event.idea_id is not None]
    for at in range(0, len(ideas), _AT_ONCE):
        for row in session.execute(
            members.where(TeamMember.idea_id.in_(ideas[at : at + _AT_ONCE]))
        ):
            teams.setdefault(row.idea_id, []).append(row.person_id)
    told = [
        (person, _notice(event, number, line, now))
        for event, number in zip(events, numbers, strict=True)
        for line in event.hears
        for person in teams.get(event.idea_id or 0, ())
        if line.actor_too or person != event.actor_id
    ]
    notify_all(session, told, now=now)


def _notice(event: Event, event_id: int, line: Hears, now: datetime) -> Notice:
    return Notice(
        line, f"{event.kind}:{event_id}", event.data(), now,
        about=f"idea:{event.idea_id}" if event.idea_id else "", event_id=event_id,
        programme_id=event.programme_id,
        replies_to=event.actor_id if line.replies_to_actor else None,
    )  # fmt: skip


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
