"""What a manager can make an anchor."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import AssignmentState, is_late
from accelerator.features.calibration.queries.facts import AT_GATE, reviewers
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Idea,
    Passage,
    Person,
    Stage,
)
from accelerator.storage.visibility import outside_team

OFFERED = 50


@dataclass(frozen=True, slots=True)
class IdeaChoice:
    """An idea that could be an anchor."""

    code: str
    title: Bilingual
    owner: str
    reviews: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What a manager can choose from."""

    ideas: tuple[IdeaChoice, ...]
    idea_count: int
    reviewer_count: int
    due_on: date | None


def choice(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage, *, now: datetime
) -> Choice:
    """Load the ideas that can be anchors, those with most reviews first: they tell most already."""
    reviews = (
        select(func.count())
        .where(Assignment.passage_id == Passage.id, Assignment.state == AssignmentState.SUBMITTED)
        .correlate(Passage)
        .scalar_subquery()
    )
    offered = at_gate(actor, cohort, stage)
    rows = session.execute(
        offered.add_columns(Person, reviews.label("reviews"), func.count().over().label("total"))
        .join(Person, Person.id == Idea.owner_id)
        .order_by(reviews.desc(), Passage.id)
        .limit(OFFERED)
    ).all()
    everybody = reviewers(stage.programme_id).order_by(None).subquery()
    dates = session.get(CohortStage, (cohort.id, stage.id))
    return Choice(
        ideas=tuple(
            IdeaChoice(row.code, row.title, row.Person.display_name, row.reviews) for row in rows
        ),
        idea_count=rows[0].total if rows else 0,
        reviewer_count=session.scalar(select(func.count()).select_from(everybody)) or 0,
        due_on=dates.review_by
        if dates and not is_late(now, dates.review_by, cohort.time_zone)
        else None,
    )


def at_gate(actor: Actor, cohort: Cohort, stage: Stage) -> Select[int, int, str, Bilingual]:
    """Select the ideas that can be anchors; nobody chooses one of their own team."""
    return (
        select(Idea.id.label("idea_id"), Passage.id.label("passage_id"), Idea.code, Idea.title)
        .select_from(Idea)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(
            Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, AT_GATE, outside_team(actor)
        )
    )
