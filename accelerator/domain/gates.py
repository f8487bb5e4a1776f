"""What a gate may decide: no decision without a reason, no way around a gate, never a bare no."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from typing import Any, Self, TypeVar

from accelerator.domain.errors import DomainError
from accelerator.domain.stages import ADVANCING, Outcome
from accelerator.i18n import N_

Stage = TypeVar("Stage")

LONGEST_CONDITION = 400  # characters: a condition becomes the name of a milestone
MOST_AT_ONCE = 500  # ideas in one batch
WHILE_ONE_WAITS = 20  # ideas decided within a request; more are decided in the background
MOST_LINES = 20  # of conditions, and of a checklist


class Change(StrEnum):
    """What has to change before a parked idea is looked at again."""

    DATE = auto()
    BUDGET = auto()
    TECHNOLOGY = auto()
    PARTNER = auto()
    MARKET = auto()


@dataclass(frozen=True, slots=True)
class Condition:
    """Something the team must show by a day; it becomes a milestone."""

    text: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate decides about one idea or several; texts are stripped."""

    outcome: Outcome
    reason: str
    next_step: str = ""
    conditions: tuple[Condition, ...] = ()
    checklist: tuple[str, ...] = ()
    change: Change | None = None
    would_change: str = ""
    revisit_on: date | None = None
    watcher_id: int | None = None
    learned: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "outcome": self.outcome,
            "reason": self.reason,
            "next_step": self.next_step,
            "conditions": conditions_as_json(self.conditions),
            "checklist": list(self.checklist),
            "change": self.change,
            "would_change": self.would_change,
            "revisit_on": self.revisit_on.isoformat() if self.revisit_on else None,
            "watcher_id": self.watcher_id,
            "learned": self.learned,
        }

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """Make it of the JSON of `as_dict`."""
        return cls(
            outcome=Outcome(stored["outcome"]),
            reason=stored["reason"],
            next_step=stored["next_step"],
            conditions=tuple(
                Condition(each["text"], date.fromisoformat(each["due_on"]))
                for each in stored["conditions"]
            ),
            checklist=tuple(stored["checklist"]),
            change=Change(stored["change"]) if stored["change"] else None,
            would_change=stored["would_change"],
            revisit_on=date.fromisoformat(stored["revisit_on"]) if stored["revisit_on"] else None,
            watcher_id=stored["watcher_id"],
            learned=stored["learned"],
        )


def conditions_as_json(conditions: Sequence[Condition]) -> list[dict[str, str]]:
    """Return sound conditions as JSON: each with the day it is due on."""
    return [
        {"text": each.text, "due_on": each.due_on.isoformat()} for each in conditions if each.due_on
    ]


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

    Every outcome needs a reason. Conditions need a day after `today` each, rework a checklist;
    parking needs what would change our mind, and a day after `today` on which the idea comes
    back. Nothing else may carry these.

    >>> require_sound(Verdict(Outcome.ADVANCE, "Twelve customers asked for it."), today=date.min)
    """
    errors = []
    if not verdict.reason:
        errors.append(
            DomainError("no_reason", N_("Give the reason: the team reads it."), field="reason")
        )
    errors += _conditions(verdict, today) + _checklist(verdict) + _parking(verdict, today)
    if verdict.learned and verdict.outcome is not Outcome.STOP:
        errors.append(
            DomainError("not_stopped", N_("This belongs to “Stop” only."), field="learned")
        )
    if errors:
        raise Unsound(errors)


def _conditions(verdict: Verdict, today: date) -> list[DomainError]:
    wanted, found = verdict.outcome is Outcome.CONDITIONS, verdict.conditions
    if wanted and not found:
        text = N_("Name at least one condition, and the day by which it is met.")
    elif found and not wanted:
        text = N_("Conditions belong to “Advance with conditions” only.")
    elif any(not each.text or each.due_on is None for each in found):
        text = N_("Each condition needs its words and the day by which it is met.")
    elif any(each.due_on is not None and each.due_on <= today for each in found):
        text = N_("The day of a condition is past; name a day to come.")
    elif any(len(each.text) > LONGEST_CONDITION for each in found):
        text = N_("A condition has at most %(most)s characters; put the rest into the next step.")
    elif len(found) > MOST_LINES:
        return [_too_many("conditions")]
    else:
        return []
    return [DomainError("conditions", text, field="conditions", most=LONGEST_CONDITION)]


def _checklist(verdict: Verdict) -> list[DomainError]:
    wanted = verdict.outcome is Outcome.REWORK
    if wanted and not verdict.checklist:
        text = N_("Say what the team shall do before it hands in again, one thing a line.")
    elif verdict.checklist and not wanted:
        text = N_("A checklist belongs to “Rework” only.")
    elif any(len(line) > LONGEST_CONDITION for line in verdict.checklist):
        text = N_("A line has at most %(most)s characters; put the rest into the next step.")
    elif len(verdict.checklist) > MOST_LINES:
        return [_too_many("checklist")]
    else:
        return []
    return [DomainError("checklist", text, field="checklist", most=LONGEST_CONDITION)]


def _too_many(field: str) -> DomainError:
    text = N_("At most %(most)s lines; fewer are met sooner.")
    return DomainError("too_many_lines", text, field=field, most=MOST_LINES)


def _parking(verdict: Verdict, today: date) -> list[DomainError]:
    if verdict.outcome is not Outcome.PARK:
        text = N_("This belongs to “Park” only.")
        return [
            DomainError("not_parked", text, field=field)
            for field in ("change", "would_change", "revisit_on", "watcher_id")
            if getattr(verdict, field)
        ]
    errors = []
    if verdict.change is None:
        text = N_("Say what has to change.")
        errors.append(DomainError("no_change", text, field="change"))
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


def next_stage(
    outcome: Outcome, here: Stage, order: Sequence[Stage], removed: Collection[Stage] = ()
) -> Stage | None:
    """Return the stage an idea enters once a decision is announced, or None when it enters none.

    `order` are the programme's stages, those `removed` too: they keep their place, but no idea
    enters them any more. Advancing goes to the next one and no further, so no path skips a gate;
    rework enters the same one again. Raises ValueError for a stage not in `order`.

    >>> next_stage(Outcome.ADVANCE, "validate", ["spark", "validate", "pilot"])
    'pilot'
    >>> next_stage(Outcome.ADVANCE, "spark", ["spark", "validate", "pilot"], ["validate"])
    'pilot'
    >>> next_stage(Outcome.ADVANCE, "pilot", ["spark", "validate", "pilot"]) is None
    True
    """
    place = order.index(here)
    if outcome is Outcome.REWORK:
        return here
    if outcome in ADVANCING:
        return next((one for one in order[place + 1 :] if one not in removed), None)
    return None


def require_to_come(announce_at: datetime | None, *, now: datetime) -> None:
    """Raise when a decision is to be announced at a moment that is past."""
    if announce_at is not None and announce_at < now:
        raise DomainError(
            "announce_past", N_("This moment is past; choose one to come."), field="announce_at"
        )


def require_window(announce_at: datetime | None, *, window: timedelta, now: datetime) -> None:
    """Raise when a decision would be announced before the time to undo it is over."""
    if announce_at is not None and announce_at < now + window:
        raise DomainError(
            "announce_soon",
            N_("Leave at least %(minutes)s minutes to undo the decision; choose a later moment."),
            field="announce_at",
            minutes=int(window.total_seconds() // 60),
        )


def require_undoable(announced_at: datetime | None) -> None:
    """Raise once the team was told: then only another decision, with its reason, can undo it."""
    if announced_at is not None:
        raise DomainError(
            "announced",
            N_("The team has been told already. You can still take it back with a new decision."),
        )


class NotYours(DomainError):
    """The decider may not decide about `ideas`: in the team, or with a conflict of interest."""

    def __init__(self, ideas: Sequence[str]) -> None:
        super().__init__(
            "not_yours",
            N_("Somebody else decides about %(codes)s: your own interests meet those of the idea."),
            codes=", ".join(ideas),
        )
        self.ideas = tuple(ideas)


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
