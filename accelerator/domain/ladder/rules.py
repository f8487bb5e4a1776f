"""The reminder ladder: who hears when about something that is due, never twice and never lost.

The rules keep no memory. Whenever they are asked, they name the one step that a person has
reached, under a key that stays the same; whoever sends keeps the keys. So a second scheduler, a
repeated run and a change of clocks add nothing; a run that failed is made good by the next one;
and after an outage only the latest step missed goes out, because the earlier ones would be stale.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from accelerator.domain.ladder.kinds import DEFAULTS
from accelerator.domain.ladder.steps import Receiver, Step
from accelerator.domain.notices import Kind
from accelerator.domain.workdays import Calendar

DEFAULT_LADDER = DEFAULTS[Kind.MILESTONE].steps


@dataclass(frozen=True, slots=True)
class Due:
    """Something somebody is to have done by the end of a day.

    `promised_on` is the day on which `due_on` was set or last changed, `people` are the persons in
    each role by their keys.
    """

    kind: str
    subject_id: int
    due_on: date
    promised_on: date
    done: bool
    people: Mapping[Receiver, Collection[int]]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A step that a person has reached, on the day on which they hear of it."""

    kind: str
    subject_id: int
    due_on: date
    step: Step
    person: int
    on: date

    @property
    def key(self) -> str:
        """What must never be sent twice; another due date makes it another promise."""
        return f"{self.told_once}:{self.person}"

    @property
    def told_once(self) -> str:
        """What must never be told twice where all hear the same."""
        return f"{self.kind}:{self.subject_id}:{self.due_on}:{self.step.key}"


def reminder_for(
    due: Due,
    person: int,
    today: date,
    calendar: Calendar,
    ladder: tuple[Step, ...] = DEFAULT_LADDER,
) -> Reminder | None:
    """Return the latest step of a person's on a ladder that is reached today, if any.

    `today` and `calendar` are the person's own. Nobody hears of what is done, nor on a free day;
    steps that fall on the same day are one, the later. A notice before the due day whose own day
    was not after the promise is not owed: the promise has just been told. Lateness always is.

    >>> people = {Receiver.OWNER: {7}}
    >>> due = Due("milestone", 42, date(2026, 7, 31), date(2026, 6, 1), False, people)
    >>> reminder_for(due, 7, date(2026, 7, 28), Calendar()).key
    'milestone:42:2026-07-31:-7calendar:owner:7'
    >>> reminder_for(due, 7, date(2026, 7, 23), Calendar()) is None
    True
    """
    if due.done or not calendar.is_working(today):
        return None
    reached = []
    for place, step in enumerate(ladder):
        if person not in due.people.get(step.to, ()):
            continue
        day = step.falls_on(due.due_on, calendar)
        if day <= today and (step.offset_days >= 0 or day > due.promised_on):
            reached.append((day, place))
    if not reached:
        return None
    _, latest = max(reached)
    return Reminder(due.kind, due.subject_id, due.due_on, ladder[latest], person, today)


def ahead(
    due: Due,
    person: int,
    first: date,
    last: date,
    calendar: Calendar,
    ladder: tuple[Step, ...] = DEFAULT_LADDER,
    *,
    told: Collection[str] = (),
) -> tuple[Reminder, ...]:
    """Return what a person would hear in the days to come if nothing were done meanwhile.

    The same as asking `reminder_for` on each of the days from `first` to `last` and keeping the
    keys, beginning with those `told`; but only days are asked on which the answer can change.

    >>> due = Due("review", 5, date(2026, 7, 31), date(2026, 6, 1), False, {Receiver.OWNER: {7}})
    >>> found = ahead(due, 7, date(2026, 7, 25), date(2026, 8, 24), Calendar())
    >>> [(str(reminder.on), reminder.step.offset_days) for reminder in found]
    [('2026-07-27', -7), ('2026-07-30', -1), ('2026-07-31', 0)]
    """
    days = {calendar.on_or_after(first)}
    days |= {
        step.falls_on(due.due_on, calendar)
        for step in ladder
        if person in due.people.get(step.to, ())
    }
    found: dict[str, Reminder] = {}
    for day in sorted(days):
        reminder = (
            reminder_for(due, person, day, calendar, ladder) if first <= day <= last else None
        )
        if reminder is not None and reminder.key not in told:
            found.setdefault(reminder.key, reminder)
    return tuple(found.values())
