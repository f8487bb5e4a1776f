"""Milestones: what may be done with one, what waits for what, how late it is, where dates land."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto

from accelerator.domain.errors import DomainError
from accelerator.domain.workdays import Calendar
from accelerator.i18n import N_


class MilestoneState(StrEnum):
    """A milestone is open, done, or dropped because its idea has ended."""

    OPEN = auto()
    DONE = auto()
    DROPPED = auto()


class Progress(StrEnum):
    """Where a milestone stands on the board: what waits for another one cannot be done yet."""

    WAITING = auto()
    TO_DO = auto()
    UNDER_WAY = auto()
    DONE = auto()
    DROPPED = auto()


def progress(state: MilestoneState, *, started: bool, waits: bool) -> Progress:
    """Say where a milestone stands; `waits` for another one that is still open.

    >>> progress(MilestoneState.OPEN, started=True, waits=False)
    <Progress.UNDER_WAY: 'under_way'>
    """
    if state is not MilestoneState.OPEN:
        return Progress(state)
    if waits:
        return Progress.WAITING
    return Progress.UNDER_WAY if started else Progress.TO_DO


class OwnerRole(StrEnum):
    """Whose a milestone is when an idea enters its stage; the team may give it to another."""

    LEAD = auto()
    MEMBER = auto()


def first_owner(role: str, lead: int, members: Sequence[int]) -> int:
    """Return whose a milestone is: the lead's, or the other member's who has been in longest.

    `members` are the ids of the team, those who joined first in front. A team of one has no other.

    >>> first_owner("member", 1, [1, 5, 3]), first_owner("member", 1, [1])
    (5, 1)
    """
    if role == OwnerRole.LEAD:
        return lead
    return next((person for person in members if person != lead), lead)


class Urgency(StrEnum):
    """How near a milestone is, as a cohort's page groups it."""

    LATE = auto()
    SOON = auto()
    LATER = auto()
    DONE = auto()


SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class Lateness:
    """How a milestone stands on a day; `working_days` late, or left when negative."""

    urgency: Urgency
    working_days: int = 0


def lateness(state: MilestoneState, due_on: date, today: date, calendar: Calendar) -> Lateness:
    """Say how late an open milestone is, in working days of its cohort's country.

    A milestone is late from the day after its due day.

    >>> lateness(MilestoneState.OPEN, date(2026, 11, 20), date(2026, 11, 24), Calendar())
    Lateness(urgency=<Urgency.LATE: 'late'>, working_days=2)
    """
    if state is not MilestoneState.OPEN:
        return Lateness(Urgency.DONE)
    if due_on < today:
        return Lateness(Urgency.LATE, max(1, calendar.count(due_on, today)))
    left = -calendar.count(today, due_on)
    near = (due_on - today).days <= SOON_DAYS
    return Lateness(Urgency.SOON if near else Urgency.LATER, left)


def require_open(state: MilestoneState) -> None:
    """Raise unless the milestone still waits to be done."""
    if state is not MilestoneState.OPEN:
        raise DomainError("milestone_closed", N_("This milestone is not open any more."))


def require_reopenable(state: MilestoneState) -> None:
    """Raise unless the milestone was marked as done."""
    if state is not MilestoneState.DONE:
        raise DomainError(
            "milestone_not_done", N_("Only a milestone that is done can be reopened.")
        )


def require_new_date(asked: date, due_on: date, today: date) -> None:
    """Raise unless the date asked for is another one, and not in the past."""
    if asked <= today:
        raise DomainError("date_past", N_("Choose a day after today."), field="asked_due_on")
    if asked == due_on:
        raise DomainError("date_same", N_("This is the date it has already."), field="asked_due_on")


Needs = Mapping[int, Collection[int]]


def held_up(needs: Needs, late: int) -> set[int]:
    """Return everything that waits for a milestone, directly or through others.

    `needs` names, for each milestone, those that must be done before it.

    >>> held_up({2: {1}, 3: {2}, 5: {4}}, 1)
    {2, 3}
    """
    found: set[int] = set()
    edge = {late}
    while edge:
        edge = {one for one, wanted in needs.items() if edge & set(wanted)} - found
        found |= edge
    return found


def require_no_circle(needs: Needs, milestone: int, wanted: Collection[int]) -> None:
    """Raise when a milestone would wait for itself, directly or through others."""
    if milestone in wanted or held_up(needs, milestone) & set(wanted):
        raise DomainError(
            "circle",
            N_("These would wait for each other: none of them could ever be done."),
            field="needs",
        )


MOST_SHIFTED = 120  # days


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a moved date lands; `wanted` is the day it was counted to."""

    due_on: date
    wanted: date
    today: date

    @property
    def was_free(self) -> bool:
        """Whether it moved on because nobody works on the day counted to."""
        return self.wanted >= self.today and self.due_on != self.wanted

    @property
    def was_past(self) -> bool:
        """Whether the day counted to is over already."""
        return self.wanted < self.today


def land(due_on: date, days: int, *, working: bool, today: date, calendar: Calendar) -> Landing:
    """Count a date on, or back when negative, in working or calendar days of its cohort's country.

    It lands on a working day, never before today.

    >>> land(date(2026, 12, 25), 7, working=False, today=date(2026, 12, 1),
    ...      calendar=Calendar(frozenset({date(2027, 1, 1)}))).due_on
    datetime.date(2027, 1, 4)
    """
    wanted = calendar.add(due_on, days) if working else due_on + timedelta(days=days)
    return Landing(calendar.on_or_after(max(wanted, today)), wanted, today)


def require_shift(days: int) -> None:
    """Raise unless dates move, and not further than anybody plans."""
    if not 0 < abs(days) <= MOST_SHIFTED:
        raise DomainError(
            "no_shift",
            N_("Move by 1 to %(most)s days, forward or back."),
            field="days",
            most=MOST_SHIFTED,
        )
