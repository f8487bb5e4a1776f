"""The reviews of one round: of the ideas now at a gate, without those of the reader's own team."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.pace import Queue
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import ASKED, GONE, AssignmentState
from accelerator.domain.workdays import Calendar
from accelerator.standing.ranking import Scope, in_scope
from accelerator.storage.tables import Assignment, Cohort, CohortStage, Idea, Passage, Review, Stage
from accelerator.storage.visibility import outside_team

Counts = tuple[int, int, int, int, int, int]
NAMES = ("asked", "accepted", "drafted", "done", "late", "declined")


def today_of(cohort: Cohort, now: datetime) -> date:
    """Return the day on the cohort's clock."""
    return now.astimezone(ZoneInfo(cohort.time_zone)).date()


def of_round(actor: Actor, cohort: Cohort, stage: Stage) -> ColumnElement[bool]:
    """The passages of a round; needs Idea and Passage joined by idea."""
    return and_(
        in_scope(cohort.id, stage.id, Scope.NOW),
        Passage.handed_in_at.is_not(None),
        outside_team(actor),
    )


def conditions(today: date) -> dict[str, ColumnElement[bool]]:
    """What each count counts; needs Assignment and its Review, if there is one, joined."""
    state = Assignment.state
    return {
        "asked": state.not_in(GONE),
        "accepted": or_(state == AssignmentState.ACCEPTED, state == AssignmentState.SUBMITTED),
        "drafted": and_(state.in_(ASKED), Review.id.is_not(None)),
        "done": state == AssignmentState.SUBMITTED,
        "late": and_(state.in_(ASKED), Assignment.due_on < today),
        "declined": state == AssignmentState.DECLINED,
    }


def counts(today: date) -> dict[str, ColumnElement[int]]:
    """How many reviews are how far."""
    return {
        name: func.count(Assignment.id).filter(condition)
        for name, condition in conditions(today).items()
    }


def reviews_of(actor: Actor, cohort: Cohort, stage: Stage, *columns: Any) -> Select[Any]:
    """Select from the assignments of a round, each with its review if one was begun."""
    return (
        select(*columns)
        .select_from(Assignment)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(of_round(actor, cohort, stage))
    )


def queues(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    calendar: Calendar,
    today: date,
) -> dict[int, Queue]:
    """Return what each reviewer of the round wrote since first asked, and still owes."""
    rows = session.execute(
        reviews_of(
            actor, cohort, stage, Assignment.reviewer_id, func.min(Assignment.assigned_at),
            func.count().filter(Assignment.state == AssignmentState.SUBMITTED),
            func.count().filter(Assignment.state.in_(ASKED)),
        )
        .where(Assignment.state.not_in(GONE))
        .group_by(Assignment.reviewer_id)
    )  # fmt: skip
    zone = ZoneInfo(cohort.time_zone)
    return {
        reviewer: Queue(
            done,
            max(0, calendar.count(asked_at.astimezone(zone).date(), today)) + 0.5,
            owed,
        )
        for reviewer, asked_at, done, owed in rows
    }


def review_day(session: Session, cohort: Cohort, stage: Stage) -> date | None:
    """Return the day by which the round is to end, if the cohort has one for the stage."""
    dates = session.get(CohortStage, (cohort.id, stage.id))
    return dates.review_by if dates else None
