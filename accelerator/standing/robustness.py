"""What would carry ideas over the cut line, and how the marks of each criterion are spread."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from accelerator.domain.designing import on_scale
from accelerator.standing.kept import Kept
from accelerator.standing.ranking import Digest, StageRanking, counted
from accelerator.storage.tables import Assignment, Criterion, Idea, Passage, Review, Rubric

if TYPE_CHECKING:
    from accelerator.domain.scoring import Crossing

# Leaving out each reviewer in turn costs reviews × reviewers; above this, over a second.
MOST_FOR_ROBUSTNESS = 1_000_000

Weights = tuple[tuple[str, float, int], ...]  # key, weight (0 when not counted), marks


@dataclass(frozen=True, slots=True)
class CriterionMarks:
    """How the marks of one criterion are spread; `counts` are those of mark 1 and up."""

    key: str
    counts: tuple[int, ...]
    mean: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Robustness:
    """What carries passages over the line; those it names nothing for hold firm."""

    crossings: "Mapping[int, Crossing[int, str]]"
    criteria: tuple[CriterionMarks, ...]


def robustness_of(
    session: Session, found: StageRanking, criteria: Sequence[Criterion]
) -> Robustness | None:
    """Say what carries each passage over the line; None where that would take too long.

    One query, none when nothing changed. `criteria` are the stage's.
    """
    if found.digest.reviews * len(found.ranked.reviewers) > MOST_FOR_ROBUSTNESS:
        return None
    weights = tuple((c.key, c.weight if c.counted else 0.0, found.digest.scale) for c in criteria)
    return _KEPT.get(
        session,
        (found.digest, found.line.capacity, weights),
        lambda: _robustness(session, found.digest, weights, found.line.capacity),
    )


def _robustness(session: Session, digest: Digest, weights: Weights, capacity: int) -> Robustness:
    if not digest.reviews:
        return Robustness({}, ())
    from accelerator.domain.scoring import Marked, Scale, Scored, crossings, krippendorff

    rows = session.execute(
        select(
            Assignment.passage_id, Assignment.reviewer_id, cast(Review.marks, Text), Rubric.scale
        )
        .join(Review, Review.assignment_id == Assignment.id)
        .outerjoin(Rubric, Rubric.id == Review.rubric_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(counted(digest.cohort_id, digest.stage_id, digest.scope))
    )
    marked = [
        Marked(passage, reviewer, _compared(json.loads(text), was, digest.scale))
        for passage, reviewer, text, was in rows
    ]
    criteria = []
    for key, _, levels in weights:
        given = [
            Scored(review.idea, review.reviewer, float(mark))
            for review in marked
            if (mark := review.marks.get(key)) is not None
        ]
        counts = [0] * levels
        for each in given:
            counts[min(max(round(each.mark), 1), levels) - 1] += 1
        criteria.append(
            CriterionMarks(
                key,
                tuple(counts),
                sum(each.mark for each in given) / len(given) if given else None,
                krippendorff(given, Scale.ORDINAL) if given else None,
            )
        )
    found = crossings(marked, {key: weight for key, weight, _ in weights}, capacity=capacity)
    return Robustness(
        {passage: crossing for passage, crossing in found.items() if not crossing.firm},
        tuple(criteria),
    )


def _compared(
    marks: dict[str, float | None], was: int | None, scale: int
) -> dict[str, float | None]:
    """Put marks given on another scale onto the one that holds; the review keeps its own."""
    if was in (None, scale):
        return marks
    return {
        key: None if mark is None else on_scale(mark, was or scale, scale)
        for key, mark in marks.items()
    }


_KEPT: Kept[Robustness] = Kept(most=2)
