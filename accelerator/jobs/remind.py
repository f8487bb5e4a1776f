"""Remind people of what is due: each in their own language, on their own working mornings.

The ladder names the step everybody has reached; the keys of what was told already are the unique
keys of the notices, so a repeated run, a second scheduler or a changed clock adds nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.activity import notify
from accelerator.activity.events.reminders import MAIL, NOTICE
from accelerator.calendars import calendar_of
from accelerator.domain.ladder import DEFAULT_LADDER, Message, Reminder, merge, reminder_for
from accelerator.domain.workdays import next_working_morning
from accelerator.jobs.lease import Shift
from accelerator.standing.dues import RETURN_LADDER, Task, tasks
from accelerator.storage.tables import Delivery, Person

TEMPLATE = MAIL.template
_MOST = 400

Found = dict[str, tuple[Reminder, Task]]


def remind(shift: Shift) -> int:
    """Write down every reminder that is owed now; return how many people hear."""
    now = clock.now()
    with shift.reading() as session:
        found = owed(session, now)
        told = _told(session, found)
    messages = merge((reminder for reminder, _ in found.values()), told)
    heard = 0
    for message in messages:
        if shift.stopping():
            break
        with shift.transaction() as session:
            heard += _tell(session, {r.key: found[r.key] for r in message.reminders}, now)
    return heard


def owed(session: Session, now: datetime) -> Found:
    """Return each reminder that is reached by somebody who may be written to now, by its key."""
    listed = tasks(session, now=now)
    ids = {person for task in listed for held in task.due.people.values() for person in held}
    people = {person.id: person for person in _people(session, ids)}
    awake = {id_ for id_, person in people.items() if may_hear_from(person, now) == now}
    found: Found = {}
    for task in listed:
        ladder = RETURN_LADDER if task.due.kind == "parked" else DEFAULT_LADDER
        for id_ in {p for held in task.due.people.values() for p in held} & awake:
            person = people[id_]
            today = now.astimezone(ZoneInfo(person.time_zone)).date()
            calendar = calendar_of(person.country, today.year)
            reminder = reminder_for(task.due, id_, today, calendar, ladder)
            if reminder is not None:
                found[reminder.key] = (reminder, task)
    return found


def may_hear_from(person: Person, now: datetime) -> datetime:
    """Return the moment from which somebody may be written to: now, or a working morning."""
    zone = ZoneInfo(person.time_zone)
    calendar = calendar_of(person.country, now.astimezone(zone).year)
    return next_working_morning(now, zone, calendar)


def still_open(
    session: Session, data: dict[str, Any], person_id: int, now: datetime
) -> dict[str, Any]:
    """Return a mail's data without the lines that are done, or no longer this person's, by now."""
    ids = defaultdict(set)
    for line in data["lines"]:
        ids[line["kind"]].add(line["subject_id"])
    open_now = {
        (task.due.kind, task.due.subject_id, task.due.due_on.isoformat(), str(role))
        for task in tasks(session, now=now, only=ids)
        for role, held in task.due.people.items()
        if person_id in held
    }
    lines = [
        line
        for line in data["lines"]
        if (line["kind"], line["subject_id"], line["due_on"], line["to"]) in open_now
    ]
    return data if len(lines) == len(data["lines"]) else data | {"lines": lines}


def _people(session: Session, ids: Iterable[int]) -> list[Person]:
    return [
        person
        for some in _chunks(sorted(ids))
        for person in session.scalars(
            select(Person).where(Person.id.in_(some), Person.disabled_at.is_(None))
        )
    ]


def _told(session: Session, found: Found) -> set[str]:
    """Return the keys, of reminders and of the day's messages, that went out already."""
    stored = {_notice_key(reminder): key for key, (reminder, _) in found.items()}
    for reminder, _ in found.values():
        message = Message(reminder.person, reminder.on, ())
        stored[_mail_key(message)] = message.key
    told: set[str] = set()
    for some in _chunks(sorted(stored)):
        told |= set(session.scalars(select(Delivery.key).where(Delivery.key.in_(some))))
    return {stored[key] for key in told}


def _tell(session: Session, found: Found, now: datetime) -> int:
    """Write down one person's message of the day: a notice for each line and one mail for all."""
    messages = merge((reminder for reminder, _ in found.values()), _told(session, found))
    for message in messages:
        lines = []
        for reminder in message.reminders:
            task = found[reminder.key][1]
            line = task.line(reminder)
            lines.append(line)
            notice = {"line": line, "path": line["path"]}
            notify(
                session, [message.person], NOTICE, key=reminder.key, data=notice,
                about=task.about, due_at=now, now=now,
            )  # fmt: skip
        data = {"lines": lines, "path": "/inbox"}
        notify(session, [message.person], MAIL, key=message.key, data=data, due_at=now, now=now)
    return len(messages)


def _notice_key(reminder: Reminder) -> str:
    return f"{reminder.key}:{NOTICE.template}:{reminder.person}:inbox"


def _mail_key(message: Message) -> str:
    return f"{message.key}:{MAIL.template}:{message.person}:mail"


def _chunks(values: list[Any]) -> Iterable[list[Any]]:
    return (values[i : i + _MOST] for i in range(0, len(values), _MOST))
