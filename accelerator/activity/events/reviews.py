"""What happens between a programme's managers and its reviewers."""

from dataclasses import dataclass
from typing import Any, ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual


@dataclass(frozen=True, kw_only=True)
class ReviewAssigned(Event):
    """A reviewer was asked to review one idea or several; one event for each reviewer."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.PERSON, "review_assigned"),)

    stage: Bilingual
    ideas: list[dict[str, Any]]
    due_on: str


@dataclass(frozen=True, kw_only=True)
class AssignmentRemoved(Event):
    """A manager no longer asks for a review."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.PERSON, "assignment_removed"),)

    code: str
    title: Bilingual


@dataclass(frozen=True, kw_only=True)
class ReviewAccepted(Event):
    """A reviewer said yes."""

    code: str


@dataclass(frozen=True, kw_only=True)
class ReviewDeclined(Event):
    """A reviewer said no; managers hear that somebody else is needed, without a name."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "review_declined", channels=("inbox",)),
    )

    code: str
    title: Bilingual
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReviewSubmitted(Event):
    """A reviewer submitted a review, or submitted it again."""

    code: str
    title: Bilingual
    version: int
    late: bool
    again: bool


@dataclass(frozen=True, kw_only=True)
class LastReviewSubmitted(ReviewSubmitted):
    """The review that was still missing came in: the idea can go to its gate."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "reviews_complete", channels=("inbox",)),
    )


@dataclass(frozen=True, kw_only=True)
class ConflictDeclared(Event):
    """Somebody's conflict of interest with an idea was declared."""

    code: str
    whose: int


@dataclass(frozen=True, kw_only=True)
class ConflictWithdrawn(Event):
    """A manager took a declared conflict back."""

    code: str
    whose: int
