"""What a review holds, what it lacks, until when it may be written, and when it is late."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from statistics import median
from typing import Any, Self
from zoneinfo import ZoneInfo

from accelerator.domain.errors import DomainError
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.i18n import N_


class AssignmentState(StrEnum):
    """How far a reviewer is with what was asked of them."""

    ASSIGNED = auto()
    ACCEPTED = auto()
    SUBMITTED = auto()
    DECLINED = auto()
    REMOVED = auto()
    CLOSED = auto()  # the gate decided without it; what was written is kept


ASKED = frozenset({AssignmentState.ASSIGNED, AssignmentState.ACCEPTED})
GONE = frozenset({AssignmentState.DECLINED, AssignmentState.REMOVED})


class DeclineReason(StrEnum):
    """Why a reviewer may say no; there are three reasons, and a colleague who takes over."""

    CONFLICT = auto()
    FIELD = auto()
    LOAD = auto()
    HANDED = auto()  # never chosen: it comes with handing over


class Recommendation(StrEnum):
    """What a reviewer would decide."""

    ADVANCE = auto()
    REWORK = auto()
    PARK = auto()
    STOP = auto()


class OthersVisible(StrEnum):
    """When a reviewer sees what the others wrote."""

    NEVER = auto()
    AFTER_MINE = auto()
    ALWAYS = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rubric, as far as the rules care; `most` is its highest mark."""

    key: str
    weight: float
    counted: bool
    most: int = 5


@dataclass(frozen=True, slots=True)
class ReviewText:
    """What a reviewer wrote. A criterion without a mark is absent; None means abstained."""

    marks: Mapping[str, int | None] = field(default_factory=dict)
    confidence: int | None = None
    recommendation: str | None = None
    comment_to_team: str = ""
    note_to_manager: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """Read the JSON form."""
        return cls(**value)


class Incomplete(DomainError):
    """The review cannot be submitted yet; `errors` has one error for each field that lacks."""

    def __init__(self, errors: Sequence[DomainError]) -> None:
        super().__init__("review_incomplete", N_("Something is missing in this review."))
        self.errors = tuple(errors)


def mark_field(key: str) -> str:
    """Return the name of the field that holds a criterion's mark."""
    return f"mark-{key}"


def require_complete(text: ReviewText, rubric: Sequence[Line]) -> None:
    """Raise Incomplete unless each counted criterion has a mark or an abstention, and one a mark.

    >>> require_complete(ReviewText({"market": 4}, 2, "advance"), [Line("market", 30, True)])
    """
    counted = [line.key for line in rubric if line.counted]
    errors = [
        DomainError("mark_missing", N_("Give a mark, or abstain."), field=mark_field(key))
        for key in counted
        if key not in text.marks
    ]
    if counted and not errors and all(text.marks[key] is None for key in counted):
        errors.append(
            DomainError(
                "nothing_marked",
                N_("Give at least one mark. If you cannot, decline the review."),
                field=mark_field(counted[0]),
            )
        )
    if text.confidence is None:
        errors.append(
            DomainError("confidence_missing", N_("Say how sure you are."), field="confidence")
        )
    if text.recommendation is None:
        errors.append(
            DomainError(
                "recommendation_missing", N_("Say what you recommend."), field="recommendation"
            )
        )
    if errors:
        raise Incomplete(errors)


def score(text: ReviewText, rubric: Sequence[Line]) -> float | None:
    """Return the weighted mark of a review: criteria that only show and abstentions left out."""
    from accelerator.domain.scoring import collapse

    weights = {line.key: line.weight if line.counted else 0.0 for line in rubric}
    return collapse(text.marks, weights)


def is_open(idea: str, passage: str) -> bool:
    """Say whether reviews may be submitted and changed: until the gate has decided."""
    return idea == IdeaState.ACTIVE and passage == PassageState.HANDED_IN


def is_late(submitted_at: datetime, due_on: date, time_zone: str) -> bool:
    """Say whether a review came after its day had ended on the cohort's clock.

    A late review is accepted and counts; it is only marked as late.

    >>> from datetime import UTC
    >>> is_late(datetime(2026, 12, 1, 15, tzinfo=UTC), date(2026, 12, 1), "Asia/Tokyo")
    True
    """
    return submitted_at.astimezone(ZoneInfo(time_zone)).date() > due_on


def require_other_date(asked: date, due_on: date, time_zone: str, now: datetime) -> None:
    """Raise DomainError at `asked_due_on` unless another day is asked for that is still to come."""
    if is_late(now, asked, time_zone):
        raise DomainError("due_past", N_("This day has passed."), field="asked_due_on")
    if asked == due_on:
        raise DomainError(
            "due_same", N_("The review is due on this day already."), field="asked_due_on"
        )


TYPICAL_MINUTES = 12
LONGEST_SITTING = timedelta(minutes=60)
HISTORY_NEEDED = 3


def typical_minutes(sittings: Sequence[timedelta]) -> int:
    """Return the minutes one review takes its reviewer: the median of their own latest ones.

    A review left open over lunch counts as an hour. Before three reviews there is no history, and
    12 minutes are assumed.

    >>> typical_minutes([timedelta(minutes=4), timedelta(minutes=7), timedelta(days=2)])
    7
    >>> typical_minutes([timedelta(minutes=4)])
    12
    """
    if len(sittings) < HISTORY_NEEDED:
        return TYPICAL_MINUTES
    minutes = (min(sitting, LONGEST_SITTING) / timedelta(minutes=1) for sitting in sittings)
    return max(1, round(median(minutes)))


def require_due(due_on: date, time_zone: str, now: datetime) -> None:
    """Raise DomainError at `due_on` when that day has already ended on the cohort's clock."""
    if is_late(now, due_on, time_zone):
        raise DomainError("due_past", N_("This day has passed."), field="due_on")


def shows_others(rule: str, *, mine_submitted: bool) -> bool:
    """Say whether a reviewer may read the other reviews of the idea now."""
    return rule == OthersVisible.ALWAYS or (rule == OthersVisible.AFTER_MINE and mine_submitted)
