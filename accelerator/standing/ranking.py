"""The ranking of one stage in one cohort, from its submitted reviews; for its page and the gate.

What is computed from the same reviews is kept in the process, found by the reviews themselves, so
it can never be out of date. The numbers' own library is loaded only when there are reviews.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Text, and_, cast, func, select
from sqlalchemy.orm import Session

from accelerator.domain.gates import CutLine, cut_line, places_left
from accelerator.domain.reviews import AssignmentState
from accelerator.domain.stages import ADVANCING, IdeaState, PassageState
from accelerator.storage.tables import Assignment, Cohort, Criterion, Idea, Passage, Review

if TYPE_CHECKING:
    from accelerator.domain.scoring import Crossing, RankedIdea, Ranking

AT_GATE = (PassageState.HANDED_IN, PassageState.DECIDED)
# Leaving out each reviewer in turn costs reviews × reviewers; above this, over half a second.
MOST_FOR_ROBUSTNESS = 400_000


class Scope(StrEnum):
    """Whose passages are ranked: of the ideas at the gate now, or all of the cohort's."""

    NOW = auto()
    ALL = auto()


class Given(NamedTuple):
    """One submitted review; passages stand for ideas, for an idea may pass a stage twice."""

    passage_id: int
    reviewer_id: int
    score: float


@dataclass(frozen=True, slots=True)
class StageRanking:
    """The ranking of the reviewed passages, and what was needed to draw its line."""

    ranking: "Ranking[int, int]"
    line: CutLine
    alpha: float | None  # Krippendorff's, ordinal, over the collapsed marks
    icc: float | None
    reviews: tuple[Given, ...]

    @property
    def by_passage(self) -> "dict[int, RankedIdea[int]]":
        """Return the lines by passage."""
        return {row.idea: row for row in self.ranking.rows}


@dataclass(frozen=True, slots=True)
class CriterionMarks:
    """How the marks of one criterion are spread; `counts` are those of mark 1 and up."""

    key: str
    counts: tuple[int, ...]
    mean: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Robustness:
    """What carries passages over the line, and the marks of each criterion."""

    crossings: "Mapping[int, Crossing[int, str]]"
    criteria: tuple[CriterionMarks, ...]


def places_taken(cohort_id: int, stage_id: int) -> ScalarSelect[int]:
    """Select how many ideas of a cohort have passed the gate of a stage, as their teams know."""
    return (
        select(func.count())
        .select_from(Passage)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(
            Idea.cohort_id == cohort_id,
            Passage.stage_id == stage_id,
            Passage.outcome.in_(ADVANCING),
        )
        .scalar_subquery()
    )


def in_scope(cohort_id: int, stage_id: int, scope: Scope) -> ColumnElement[bool]:
    """The passages of a stage that a ranking is about; needs Idea and Passage joined by idea."""
    stage = and_(Idea.cohort_id == cohort_id, Passage.stage_id == stage_id)
    if scope is Scope.ALL:
        return stage
    return and_(
        stage,
        Idea.passage_id == Passage.id,
        Idea.state == IdeaState.ACTIVE,
        Passage.state.in_(AT_GATE),
    )


def ranking_of(
    session: Session,
    cohort: Cohort,
    stage_id: int,
    *,
    taken: int,
    capacity: int | None = None,
    scope: Scope = Scope.NOW,
) -> StageRanking:
    """Rank a stage's reviewed passages in one query; `taken` are the places gone at its gate.

    Ideas now at the gate compete for the places left, all ideas of the cohort for all of them.
    """
    rows = session.execute(
        select(Assignment.passage_id, Assignment.reviewer_id, Review.score)
        .join(Review, Review.assignment_id == Assignment.id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(
            in_scope(cohort.id, stage_id, scope),
            Assignment.state == AssignmentState.SUBMITTED,
            Review.score.is_not(None),
        )
        .order_by(Assignment.id)
    )
    reviews = tuple(Given(passage, reviewer, score or 0.0) for passage, reviewer, score in rows)
    left = cohort.capacity if scope is Scope.ALL else places_left(cohort.capacity, taken)
    line = cut_line(capacity, left=left, ranked=len({review.passage_id for review in reviews}))
    ranking, alpha, icc = _computed(reviews, line.capacity)
    return StageRanking(ranking, line, alpha, icc, reviews)


def robustness_of(
    session: Session,
    cohort: Cohort,
    stage_id: int,
    found: StageRanking,
    criteria: Sequence[Criterion],
    *,
    scope: Scope = Scope.NOW,
) -> Robustness | None:
    """Say what carries each passage over the line; None where that would take too long."""
    reviewers = {review.reviewer_id for review in found.reviews}
    if len(found.reviews) * len(reviewers) > MOST_FOR_ROBUSTNESS:
        return None
    rows = session.execute(
        select(Assignment.passage_id, Assignment.reviewer_id, cast(Review.marks, Text))
        .join(Review, Review.assignment_id == Assignment.id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(
            in_scope(cohort.id, stage_id, scope),
            Assignment.state == AssignmentState.SUBMITTED,
            Review.score.is_not(None),
        )
        .order_by(Assignment.id)
    )
    weights = tuple((c.key, c.weight if c.counted else 0.0) for c in criteria)
    most = tuple((c.key, len(c.levels) or 5) for c in criteria)
    marks = tuple((passage, reviewer, text) for passage, reviewer, text in rows)
    return _robustness(marks, weights, most, found.line.capacity)


@lru_cache(maxsize=4)
def _computed(
    reviews: tuple[Given, ...], capacity: int
) -> "tuple[Ranking[int, int], float | None, float | None]":
    from accelerator.domain.scoring import Scale, Scored, intraclass, krippendorff, rank

    scored = [Scored(*review) for review in reviews]
    ranking = rank(scored, capacity=capacity)
    if not scored:
        return ranking, None, None
    return ranking, krippendorff(scored, Scale.ORDINAL), intraclass(scored)


@lru_cache(maxsize=4)
def _robustness(
    rows: tuple[tuple[int, int, str], ...],
    weights: tuple[tuple[str, float], ...],
    most: tuple[tuple[str, int], ...],
    capacity: int,
) -> Robustness:
    from accelerator.domain.scoring import Marked, Scale, Scored, crossings, krippendorff

    marked = [Marked(passage, reviewer, json.loads(text)) for passage, reviewer, text in rows]
    criteria = []
    for key, levels in most:
        given = [
            Scored(review.idea, review.reviewer, float(mark))
            for review in marked
            if (mark := review.marks.get(key)) is not None
        ]
        counts = [0] * levels
        for each in given:
            counts[min(max(int(each.mark), 1), levels) - 1] += 1
        criteria.append(
            CriterionMarks(
                key,
                tuple(counts),
                sum(each.mark for each in given) / len(given) if given else None,
                krippendorff(given, Scale.ORDINAL) if given else None,
            )
        )
    found = crossings(marked, dict(weights), capacity=capacity) if marked else {}
    return Robustness(found, tuple(criteria))
