"""Whether an idea crosses the cut line when something that should not matter is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from accelerator.domain.scoring.collapse import collapse
from accelerator.domain.scoring.design import Design, arrange
from accelerator.domain.scoring.policy import (
    DEFAULT_POLICY,
    Criterion,
    Floats,
    Idea,
    Reviewer,
    Scored,
    ScoringPolicy,
)
from accelerator.domain.scoring.ranking import above_first
from accelerator.domain.scoring.severity import adjust


@dataclass(frozen=True, slots=True)
class Marked(Generic[Idea, Reviewer, Criterion]):
    """One review with its mark per criterion; None is an unanswered one."""

    idea: Idea
    reviewer: Reviewer
    marks: Mapping[Criterion, float | None]


@dataclass(frozen=True, slots=True)
class Crossing(Generic[Reviewer, Criterion]):
    """What would carry one idea over the cut line, from `above` or to it."""

    above: bool
    raw: bool  # plain means
    equal_weights: bool
    weights: tuple[Criterion, ...]  # one weight alone, up or down
    reviewers: tuple[Reviewer, ...]  # one reviewer left out

    @property
    def firm(self) -> bool:
        """Nothing tried here carries the idea over the line."""
        return not (self.raw or self.equal_weights or self.weights or self.reviewers)


def crossings(
    reviews: Sequence[Marked[Idea, Reviewer, Criterion]],
    weights: Mapping[Criterion, float],
    *,
    capacity: int,
    policy: ScoringPolicy = DEFAULT_POLICY,
) -> dict[Idea, Crossing[Reviewer, Criterion]]:
    """Return for each idea whether it crosses the line of the best `capacity`, and under what.

    Tried are raw means, equal weights, each counting weight up and down by `policy.weight_swing`
    (renormalised), and each reviewer left out. ρ stays as all reviews estimate it, so a crossing is
    the doing of marks and weights and not of a new guess at the variances. An idea whose only
    reviewer is left out keeps its mean. Reviews without an answer that counts are not used.
    Raises ValueError as `collapse` does, and for a negative capacity.

    >>> marks = {"A": {"market": 5, "team": 1}, "B": {"market": 2, "team": 3}}
    >>> reviews = [Marked(idea, reviewer, marks[idea]) for idea in marks for reviewer in (1, 2)]
    >>> found = crossings(reviews, {"market": 1, "team": 1}, capacity=1)
    >>> found["A"].weights, found["A"].raw, found["A"].firm
    (('market',), False, False)
    """
    if capacity < 0:
        raise ValueError("a capacity is not negative")
    counting = [criterion for criterion, weight in weights.items() if weight > 0]
    variants: list[Mapping[Criterion, float]] = [
        weights,
        dict.fromkeys(counting, 1.0),
        *(
            {**weights, criterion: weights[criterion] * swing}
            for criterion in counting
            for swing in (1 - policy.weight_swing, 1 + policy.weight_swing)
        ),
    ]
    used: list[tuple[Marked[Idea, Reviewer, Criterion], list[float]]] = []
    for review in reviews:
        columns = [collapse(review.marks, variant) for variant in variants]
        answered = [mark for mark in columns if mark is not None]
        if answered:  # all variants count the same criteria, so it is all of them or none
            used.append((review, answered))
    design, marks = arrange(
        [review.idea for review, _ in used],
        [review.reviewer for review, _ in used],
        np.array([row for _, row in used], dtype=np.float64).reshape(-1, len(variants)),
    )
    fair = adjust([Scored(r.idea, r.reviewer, row[0]) for r, row in used], policy)
    means = _means(design, marks, fair.rho)
    base = _above(means[:, 0], capacity)
    raw = _above(fair.raw, capacity) != base
    by_weights = np.array([_above(column, capacity) != base for column in means.T])
    by_weight = by_weights[2::2] | by_weights[3::2]
    by_reviewer = np.zeros((len(design.reviewers), len(design.ideas)), dtype=bool)
    for at in range(len(design.reviewers)):
        rest, kept = design.without(at)
        left = means[:, 0].copy()
        left[list(rest.ideas)] = _means(rest, marks[kept, :1], fair.rho)[:, 0]
        by_reviewer[at] = _above(left, capacity) != base
    return {
        idea: Crossing(
            above=bool(base[at]),
            raw=bool(raw[at]),
            equal_weights=bool(by_weights[1, at]),
            weights=tuple(counting[c] for c in np.flatnonzero(by_weight[:, at])),
            reviewers=tuple(design.reviewers[r] for r in np.flatnonzero(by_reviewer[:, at])),
        )
        for at, idea in enumerate(design.ideas)
    }


def _above(means: Floats, capacity: int) -> NDArray[np.bool_]:
    """Return which of I means are among the best: (I,) booleans."""
    above = np.zeros(len(means), dtype=bool)
    above[above_first(means)[:capacity]] = True
    return above


def _means(design: Design[Idea, Reviewer], marks: Floats, rho: float) -> Floats:
    """Return adjusted means at a given ρ for several columns of marks: (n, m) → (I, m)."""
    raw: Floats = np.column_stack([design.mean_by_idea(column) for column in marks.T])
    if rho == 0:
        return raw
    deviation = marks - raw[design.idea]
    pull: Floats = np.column_stack([design.sum_by_reviewer(column) for column in deviation.T])
    comparison = np.diag(design.loads) - design.overlap(1 / design.counts)
    leniency = np.linalg.solve(comparison + np.eye(len(comparison)) / rho, pull).astype(np.float64)
    return raw - design.mean_by_reviewers(leniency.T).T
