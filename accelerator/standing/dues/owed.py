"""Who is to hear of what: now, and in the days to come; on whose behalf, and until it is done."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.ladder import Due, Receiver, Reminder, ahead, reminder_for
from accelerator.domain.notices import Kind
from accelerator.standing.dues import found, resting
from accelerator.standing.dues.found import Look, Subjects
from accelerator.standing.dues.roles import Roles
from accelerator.standing.dues.task import TEMPLATE, Task
from accelerator.standing.hours import Hours, hours_of
from accelerator.storage.tables import Delivery, Idea, Person
from accelerator.storage.visibility import visible_ideas

_MOST = 5000  # keys in one statement
_SOURCES = {
    Kind.MILESTONE: found.milestones,
    Kind.REVIEW: found.reviews,
    Kind.GATE: found.promises,
    Kind.INFORMATION: found.requests,
    Kind.IDLE: resting.idle,
    Kind.EVIDENCE: resting.evidence,
    Kind.PARKED: found.returns,
}


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that somebody is to hear; `absent` is on whose behalf, if not their own."""

    reminder: Reminder
    task: Task
    absent: int | None = None


def tasks(session: Session, *, now: datetime, only: Subjects | None = None) -> list[Task]:
    """List what is open and may be told of; `only` names the subjects of each kind to look at."""
    return _tasks(Look(session, Roles(session), now, only=only))


def owed(session: Session, now: datetime) -> list[Owed]:
    """Return what is reached and was not told yet, for all who may be written to now."""
    look = Look(session, Roles(session), now)
    listed = _tasks(look)
    hours = hours_of(session, _people(listed), now=now)
    stand_ins = _StandIns(look, listed, hours)
    awake = {
        id_: (one.day(now), one.calendar(one.day(now).year))
        for id_, one in stand_ins.hours.items()
        if one.opens(now) == now
    }
    reached: list[Owed] = []
    for task, due, id_, absent in stand_ins.hearing(hours):
        if id_ in awake:
            reminder = reminder_for(due, id_, *awake[id_], task.ladder.steps)
            if reminder is not None:
                reached.append(Owed(reminder, task, absent))
    told = told_of(session, (one.reminder for one in reached))
    return [one for one in reached if one.reminder.key not in told]


def coming(session: Session, *, now: datetime, days: int, programme_id: int) -> list[Owed]:
    """Return what a programme's people would hear from today on if nothing were done meanwhile.

    The very rules of `owed`, asked for each of the days to come; nothing is written.
    """
    look = Look(session, Roles(session), now, days=days, programme_id=programme_id)
    listed = _tasks(look)
    hours = hours_of(session, _people(listed), now=now)
    stand_ins = _StandIns(look, listed, hours, days=days)
    found_: list[Owed] = []
    for task, due, id_, absent in stand_ins.hearing(hours):
        own = stand_ins.hours.get(id_)
        if own is None:
            continue
        first = own.day(now)
        last = first + timedelta(days=days)
        spells = [(first, last)]
        if absent is not None:
            spells = [
                (max(first, start), min(last, end))
                for start, end, who in hours[absent].away
                if who == id_ and start <= last and end >= first
            ]
        for start, end in spells:
            calendar = own.calendar(start.year)
            coming_ = ahead(due, id_, start, end, calendar, task.ladder.steps)
            found_ += [Owed(reminder, task, absent) for reminder in coming_]
    told = told_of(session, (one.reminder for one in found_))
    return [one for one in found_ if one.reminder.key not in told]


def lines(session: Session, heard: Sequence[Owed], *, now: datetime) -> list[dict[str, Any]]:
    """Return what each reminder says, as JSON, in the same order."""
    falls = resting.falls(session, (one.task for one in heard), today=now.date())
    away = {one.absent for one in heard if one.absent is not None}
    names = {}
    if away:
        people = session.scalars(select(Person).where(Person.id.in_(away)))
        names = {person.id: person.display_name for person in people}
    return [
        one.task.line(one.reminder, None if one.absent is None else (one.absent, names[one.absent]))
        | (falls.get(one.task.idea_id, {}) if one.task.due.kind == Kind.EVIDENCE else {})
        for one in heard
    ]


def still_due(
    session: Session, told: Collection[Mapping[str, Any]], person_id: int, *, now: datetime
) -> list[bool]:
    """Say of each line somebody was to read whether it is still theirs, and not done, by now.

    A line for all who read a chat is nobody's own: there `person_id` is 0.
    """
    ids: dict[str, set[int]] = defaultdict(set)
    for line in told:
        ids[line["kind"]].add(line["subject_id"])
    open_now: set[tuple[Any, ...]] = set()
    for task in tasks(session, now=now, only=ids):
        thing = (task.due.kind, task.due.subject_id, task.due.due_on.isoformat())
        open_now.add((*thing, 0))
        open_now |= {
            (*thing, str(role), person) for role, held in task.due.people.items() for person in held
        }
    found = []
    for line in told:
        thing = (line["kind"], line["subject_id"], line["due_on"])
        whose = line.get("for_id") or person_id
        found.append(((*thing, line["to"], whose) if whose else (*thing, 0)) in open_now)
    return found


def told_of(session: Session, reminders: Iterable[Reminder]) -> set[str]:
    """Return the keys of those of these reminders that went out already."""
    stored = {notice_key(reminder): reminder.key for reminder in reminders}
    keys = list(stored)
    return {
        stored[key]
        for at in range(0, len(keys), _MOST)
        for key in session.scalars(
            select(Delivery.key).where(Delivery.key.in_(keys[at : at + _MOST]))
        )
    }


def notice_key(reminder: Reminder) -> str:
    """Return the key of the notice in the inbox that tells of a reminder."""
    return f"{reminder.key}:{TEMPLATE}:{reminder.person}:inbox"


def _tasks(look: Look) -> list[Task]:
    return [
        task
        for kind, source in _SOURCES.items()
        if look.only is None or look.only.get(kind)
        for task in source(look)
    ]


def _people(listed: Iterable[Task]) -> set[int]:
    return {person for task in listed for held in task.due.people.values() for person in held}


class _StandIns:
    """Who hears for people who are away, of what they may see themselves."""

    def __init__(
        self, look: Look, listed: list[Task], hours: dict[int, Hours], *, days: int = 0
    ) -> None:
        self._look, self._listed = look, listed
        self._away: dict[int, set[int]] = {}
        for id_, own in hours.items():
            first = own.day(look.now)
            last = first + timedelta(days=days)
            found_ = {who for who in own.hearing_between(first, last) if who != id_}
            if found_:
                self._away[id_] = found_
        them = set().union(*self._away.values())
        missing = hours_of(look.session, them - hours.keys(), now=look.now) if them else {}
        self.hours = hours | missing
        self._visible = self._seen(them)

    def _seen(self, them: set[int]) -> set[tuple[int, int]]:
        """Return pairs of somebody who hears for others and an idea they may see."""
        wanted: dict[int, set[int]] = defaultdict(set)
        for task in self._listed:
            for held in task.due.people.values():
                for person in held:
                    for who in self._away.get(person, ()):
                        wanted[who].add(task.idea_id)
        return {
            (who, idea)
            for who in them
            for idea in self._look.session.scalars(
                select(Idea.id).where(
                    Idea.id.in_(wanted[who]), visible_ideas(self._look.roles.actor(who))
                )
            )
        }

    def _may_hear(self, who: int, role: Receiver, task: Task) -> bool:
        """A role's own pages are for those who hold the role, a team's for all who see the idea."""
        roles = self._look.roles
        if task.due.kind == Kind.REVIEW:
            return roles.may_know_reviewers(who, task.programme_id, task.idea_id)
        if role is Receiver.MANAGER:
            return roles.manages(who, task.programme_id)
        return role is not Receiver.LINE and (who, task.idea_id) in self._visible

    def hearing(self, hours: Mapping[int, Hours]) -> Iterator[tuple[Task, Due, int, int | None]]:
        """Yield who hears of each task: in their own roles, and in those of whom they stand for."""
        for task in self._listed:
            due = task.due
            own = {person for held in due.people.values() for person in held}
            for person in own:
                if person in hours:
                    yield task, due, person, None
                for who in self._away.get(person, ()):
                    roles = {
                        role: {who}
                        for role, held in due.people.items()
                        if person in held and who not in held and self._may_hear(who, role, task)
                    }
                    if roles and who in self.hours:
                        yield task, replace(due, people=roles), who, person
