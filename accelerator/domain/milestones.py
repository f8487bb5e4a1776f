"""Milestones: what may be done with one, and how late it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto

from accelerator.domain.errors import DomainError
from accelerator.domain.workdays import Calendar
from accelerator.i18n import N_


class MilestoneState(StrEnum):
    """A milestone is open, done, or dropped because its idea has ended."""

    OPEN = auto()
    DONE = auto()
    DROPPED = auto()


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
