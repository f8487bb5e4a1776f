"""What an announced decision closes and opens beside the passages: reviews and milestones."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.gates import ReviewNotNeeded
from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.reviews import ASKED, AssignmentState
from accelerator.storage.tables import Assignment, Decision, Idea, Milestone, Passage


def close_reviews(
    session: Session,
    *,
    idea: Idea,
    passage: Passage,
    programme_id: int,
    actor_id: int | None,
    now: datetime,
) -> None:
    """End what reviewers were still asked for; what they wrote stays, and they are told."""
    reviewers = session.scalars(
        update(Assignment)
        .where(Assignment.passage_id == passage.id, Assignment.state.in_(ASKED))
        .values(state=AssignmentState.CLOSED)
        .returning(Assignment.reviewer_id)
        .execution_options(synchronize_session=False)
    ).all()
    for reviewer in reviewers:
        record(
            session,
            ReviewNotNeeded(
                actor_id=actor_id,
                programme_id=programme_id,
                subject=f"idea:{idea.code}",
                person_id=reviewer,
                code=idea.code,
                title=idea.title,
                path="/reviews",
            ),
            now=now,
        )


def drop_milestones(session: Session, passage: Passage) -> None:
    """Drop what the stage still asked for: the idea starts it again or its way has ended."""
    session.execute(
        update(Milestone)
        .where(Milestone.passage_id == passage.id, Milestone.state == MilestoneState.OPEN)
        .values(state=MilestoneState.DROPPED)
        .execution_options(synchronize_session=False)
    )


def _name_of(condition: str) -> Bilingual:
    """Name a milestone after its condition: a name stands in sentences, without a full stop."""
    return Bilingual().with_side(language_of(condition), condition.rstrip(".。") or condition)


def set_conditions(session: Session, decision: Decision, idea: Idea, passage: Passage) -> None:
    """Make each condition a milestone of the stage entered, due on its day."""
    session.add_all(
        Milestone(
            idea_id=idea.id,
            passage_id=passage.id,
            name=_name_of(condition["text"]),
            wanted=Bilingual(),
            owner_id=idea.owner_id,
            due_on=date.fromisoformat(condition["due_on"]),
        )
        for condition in decision.conditions
    )
    session.flush()
