"""What a gate may decide: no decision without a reason, no way around a gate, never a bare no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import TypeVar

from accelerator.domain.errors import DomainError
from accelerator.domain.stages import ADVANCING, Outcome
from accelerator.i18n import N_

Stage = TypeVar("Stage")

LONGEST_CONDITION = 400  # characters: a condition becomes the name of a milestone
MOST_AT_ONCE = 200  # ideas in one batch; one meeting decides fewer


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate decides about one idea or several; texts are stripped."""

    outcome: Outcome
    reason: str
    next_step: str = ""
    conditions: tuple[str, ...] = ()
    would_change: str = ""
    revisit_on: date | None = None


class Unsound(DomainError):
    """The verdict lacks something; `errors` has one error for each field."""

    def __init__(self, errors: Sequence[DomainError]) -> None:
        super().__init__("verdict_unsound", N_("Something is missing in this decision."))
        self.errors = tuple(errors)


class DecidedMeanwhile(DomainError):
    """Somebody was faster, so nothing was decided now; `ideas` are the codes that do not wait."""

    status = 409

    def __init__(self, ideas: Sequence[str]) -> None:
        super().__init__(
            "decided_meanwhile",
            N_("This idea does not wait at a gate; somebody may have decided it."),
        )
        self.ideas = tuple(ideas)


def require_sound(verdict: Verdict, *, today: date) -> None:
    """Raise Unsound unless the team can be told what was decided, why, and what comes next.

    Every outcome needs a reason; conditions need at least one; parking needs what would change
    our mind and a day after `today` on which the idea comes back. Nothing else may carry these.

    >>> require_sound(Verdict(Outcome.ADVANCE, "Twelve customers asked for it."), today=date.min)
    """
    errors = []
    if not verdict.reason:
        errors.append(
            DomainError("no_reason", N_("Give the reason: the team reads it."), field="reason")
        )
    errors += _conditions(verdict) + _parking(verdict, today)
    if errors:
        raise Unsound(errors)


def _conditions(verdict: Verdict) -> list[DomainError]:
    wanted = verdict.outcome is Outcome.CONDITIONS
    if wanted and not verdict.conditions:
        text = N_("Name at least one condition, one a line.")
    elif verdict.conditions and not wanted:
        text = N_("Conditions belong to “Advance with conditions” only.")
    elif any(len(condition) > LONGEST_CONDITION for condition in verdict.conditions):
        text = N_("A condition has at most %(most)s characters; put the rest into the next step.")
    else:
        return []
    return [DomainError("conditions", text, field="conditions", most=LONGEST_CONDITION)]


def _parking(verdict: Verdict, today: date) -> list[DomainError]:
    if verdict.outcome is not Outcome.PARK:
        text = N_("This belongs to “Park” only.")
        return [
            DomainError("not_parked", text, field=field)
            for field, value in (
                ("would_change", verdict.would_change),
                ("revisit_on", verdict.revisit_on),
            )
            if value
        ]
    errors = []
    if not verdict.would_change:
        text = N_("Say what would change our mind.")
        errors.append(DomainError("no_would_change", text, field="would_change"))
    if verdict.revisit_on is None:
        text = N_("Name the day on which the idea comes back.")
        errors.append(DomainError("no_revisit", text, field="revisit_on"))
    elif verdict.revisit_on <= today:
        text = N_("This day is past; name a day to come.")
        errors.append(DomainError("revisit_past", text, field="revisit_on"))
    return errors


def require_batch(count: int) -> None:
    """Raise unless a batch has between one idea and the most that are decided at once."""
    if count == 0:
        raise DomainError("none_chosen", N_("Choose at least one idea."), field="selected")
    if count > MOST_AT_ONCE:
        raise DomainError(
            "too_many_chosen",
            N_("Decide at most %(most)s ideas at once."),
            field="selected",
            most=MOST_AT_ONCE,
        )


def next_stage(outcome: Outcome, here: Stage, order: Sequence[Stage]) -> Stage | None:
    """Return the stage an idea enters once a decision is announced, or None when it enters none.

    `order` are the programme's stages. Advancing goes to the next one and no further, so no path
    skips a gate; rework enters the same one again. Raises ValueError for a stage not in `order`.

    >>> next_stage(Outcome.ADVANCE, "validate", ["spark", "validate", "pilot"])
    'pilot'
    >>> next_stage(Outcome.ADVANCE, "pilot", ["spark", "validate", "pilot"]) is None
    True
    """
    place = order.index(here)
    if outcome is Outcome.REWORK:
        return here
    if outcome in ADVANCING and place + 1 < len(order):
        return order[place + 1]
    return None


def require_to_come(announce_at: datetime | None, *, now: datetime) -> None:
    """Raise when a decision is to be announced at a moment that is past."""
    if announce_at is not None and announce_at < now:
        raise DomainError(
            "announce_past", N_("This moment is past; choose one to come."), field="announce_at"
        )


def require_undoable(announced_at: datetime | None) -> None:
    """Raise once the team was told: then only a new passage can lead to another decision."""
    if announced_at is not None:
        raise DomainError(
            "announced", N_("The team has been told already, so this cannot be undone any more.")
        )


def places_left(capacity: int, taken: int) -> int:
    """Return how many more ideas may pass a gate; a gate that let more through has none left.

    >>> places_left(20, 5), places_left(20, 23)
    (15, 0)
    """
    return max(0, capacity - taken)


class Why(StrEnum):
    """What put the cut line where it is."""

    ASKED = auto()
    PLACES = auto()
    HALF = auto()


@dataclass(frozen=True, slots=True)
class CutLine:
    """The best `capacity` ideas are above the line."""

    capacity: int
    why: Why


def cut_line(asked: int | None, *, left: int, ranked: int) -> CutLine:
    """Return where the line is drawn: where asked, else by the places left, else at half.

    Half stands in when the places do not separate the ideas: none is left, or one for each.

    >>> cut_line(None, left=8, ranked=31)
    CutLine(capacity=8, why=<Why.PLACES: 'places'>)
    >>> cut_line(None, left=50, ranked=31)
    CutLine(capacity=16, why=<Why.HALF: 'half'>)
    """
    if asked is not None:
        return CutLine(max(0, asked), Why.ASKED)
    if 0 < left < ranked:
        return CutLine(left, Why.PLACES)
    return CutLine((ranked + 1) // 2, Why.HALF)
