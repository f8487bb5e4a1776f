"""A calibration round as the rules see it: its anchors and the reviews of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import AssignmentState
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.storage.tables import (
    Anchor,
    Assignment,
    Cohort,
    Idea,
    Membership,
    Passage,
    Person,
    Review,
    Stage,
)
from accelerator.storage.visibility import outside_team

if TYPE_CHECKING:
    from accelerator.domain.calibration import Calibration

AT_GATE = and_(
    Idea.passage_id == Passage.id,
    Idea.state == IdeaState.ACTIVE,
    Passage.state == PassageState.HANDED_IN,
)
Marks = Mapping[int, Mapping[int, float]]  # of passages, of reviewers


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """An anchor idea; `open` while it can still be reviewed."""

    passage_id: int
    idea_id: int
    code: str
    title: Bilingual
    open: bool


class Given(NamedTuple):
    """One assignment of an anchor, with its review's score and marks once it counts."""

    passage_id: int
    reviewer_id: int
    state: str
    due_on: date
    score: float | None
    marks: dict[str, int | None] | None


def anchors(
    session: Session, cohort: Cohort, stage: Stage, *, manager: Actor | None = None
) -> tuple[AnchorRow, ...]:
    """Load the anchors of a cohort's stage; a manager learns nothing of those of their own team."""
    statement = (
        select(Passage.id, Idea.id, Idea.code, Idea.title, AT_GATE)
        .select_from(Anchor)
        .join(Passage, Passage.id == Anchor.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(Idea.cohort_id == cohort.id, Passage.stage_id == stage.id)
        .order_by(Passage.id)
    )
    if manager is not None:
        statement = statement.where(outside_team(manager))
    return tuple(AnchorRow(*row[:4], bool(row[4])) for row in session.execute(statement))


def given(session: Session, passage_ids: Collection[int]) -> list[Given]:
    """Load every assignment of the anchors."""
    rows = session.execute(
        select(
            Assignment.passage_id, Assignment.reviewer_id, Assignment.state, Assignment.due_on,
            Review.score, Review.marks,
        )
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.passage_id.in_(passage_ids))
        .order_by(Assignment.id)
    )  # fmt: skip
    return [Given(*row) for row in rows]


def reviewers(programme_id: int) -> Select[Person]:
    """Select the reviewers of a programme who can sign in."""
    return (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.programme_id == programme_id,
            Membership.role == Role.REVIEWER,
            Person.disabled_at.is_(None),
        )
        .order_by(Person.family_name, Person.id)
    )


def done(row: Given) -> bool:
    """Say whether a review counts."""
    return row.state == AssignmentState.SUBMITTED and row.score is not None


def scores_of(assigned: Collection[Given]) -> dict[int, dict[int, float]]:
    """Return the scores that count, by passage and reviewer."""
    scores: dict[int, dict[int, float]] = defaultdict(dict)
    for row in assigned:
        if done(row):
            scores[row.passage_id][row.reviewer_id] = row.score or 0.0
    return scores


def calibrated(scores: Marks) -> "Calibration[int] | None":
    """Compare the reviewers, or return None where nobody has reviewed yet."""
    from accelerator.domain.calibration import calibrate
    from accelerator.domain.scoring import Scored

    reviews = [
        Scored(passage, reviewer, score)
        for passage, by_reviewer in scores.items()
        for reviewer, score in by_reviewer.items()
    ]
    return calibrate(reviews) if reviews else None
