"""Reviewers ask the team, the team answers; neither learns the other's name."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.activity.events.reviews import InquiryAnswered, InquiryAsked
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import is_open
from accelerator.features.reviews.queries.workspace import Facts
from accelerator.features.reviews.service.answering import require_open
from accelerator.i18n import N_
from accelerator.storage.tables import Assignment, Cohort, Idea, Inquiry, Passage

MOST = 10


def ask(
    session: Session,
    *,
    actor: Actor,
    assignment: Assignment,
    found: Facts,
    text: str,
    now: datetime,
) -> None:
    """Ask the team something about the idea under review; the team hears it without a name."""
    require_open(assignment, found)
    if not text:
        raise DomainError("question_empty", N_("Write your question."), field="question")
    asked = session.scalar(
        select(func.count())
        .select_from(Inquiry)
        .where(Inquiry.passage_id == assignment.passage_id, Inquiry.asked_by_id == actor.id)
    )
    if asked is not None and asked >= MOST:
        raise DomainError(
            "questions_many",
            N_("You asked %(most)s questions already. Wait for their answers."),
            field="question",
            most=MOST,
        )
    session.add(
        Inquiry(
            idea_id=found.idea.id, passage_id=assignment.passage_id, asked_by_id=actor.id,
            text=text, asked_at=now, answer="",
        )
    )  # fmt: skip
    record(
        session,
        InquiryAsked(
            actor_id=actor.id, programme_id=found.cohort.programme_id, idea_id=found.idea.id,
            path=f"/ideas/{found.idea.code}/questions", code=found.idea.code,
            title=found.idea.title,
        ),
        now=now,
    )  # fmt: skip


def answer(
    session: Session, *, actor: Actor, idea: Idea, inquiry_id: int, text: str, now: datetime
) -> None:
    """Answer a reviewer for the team, once; the reviewer hears."""
    row = session.scalars(
        select(Inquiry)
        .where(Inquiry.id == inquiry_id, Inquiry.idea_id == idea.id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise DomainError("no_question", N_("This question is not asked any more."))
    if row.answered_at is not None:
        raise DomainError(
            "answered_meanwhile", N_("Somebody of the team answered meanwhile: see below.")
        )
    passage = session.get_one(Passage, row.passage_id)
    if not is_open(idea.state, passage.state):
        raise DomainError(
            "review_over", N_("The reviewers have finished; an answer would not reach them.")
        )
    row.answer, row.answered_by_id, row.answered_at = text, actor.id, now
    cohort = session.get_one(Cohort, idea.cohort_id)
    record(
        session,
        InquiryAnswered(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id,
            person_id=row.asked_by_id, path=f"/ideas/{idea.code}/review#questions",
            code=idea.code, title=idea.title,
        ),
        now=now,
    )  # fmt: skip
