"""Reviewers write: text is kept whatever happens, and counts once it is submitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from accelerator.activity.events.reviews import LastReviewSubmitted, ReviewSubmitted
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import (
    ASKED,
    AssignmentState,
    ReviewText,
    is_late,
    mark_field,
    require_complete,
    score,
)
from accelerator.features.reviews.queries.workspace import Facts, RubricLine, text_of
from accelerator.features.reviews.service.answering import note_acceptance
from accelerator.i18n import N_
from accelerator.storage.tables import Assignment, Review


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a text: the row's new version, and whether it counts now."""

    version: int
    saved_at: datetime
    submitted: bool
    late: bool = False


def save(
    session: Session,
    *,
    actor: Actor,
    assignment: Assignment,
    found: Facts,
    text: ReviewText,
    version: int,
    now: datetime,
    opened: datetime | None = None,
) -> Saved:
    """Keep what the reviewer typed. It is kept even when the review is closed: text is not lost."""
    _require_fresh(found.review, text, version)
    review = found.review or _begin(session, assignment, found, now, opened)
    if text != text_of(review):
        review.draft = text.as_dict()
        review.saved_at = now
        assignment.skipped_at = None
    if assignment.state == AssignmentState.ASSIGNED and found.open:
        note_acceptance(session, actor, assignment, found, now)
    session.flush()
    return Saved(review.version, review.saved_at, submitted=False)


def skip(
    session: Session,
    *,
    actor: Actor,
    assignment: Assignment,
    found: Facts,
    text: ReviewText,
    version: int,
    now: datetime,
    opened: datetime | None = None,
) -> None:
    """Send a review to the end of its reviewer's queue; what was typed is kept."""
    if text != text_of(found.review):
        save(
            session, actor=actor, assignment=assignment, found=found, text=text, version=version,
            now=now, opened=opened,
        )  # fmt: skip
    if assignment.state in ASKED:
        assignment.skipped_at = now
    session.flush()


def submit(
    session: Session,
    *,
    actor: Actor,
    assignment: Assignment,
    found: Facts,
    rubric: Sequence[RubricLine],
    text: ReviewText,
    version: int,
    now: datetime,
    opened: datetime | None = None,
) -> Saved:
    """Make a review count, with its score at this moment; again and again until the gate decides.

    After its day a review is accepted and marked as late. Where the idea was withdrawn or decided
    meanwhile, the text is only kept.
    """
    if assignment.state not in {*ASKED, AssignmentState.SUBMITTED} or not found.open:
        return save(
            session, actor=actor, assignment=assignment, found=found, text=text, version=version,
            now=now, opened=opened,
        )  # fmt: skip
    _require_fresh(found.review, text, version)
    lines = [one.line for one in rubric]
    require_complete(text, lines)
    review = found.review or _begin(session, assignment, found, now, opened)
    again = review.submitted_at is not None
    review.marks = dict(text.marks)
    review.confidence = text.confidence
    review.recommendation = text.recommendation
    review.comment_to_team = text.comment_to_team
    review.note_to_manager = text.note_to_manager
    review.score = score(text, lines)
    review.rubric_id = None  # given under the rubric that holds now
    flag_modified(review, "rubric_id")  # though it was frozen after this row was read
    review.abstained = sum(mark is None for mark in text.marks.values())
    review.draft = None
    review.saved_at = now
    review.submitted_at = review.submitted_at or now
    assignment.answered_at = assignment.answered_at or now
    assignment.state = AssignmentState.SUBMITTED
    assignment.skipped_at = assignment.asked_due_on = None
    session.flush()
    late = is_late(review.submitted_at, assignment.due_on, found.cohort.time_zone)
    last = not again and found.waiting == 1 and found.done + 1 >= found.stage.reviews_per_idea
    happened = LastReviewSubmitted if last else ReviewSubmitted
    record(
        session,
        happened(
            actor_id=actor.id, programme_id=found.cohort.programme_id, idea_id=found.idea.id,
            path=f"/ideas/{found.idea.code}/reviews", code=found.idea.code,
            title=found.idea.title, version=review.version, late=late, again=again,
        ),
        now=now,
    )  # fmt: skip
    return Saved(review.version, now, submitted=True, late=late)


def _require_fresh(review: Review | None, text: ReviewText, version: int) -> None:
    """Raise Stale when another window saved something else; the same text again is no conflict."""
    if review is None or review.version == version:
        return
    saved = text_of(review)
    if saved != text:
        raise Stale(
            "review_changed",
            N_("You changed this review in another window."),
            theirs=_fields(saved),
            mine=_fields(text),
            version=review.version,
        )


def _begin(
    session: Session,
    assignment: Assignment,
    found: Facts,
    now: datetime,
    opened: datetime | None,
) -> Review:
    """Make the row of a review, pinned to the version that was handed in.

    When the page was opened is what the browser says, within what can be true.
    """
    if found.version is None:
        raise DomainError("nothing_handed_in", N_("Nothing was handed in to review."))
    review = Review(
        assignment_id=assignment.id, idea_version_id=found.version.id, marks={}, score=None,
        confidence=None, recommendation=None, comment_to_team="", note_to_manager="",
        draft=None, saved_at=now, submitted_at=None,
        opened_at=min(now, max(assignment.assigned_at, opened or now)),
    )  # fmt: skip
    session.add(review)
    return review


def _fields(text: ReviewText) -> dict[str, str]:
    fields = text.as_dict()
    marks = fields.pop("marks")
    return {name: str(value or "") for name, value in fields.items()} | {
        mark_field(key): "" if mark is None else str(mark) for key, mark in marks.items()
    }
