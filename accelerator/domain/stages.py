"""The way of an idea: what states there are, which moves are allowed, and who acts next.

An idea has one passage per stage it enters. A passage is `open` while the team works,
`handed_in` while it is reviewed, `decided` once the gate has decided but nobody was told, and
`left` when the decision was announced. Rework leaves the passage and opens another one of the
same stage, so that each passage has one decision at most.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto

from accelerator.domain.errors import DomainError
from accelerator.i18n import N_


class IdeaState(StrEnum):
    """Where an idea stands as a whole."""

    DRAFT = auto()
    WAITING = auto()  # handed in for a place in its cohort, which was full
    ACTIVE = auto()
    PARKED = auto()
    STOPPED = auto()
    WITHDRAWN = auto()
    DISCARDED = auto()  # withdrawn while still a draft, so that nobody else ever saw it
    GRADUATED = auto()


class PassageState(StrEnum):
    """Where an idea stands in one stage."""

    OPEN = auto()
    HANDED_IN = auto()
    DECIDED = auto()
    LEFT = auto()


class Outcome(StrEnum):
    """What a gate can decide."""

    ADVANCE = auto()
    CONDITIONS = auto()
    REWORK = auto()
    PARK = auto()
    STOP = auto()


ADVANCING = frozenset({Outcome.ADVANCE, Outcome.CONDITIONS})
LIVING = frozenset({IdeaState.DRAFT, IdeaState.ACTIVE})
PRIVATE = frozenset({IdeaState.DRAFT, IdeaState.DISCARDED})  # the team's own affair
PLACELESS = PRIVATE | {IdeaState.WAITING, IdeaState.WITHDRAWN}  # hold no place in their cohort
WITHDRAWABLE = LIVING | {IdeaState.WAITING, IdeaState.PARKED}


class Timing(StrEnum):
    """Whose dates a stage follows: the cohort's, or each idea's own from the day it enters."""

    COHORT = auto()
    ROLLING = auto()


class Audience(StrEnum):
    """Who may read an idea besides those who must."""

    TEAM = auto()
    EVERYBODY = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """Where one idea is: the little that the rules of movement need."""

    idea: IdeaState
    passage: PassageState
    last_stage: bool = False
    assigned: int = 0
    reviewed: int = 0
    required: int = 0
    hand_in_by: date | None = None
    review_by: date | None = None
    promise_on: date | None = None
    asked_until: date | None = None  # the team is asked for more; there is no promise meanwhile
    revisit_on: date | None = None


def may_edit(place: Place) -> bool:
    """Say whether the team may change its answers now."""
    return place.idea in LIVING and place.passage is PassageState.OPEN


def require_open(place: Place) -> None:
    """Raise unless the team may change the idea now."""
    if not may_edit(place):
        raise DomainError(
            "idea_closed",
            N_("This idea cannot be changed now: it was handed in, or its way has ended."),
        )


def is_asked(place: Place) -> bool:
    """Say whether the team is asked for more, so that what is asked for has opened again."""
    return (
        place.idea is IdeaState.ACTIVE
        and place.passage is PassageState.HANDED_IN
        and place.asked_until is not None
    )


def require_writable(place: Place) -> None:
    """Raise unless the team may write: all of a stage's answers, or those it is asked for."""
    if not is_asked(place):
        require_open(place)


def require_withdrawable(place: Place) -> None:
    """Raise when the idea's way has already ended."""
    if place.idea not in WITHDRAWABLE:
        raise DomainError("idea_ended", N_("The way of this idea has already ended."))


def require_decidable(place: Place) -> None:
    """Raise unless the gate may decide: handed in, nothing decided yet, and not asked for more."""
    if is_asked(place):
        raise DomainError(
            "asked_for_more",
            N_("The team is asked for more. Wait for its answer, or withdraw the request first."),
        )
    if place.idea is not IdeaState.ACTIVE or place.passage is not PassageState.HANDED_IN:
        raise DomainError(
            "not_at_gate", N_("This idea does not wait at a gate; somebody may have decided it.")
        )


def idea_state_after(outcome: Outcome, *, last_stage: bool) -> IdeaState:
    """Return the state of an idea once a decision is announced.

    >>> str(idea_state_after(Outcome.ADVANCE, last_stage=True))
    'graduated'
    """
    if outcome in ADVANCING:
        return IdeaState.GRADUATED if last_stage else IdeaState.ACTIVE
    return {
        Outcome.REWORK: IdeaState.ACTIVE,
        Outcome.PARK: IdeaState.PARKED,
        Outcome.STOP: IdeaState.STOPPED,
    }[outcome]


class Who(StrEnum):
    """Who acts next."""

    TEAM = auto()
    REVIEWERS = auto()
    MANAGER = auto()
    NOBODY = auto()


@dataclass(frozen=True, slots=True)
class NextStep:
    """The plain status for the team: a sentence, who acts next, and by when.

    With `asked`, the team is to answer what it was asked about an idea already handed in.
    """

    status: str
    who: Who
    by: date | None = None
    asked: bool = False


def next_step(place: Place) -> NextStep:
    """Return what the team is told. It never gives away a decision before its announcement.

    >>> next_step(Place(IdeaState.DRAFT, PassageState.OPEN)).who
    <Who.TEAM: 'team'>
    """
    ended = {
        IdeaState.PARKED: NextStep(N_("Parked"), Who.NOBODY, place.revisit_on),
        IdeaState.STOPPED: NextStep(N_("Stopped"), Who.NOBODY),
        IdeaState.WITHDRAWN: NextStep(N_("Withdrawn"), Who.NOBODY),
        IdeaState.DISCARDED: NextStep(N_("Withdrawn"), Who.NOBODY),
        IdeaState.GRADUATED: NextStep(N_("Graduated"), Who.NOBODY),
    }
    if place.idea in ended:
        return ended[place.idea]
    if place.idea is IdeaState.WAITING:
        return NextStep(N_("Waiting for a place"), Who.NOBODY)
    if place.passage is PassageState.OPEN:
        status = N_("Draft") if place.idea is IdeaState.DRAFT else N_("In progress")
        return NextStep(status, Who.TEAM, place.hand_in_by)
    if is_asked(place):
        return NextStep(N_("More is asked"), Who.TEAM, place.asked_until, asked=True)
    if place.reviewed < max(place.assigned, place.required):
        return NextStep(N_("In review"), Who.REVIEWERS, place.promise_on)
    return NextStep(N_("Awaiting the decision"), Who.MANAGER, place.promise_on)
