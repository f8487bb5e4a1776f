"""Where ideas stand: stage, passage, reviews, promise; for one idea or a page of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.people import display_name
from accelerator.domain.stages import IdeaState, NextStep, PassageState, Place, next_step
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Decision,
    Idea,
    Passage,
    Person,
    Stage,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts about one idea at a moment."""

    idea_id: int
    code: str
    title: Bilingual
    owner_id: int
    owner_name: str
    cohort_code: str
    programme_id: int
    state: IdeaState
    updated_at: datetime
    stage_id: int
    stage_key: str
    stage_name: Bilingual
    stage_position: int
    stage_count: int
    passage_id: int
    passage_state: PassageState
    entered_at: datetime
    handed_in_at: datetime | None
    readiness: float | None
    place: Place

    @property
    def next(self) -> NextStep:
        """Return the plain status: what, who acts, by when."""
        return next_step(self.place)


def standings(session: Session, idea_ids: Collection[int]) -> dict[int, Standing]:
    """Load the standing of each idea; two queries, however many ideas."""
    if not idea_ids:
        return {}
    last = (
        (
            select(func.max(Stage.position)).where(
                Stage.programme_id == Cohort.programme_id, Stage.removed_at.is_(None)
            )
        )
        .correlate(Cohort)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Idea, Passage, Stage, Person.family_name, Person.given_name,
            Cohort.code.label("cohort"),
            Cohort.programme_id, CohortStage.review_by, Decision.revisit_on, last.label("last"),
        )
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .join(Person, Person.id == Idea.owner_id)
        .outerjoin(
            CohortStage,
            (CohortStage.cohort_id == Cohort.id) & (CohortStage.stage_id == Stage.id),
        )
        .outerjoin(Decision, Decision.passage_id == Passage.id)
        .where(Idea.id.in_(idea_ids))
    ).all()  # fmt: skip
    reviews = review_counts(session, [row.Passage.id for row in rows])
    return {row.Idea.id: _standing(row, reviews.get(row.Passage.id, (0, 0))) for row in rows}


def review_counts(session: Session, passage_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Count (assigned, submitted) reviews per passage, declined ones left out."""
    done = func.sum(case((Assignment.state == "submitted", 1), else_=0))
    rows = session.execute(
        select(Assignment.passage_id, func.count(), done)
        .where(
            Assignment.passage_id.in_(passage_ids), Assignment.state.not_in(("declined", "removed"))
        )
        .group_by(Assignment.passage_id)
    )
    return {passage: (assigned, submitted) for passage, assigned, submitted in rows}


def _standing(row: Any, reviews: tuple[int, int]) -> Standing:
    idea, passage, stage = row.Idea, row.Passage, row.Stage
    name = display_name(row.family_name, row.given_name)
    place = Place(
        idea=IdeaState(idea.state),
        passage=PassageState(passage.state),
        last_stage=stage.position >= (row.last or 0),
        assigned=reviews[0],
        reviewed=reviews[1],
        required=stage.reviews_per_idea,
        hand_in_by=passage.hand_in_by,
        review_by=row.review_by,
        promise_on=passage.promise_on,
        asked_until=passage.asked_until,
        revisit_on=row.revisit_on,
    )
    return Standing(
        idea_id=idea.id, code=idea.code, title=idea.title, owner_id=idea.owner_id,
        owner_name=name, cohort_code=row.cohort, programme_id=row.programme_id,
        state=place.idea, updated_at=idea.updated_at, stage_id=stage.id, stage_key=stage.key,
        stage_name=stage.name, stage_position=stage.position, stage_count=row.last,
        passage_id=passage.id, passage_state=place.passage, entered_at=passage.entered_at,
        handed_in_at=passage.handed_in_at, readiness=idea.readiness, place=place,
    )  # fmt: skip
