"""What happens between a programme's managers and its reviewers."""

from dataclasses import dataclass
from typing import Any, ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class ReviewAssigned(Event):
    """A reviewer was asked to review one idea or several; one event for each reviewer."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "review_assigned", kind=Kind.REVIEW),
    )

    stage: Bilingual
    ideas: list[dict[str, Any]]
    due_on: str


@dataclass(frozen=True, kw_only=True)
class AssignmentRemoved(Event):
    """A manager no longer asks for a review."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "assignment_removed", kind=Kind.REVIEW),
    )

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
        Hears(Receivers.MANAGERS, "review_declined", channels=("inbox",), kind=Kind.PROGRAMME),
    )

    code: str
    title: Bilingual
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReviewDateAsked(Event):
    """A reviewer asks for another date; managers hear it without a name."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "review_date_asked", kind=Kind.PROGRAMME),
    )

    code: str
    title: Bilingual
    due_on: str
    asked_due_on: str


@dataclass(frozen=True, kw_only=True)
class ReviewDateAnswered(Event):
    """A manager moved the date of a review as asked, or kept it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "review_date_answered", kind=Kind.REVIEW),
    )

    code: str
    title: Bilingual
    due_on: str
    granted: bool


@dataclass(frozen=True, kw_only=True)
class ReviewHandedOver(Event):
    """A reviewer gave a review to a colleague; managers hear it without names."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "review_handed_over", channels=("inbox",), kind=Kind.PROGRAMME),
    )

    code: str
    title: Bilingual


@dataclass(frozen=True, kw_only=True)
class ReviewTakenOver(Event):
    """A colleague hands a review to somebody, who may still decline it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "review_taken_over", kind=Kind.REVIEW, replies_to_actor=True),
    )

    code: str
    title: Bilingual
    stage: Bilingual
    due_on: str
    colleague: str
    note: str


@dataclass(frozen=True, kw_only=True)
class InquiryAsked(Event):
    """A reviewer asked the team something; the team hears it without a name."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "inquiry_asked", kind=Kind.INFORMATION),
    )

    code: str
    title: Bilingual


@dataclass(frozen=True, kw_only=True)
class InquiryAnswered(Event):
    """The team answered a question; the reviewer hears it without a name."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "inquiry_answered", kind=Kind.REVIEW),
    )

    code: str
    title: Bilingual


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
        Hears(
            Receivers.MANAGERS, "reviews_complete", channels=("inbox", "hook"), kind=Kind.PROGRAMME
        ),
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
