"""The ideas that stand in stages now, as far as the reader sees them: whom a change touches."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.storage.tables import Assignment, Cohort, Idea, Passage, Review
from accelerator.storage.visibility import visible_ideas


@dataclass(slots=True)
class InFlight:
    """The living ideas in one stage: where their teams work, and where the gate has them."""

    working: int = 0
    at_gate: int = 0
    cohorts: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        """Return how many stand in the stage."""
        return self.working + self.at_gate


def in_flight(session: Session, actor: Actor, stage_ids: Collection[int]) -> dict[int, InFlight]:
    """Count the living ideas of stages by cohort; one query. A decision is not given away."""
    found = {stage_id: InFlight() for stage_id in stage_ids}
    rows = session.execute(
        select(Passage.stage_id, Cohort.code, Passage.state, func.count())
        .select_from(Idea)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(
            Passage.stage_id.in_(stage_ids), Idea.state == IdeaState.ACTIVE, visible_ideas(actor)
        )
        .group_by(Passage.stage_id, Cohort.code, Passage.state)
        .order_by(Cohort.code)
    )
    for stage_id, cohort, state, ideas in rows:
        one = found[stage_id]
        if state == PassageState.OPEN:
            one.working += ideas
        else:
            one.at_gate += ideas
        one.cohorts[cohort] = one.cohorts.get(cohort, 0) + ideas
    return found


@dataclass(frozen=True, slots=True)
class Written:
    """The reviews of a stage under the rubric that holds: handed in, and begun but not yet.

    `waiting` are those handed in about ideas that the gate has not told yet.
    """

    submitted: int
    begun: int
    waiting: int


def written(session: Session, stage_id: int) -> Written:
    """Count the reviews that a change of a stage's rubric or of its anonymity touches."""
    submitted = Review.submitted_at.is_not(None)
    waiting = submitted & (Passage.state != PassageState.LEFT)
    row = session.execute(
        select(
            func.count().filter(submitted & Review.rubric_id.is_(None)),
            func.count().filter(
                Review.submitted_at.is_(None) & (Passage.state != PassageState.LEFT)
            ),
            func.count().filter(waiting),
        )
        .select_from(Review)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(Passage.stage_id == stage_id)
    ).one()
    return Written(*row)
