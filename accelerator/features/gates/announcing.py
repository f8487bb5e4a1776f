"""Announce one decision: everything it opens and closes, and the message, in one transaction."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.gates import DecisionAnnounced, ReviewNotNeeded
from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.domain.gates import next_stage
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.reviews import ASKED, AssignmentState
from accelerator.domain.stages import ADVANCING, IdeaState, Outcome, PassageState, idea_state_after
from accelerator.standing.feedback import comments_for_team
from accelerator.standing.passages import enter_stage
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Decision,
    Idea,
    Milestone,
    Passage,
    Stage,
)

ASK_WITHIN = 10  # working days in which a team is invited to ask about a decision against it


class Told(NamedTuple):
    """A decision and all it is about, locked."""

    decision: Decision
    passage: Passage
    idea: Idea
    stage: Stage
    cohort: Cohort


def announce_one(
    session: Session, told: Told, order: list[Stage], *, actor_id: int | None, now: datetime
) -> str:
    """Leave the passage, enter what comes next, and tell the team; return the idea's code.

    `order` are the programme's stages. Reminders need no care: what they are about is looked at
    again before each is sent, and here it ends.
    """
    decision, passage, idea, stage, cohort = told
    outcome = Outcome(decision.outcome)
    coming = next_stage(outcome, stage, order)
    passage.state, passage.left_at, passage.outcome = PassageState.LEFT, now, outcome
    decision.announced_at = now
    idea.state = idea_state_after(outcome, last_stage=stage is order[-1])
    idea.updated_at = now
    session.flush()
    _close_reviews(session, told, actor_id=actor_id, now=now)
    if outcome not in ADVANCING:
        _drop_milestones(session, passage)
    entered = passage
    by = _later(cohort, stage.time_box_days if decision.conditions else ASK_WITHIN, now)
    if coming is not None:
        entered = enter_stage(session, idea=idea, cohort=cohort, stage=coming, now=now)
        by = entered.hand_in_by
    _set_conditions(session, decision, idea, entered, by)
    record(
        session,
        DecisionAnnounced(
            actor_id=actor_id,
            programme_id=cohort.programme_id,
            idea_id=idea.id,
            subject=f"decision:{decision.id}",
            code=idea.code,
            title=idea.title,
            stage=stage.name,
            outcome=outcome,
            graduated=idea.state == IdeaState.GRADUATED,
            reason=decision.reason,
            next_step=decision.next_step,
            conditions=decision.conditions,
            would_change=decision.would_change,
            next_stage=coming.name if coming else Bilingual(),
            by=(decision.revisit_on or by).isoformat(),
            comments=[
                {"text": comment.text, "reviewer": comment.reviewer}
                for comment in comments_for_team(
                    session, passage.id, show_names=not stage.reviewers_hidden
                )
            ],
            path=f"/ideas/{idea.code}/outcome",
        ),
        now=now,
    )
    return idea.code


def stages_of(session: Session, programme_id: int) -> list[Stage]:
    """Load the stages of a programme, in order."""
    return list(
        session.scalars(
            select(Stage).where(Stage.programme_id == programme_id).order_by(Stage.position)
        )
    )


def _close_reviews(session: Session, told: Told, *, actor_id: int | None, now: datetime) -> None:
    """End what reviewers were still asked for; what they wrote stays, and they are told."""
    reviewers = session.scalars(
        update(Assignment)
        .where(Assignment.passage_id == told.passage.id, Assignment.state.in_(ASKED))
        .values(state=AssignmentState.CLOSED)
        .returning(Assignment.reviewer_id)
        .execution_options(synchronize_session=False)
    ).all()
    for reviewer in reviewers:
        record(
            session,
            ReviewNotNeeded(
                actor_id=actor_id,
                programme_id=told.cohort.programme_id,
                subject=f"idea:{told.idea.code}",
                person_id=reviewer,
                code=told.idea.code,
                title=told.idea.title,
                path="/reviews",
            ),
            now=now,
        )


def _drop_milestones(session: Session, passage: Passage) -> None:
    """Drop what the stage still asked for: the idea starts it again or its way has ended."""
    session.execute(
        update(Milestone)
        .where(Milestone.passage_id == passage.id, Milestone.state == MilestoneState.OPEN)
        .values(state=MilestoneState.DROPPED)
        .execution_options(synchronize_session=False)
    )


def _set_conditions(
    session: Session, decision: Decision, idea: Idea, passage: Passage, by: date
) -> None:
    """Make each condition a milestone of the stage entered, due when its time box ends."""
    session.add_all(
        Milestone(
            idea_id=idea.id,
            passage_id=passage.id,
            name=Bilingual().with_side(language_of(condition), condition[:400]),
            wanted=Bilingual(),
            owner_id=idea.owner_id,
            due_on=by,
        )
        for condition in decision.conditions
    )
    session.flush()


def _later(cohort: Cohort, working_days: int, now: datetime) -> date:
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    return calendar_of(cohort.country, today.year).add(today, working_days)
