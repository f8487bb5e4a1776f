"""Write down what happened and who shall hear of it, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, insert, literal, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.storage.tables import Delivery, Idea, Membership, Person, TeamMember
from accelerator.storage.tables import Event as EventRow

_AT_ONCE = 500  # ids in one statement


def record(session: Session, event: Event, *, now: datetime) -> int:
    """Add the event row and the delivery rows of all who hear; return the event's id."""
    event_id: int = session.execute(
        insert(EventRow).values(_row(event, now)).returning(EventRow.id)
    ).scalar_one()
    about = f"idea:{event.idea_id}" if event.idea_id else ""
    common = {"event_id": event_id, "about": about, "due_at": now, "created_at": now}
    for line in event.hears:
        silent = None if line.actor_too else event.actor_id
        rows = _rows(line, f"{event.kind}:{event_id}", common | {"data": event.data()})
        if line.who is not Receivers.PERSON:
            _deliver_to(session, _receivers(event, line.who), silent, rows)
        elif event.person_id not in (None, silent):
            _deliver(session, [_to(event.person_id, row) for row in rows])
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
    rows = [
        _to(person, row)
        for event, number in zip(events, numbers, strict=True)
        for line in event.hears
        for row in _rows(line, f"{event.kind}:{number}", _common(event, number, now))
        for person in teams.get(event.idea_id or 0, ())
        if line.actor_too or person != event.actor_id
    ]
    if rows:
        session.execute(_insert(session).on_conflict_do_nothing(), rows)


def _common(event: Event, event_id: int, now: datetime) -> dict[str, Any]:
    about = f"idea:{event.idea_id}" if event.idea_id else ""
    return {
        "event_id": event_id, "about": about, "due_at": now, "created_at": now,
        "data": event.data(),
    }  # fmt: skip


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
    common = {"data": data, "event_id": event_id, "about": about, "due_at": due_at}
    channels = _rows(line, key, common | {"created_at": now})
    return _deliver(session, [_to(one, row) for one in dict.fromkeys(people) for row in channels])


def _rows(line: Hears, key: str, common: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is put into the deliveries of one line, per channel; `key` lacks the person."""
    return [
        common
        | {
            "key": f"{key}:{line.template}:",
            "channel": channel,
            "template": line.template,
            "urgent": line.urgent,
            "state": "sent" if channel == "inbox" else "waiting",
            "sent_at": common["due_at"] if channel == "inbox" else None,
            "attempts": 0,
        }
        for channel in line.channels
    ]


def _to(person: Any, row: dict[str, Any]) -> dict[str, Any]:
    return row | {"person_id": person, "key": f"{row['key']}{person}:{row['channel']}"}


def _deliver(session: Session, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    added = session.execute(
        _insert(session).values(rows).on_conflict_do_nothing().returning(Delivery.id)
    )
    return len(added.all())


def _deliver_to(
    session: Session, found: Select[int], silent: int | None, rows: list[dict[str, Any]]
) -> None:
    """Add the deliveries of all receivers found by a query, in one statement with it."""
    people = found.distinct().subquery()
    person = people.c[0]
    columns = Delivery.__table__.c
    parts = []
    for row in rows:
        key = row["key"] + cast(person, String) + f":{row['channel']}"
        values: dict[str, ColumnElement[Any]] = {
            name: literal(value, columns[name].type) for name, value in row.items()
        }
        values |= {"key": key, "person_id": person}
        parts.append(select(*(value.label(name) for name, value in values.items())))
    new = union_all(*parts).subquery()
    others = new.c.person_id.is_distinct_from(silent)
    statement = _insert(session).from_select(new.c.keys(), select(new).where(others))
    session.execute(statement.on_conflict_do_nothing())


def _insert(session: Session) -> Any:
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return kind.insert(Delivery)


def _receivers(event: Event, who: Receivers) -> Select[int]:
    """Return the query of the receivers of one line of the table; disabled people hear nothing."""
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
