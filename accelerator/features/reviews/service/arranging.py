"""A reviewer who can not do it as asked: another date, or a colleague instead."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity.events.reviews import (
    ReviewDateAnswered,
    ReviewDateAsked,
    ReviewHandedOver,
    ReviewTakenOver,
)
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import ASKED, AssignmentState, DeclineReason, require_other_date
from accelerator.features.reviews.queries.workspace import Facts, facts
from accelerator.features.reviews.service.answering import require_open
from accelerator.i18n import N_
from accelerator.standing.assignments import ask
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import Assignment, Membership, Person


def ask_date(
    session: Session,
    *,
    actor: Actor,
    assignment: Assignment,
    asked_due_on: date,
    reason: str,
    now: datetime,
) -> None:
    """Ask for another day; until a manager answers, the old one holds. Asking again replaces it."""
    found = facts(session, assignment)
    _require_asked(assignment, found)
    require_other_date(asked_due_on, assignment.due_on, found.cohort.time_zone, now)
    assignment.asked_due_on, assignment.asked_reason = asked_due_on, reason
    record(
        session,
        ReviewDateAsked(
            actor_id=actor.id, programme_id=found.cohort.programme_id, idea_id=found.idea.id,
            path=f"/ideas/{found.idea.code}/reviews", code=found.idea.code,
            title=found.idea.title, due_on=assignment.due_on.isoformat(),
            asked_due_on=asked_due_on.isoformat(),
        ),
        now=now,
    )  # fmt: skip


def answer_date(
    session: Session, *, actor: Actor, assignment: Assignment, granted: bool, now: datetime
) -> None:
    """Move the date as asked, or keep it; the reviewer hears."""
    asked = assignment.asked_due_on
    if asked is None or assignment.state not in ASKED:
        raise DomainError("nothing_asked", N_("Nobody waits for an answer about this date."))
    assignment.asked_due_on, assignment.asked_reason = None, ""
    if granted:
        assignment.due_on = asked
    found = facts(session, assignment)
    record(
        session,
        ReviewDateAnswered(
            actor_id=actor.id, programme_id=found.cohort.programme_id, idea_id=found.idea.id,
            person_id=assignment.reviewer_id, path=f"/ideas/{found.idea.code}/review",
            code=found.idea.code, title=found.idea.title, due_on=assignment.due_on.isoformat(),
            granted=granted,
        ),
        now=now,
    )  # fmt: skip


def hand_over(
    session: Session,
    *,
    actor: Actor,
    assignment: Assignment,
    colleague_id: int,
    note: str,
    now: datetime,
) -> str:
    """Give a review to a colleague of the programme and return their name.

    A colleague in conflict, or who has the idea already, is refused in the same words, so that
    nobody learns who is in a hidden team or who else reviews. What was written stays a draft.
    """
    found = facts(session, assignment)
    _require_asked(assignment, found)
    colleague = session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.id == colleague_id,
            Person.id != actor.id,
            Person.disabled_at.is_(None),
            Membership.programme_id == found.cohort.programme_id,
            Membership.role == Role.REVIEWER,
        )
    ).one_or_none()
    if colleague is None:
        raise DomainError(
            "not_reviewer", N_("Choose a reviewer of this programme."), field="colleague"
        )
    conflicts = conflicts_between(session, [found.idea.id], [colleague.id])
    wanted = [(assignment.idea_id, assignment.passage_id, colleague.id)]
    if conflicts or not ask(
        session, wanted, asked_by_id=actor.id, due_on=assignment.due_on, now=now
    ):
        raise DomainError(
            "colleague_cannot",
            N_("%(name)s cannot take this review. Choose somebody else."),
            field="colleague",
            name=colleague.display_name,
        )
    assignment.state = AssignmentState.DECLINED
    assignment.decline_reason, assignment.decline_note = DeclineReason.HANDED, note
    assignment.handed_to_id = colleague.id
    assignment.answered_at = now
    told: dict[str, Any] = {
        "actor_id": actor.id, "programme_id": found.cohort.programme_id, "idea_id": found.idea.id,
        "code": found.idea.code, "title": found.idea.title,
    }  # fmt: skip
    taken = ReviewTakenOver(
        **told, person_id=colleague.id, path=f"/ideas/{found.idea.code}/review",
        stage=found.stage.name, due_on=assignment.due_on.isoformat(),
        colleague=actor.display_name, note=note,
    )  # fmt: skip
    record(session, taken, now=now)
    handed = ReviewHandedOver(**told, path=f"/ideas/{found.idea.code}/reviews")
    record(session, handed, now=now)
    return colleague.display_name


def _require_asked(assignment: Assignment, found: Facts) -> None:
    require_open(assignment, found)
    if assignment.state not in ASKED:
        raise DomainError("review_answered", N_("This review does not wait for you any more."))
