"""Reviewers say yes or no; conflicts of interest are declared and taken back."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accelerator.activity.events.reviews import (
    ConflictDeclared,
    ConflictWithdrawn,
    ReviewAccepted,
    ReviewDeclined,
)
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import ASKED, AssignmentState, DeclineReason
from accelerator.features.reviews.queries.workspace import Facts, facts
from accelerator.i18n import N_
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Assignment, Cohort, Conflict, Idea, Membership


def accept(session: Session, *, actor: Actor, assignment: Assignment, now: datetime) -> None:
    """Say yes; saying it twice changes nothing."""
    if assignment.state == AssignmentState.ASSIGNED:
        found = facts(session, assignment)
        require_open(assignment, found)
        note_acceptance(session, actor, assignment, found, now)


def decline(
    session: Session,
    *,
    actor: Actor,
    assignment: Assignment,
    reason: DeclineReason,
    note: str,
    now: datetime,
) -> None:
    """Say no, for one of three reasons; a conflict is declared with it, so it holds from now on."""
    if assignment.state == AssignmentState.DECLINED:
        return
    found = facts(session, assignment)
    require_open(assignment, found)
    if assignment.state == AssignmentState.SUBMITTED:
        raise DomainError(
            "review_submitted", N_("You submitted this review already; it cannot be declined.")
        )
    _decline(session, actor, assignment, found.idea, found.cohort.programme_id, reason, note, now)
    if reason is DeclineReason.CONFLICT:
        _declare(session, actor, found.idea, found.cohort.programme_id, actor.id, note, now)


def declare_conflict(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    person_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Declare somebody's conflict of interest; a review that waits for them is declined by it."""
    programme_id = session.get_one(Cohort, idea.cohort_id).programme_id
    known = session.scalar(
        select(Membership.id).where(
            Membership.programme_id == programme_id, Membership.person_id == person_id
        )
    )
    if known is None:
        raise DomainError(
            "not_of_programme", N_("Choose somebody of this programme."), field="person"
        )
    _declare(session, actor, idea, programme_id, person_id, reason, now)
    waiting = session.scalars(
        select(Assignment).where(
            Assignment.passage_id == idea.passage_id,
            Assignment.reviewer_id == person_id,
            Assignment.state.in_(ASKED),
        )
    ).one_or_none()
    if waiting is not None:
        conflict = DeclineReason.CONFLICT
        _decline(session, actor, waiting, idea, programme_id, conflict, reason, now)


def withdraw_conflict(
    session: Session, *, actor: Actor, idea: Idea, person_id: int, now: datetime
) -> None:
    """Take a declared conflict back; nobody is assigned by it."""
    gone = session.execute(
        delete(Conflict)
        .where(Conflict.idea_id == idea.id, Conflict.person_id == person_id)
        .returning(Conflict.id)
    ).all()
    if gone:
        cohort = session.get_one(Cohort, idea.cohort_id)
        record(
            session,
            ConflictWithdrawn(
                actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id,
                code=idea.code, whose=person_id,
            ),
            now=now,
        )  # fmt: skip


def _decline(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    idea: Idea,
    programme_id: int,
    reason: DeclineReason,
    note: str,
    now: datetime,
) -> None:
    assignment.state = AssignmentState.DECLINED
    assignment.decline_reason = reason
    assignment.decline_note = note
    assignment.answered_at = now
    record(
        session,
        ReviewDeclined(
            actor_id=actor.id, programme_id=programme_id, idea_id=idea.id,
            path=f"/ideas/{idea.code}/reviews", code=idea.code, title=idea.title, reason=reason,
        ),
        now=now,
    )  # fmt: skip


def _declare(
    session: Session,
    actor: Actor,
    idea: Idea,
    programme_id: int,
    person_id: int,
    reason: str,
    now: datetime,
) -> None:
    added = session.execute(
        insert_into(session, Conflict)
        .values(
            idea_id=idea.id, person_id=person_id, reason=reason, declared_by_id=actor.id,
            declared_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Conflict.id)
    ).all()  # fmt: skip
    if added:
        record(
            session,
            ConflictDeclared(
                actor_id=actor.id, programme_id=programme_id, idea_id=idea.id, code=idea.code,
                whose=person_id,
            ),
            now=now,
        )  # fmt: skip


def note_acceptance(
    session: Session, actor: Actor, assignment: Assignment, found: Facts, now: datetime
) -> None:
    """Mark an assignment as accepted: by the button, or by beginning to write."""
    assignment.state = AssignmentState.ACCEPTED
    assignment.answered_at = now
    record(
        session,
        ReviewAccepted(
            actor_id=actor.id, programme_id=found.cohort.programme_id, idea_id=found.idea.id,
            code=found.idea.code,
        ),
        now=now,
    )  # fmt: skip


def require_open(assignment: Assignment, found: Facts) -> None:
    """Raise DomainError when the review is taken back, or its idea withdrawn or decided."""
    if assignment.state == AssignmentState.REMOVED:
        raise DomainError("review_removed", N_("This review is no longer asked of you."))
    if not found.open:
        raise DomainError(
            "review_closed",
            N_("This idea was withdrawn or decided meanwhile; no review is needed any more."),
        )
