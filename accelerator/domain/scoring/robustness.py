"""Whether an idea crosses the cut line when something that should not matter is changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from accelerator.domain.scoring.collapse import collapse
from accelerator.domain.scoring.design import Design, arrange, sums
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
    collapse({}, weights)  # refuses weights that are none
    counting = [criterion for criterion, weight in weights.items() if weight > 0]
    variants = [
        [weights[criterion] for criterion in counting],
        [1.0 for _ in counting],
        *(
            [weights[other] * (swing if other == criterion else 1) for other in counting]
            for criterion in counting
            for swing in (1 - policy.weight_swing, 1 + policy.weight_swing)
        ),
    ]
    used = [
        review
        for review in reviews
        if any(review.marks.get(criterion) is not None for criterion in counting)
    ]
    columns = _collapsed(used, counting, np.array(variants, dtype=np.float64))
    design, marks = arrange([r.idea for r in used], [r.reviewer for r in used], columns)
    fair = adjust(
        [Scored(r.idea, r.reviewer, z) for r, z in zip(used, columns[:, 0].tolist(), strict=True)],
        policy,
    )
    means = _means(design, marks, fair.rho)
    base = _above(means[:, 0], capacity)
    raw = _above(fair.raw, capacity) != base
    by_weights = np.array([_above(column, capacity) != base for column in means.T])
    by_weight = by_weights[2::2] | by_weights[3::2]
    by_reviewer = np.array(
        [
            _above(left, capacity) != base
            for left in _without_each(design, marks[:, 0], means[:, 0], fair.rho)
        ],
        dtype=bool,
    ).reshape(len(design.reviewers), len(design.ideas))
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


def _collapsed(
    reviews: Sequence[Marked[Idea, Reviewer, Criterion]],
    counting: Sequence[Criterion],
    variants: Floats,
) -> Floats:
    """Return what `collapse` says of n reviews under m variants of weights: (m, C) → (n, m)."""
    shape = (len(reviews), len(counting))
    given = [[review.marks.get(criterion) for criterion in counting] for review in reviews]
    answered = np.array([[mark is not None for mark in row] for row in given]).reshape(shape)
    marks = np.array([[mark or 0.0 for mark in row] for row in given]).reshape(shape)
    total = np.zeros((len(reviews), len(variants)))
    weight = np.zeros_like(total)
    for at in range(len(counting)):  # one after the other, so that no order of reviews matters
        total += np.outer(marks[:, at], variants[:, at])
        weight += np.outer(answered[:, at], variants[:, at])
    return total / weight


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


def _without_each(
    design: Design[Idea, Reviewer], z: Floats, means: Floats, rho: float
) -> Iterator[Floats]:
    """Yield the adjusted means with each reviewer left out in turn: (n,), (I,) → R times (I,).

    `means` are those with all reviews. Only the ideas of the reviewer left out change their part of
    the equations, so each turn costs little more than solving them.
    """
    ideas, reviewers = len(design.ideas), len(design.reviewers)
    counts = design.counts.astype(np.float64)
    total = sums(design.idea, z, ideas)
    raw = total / counts
    pull = design.sum_by_reviewer(z - raw[design.idea])
    comparison = np.diag(design.loads) - design.overlap(1 / counts)
    touched = np.zeros(ideas, dtype=bool)
    for at in range(reviewers):
        theirs = design.reviewer == at
        here, mine = np.unique(design.idea[theirs], return_inverse=True)
        gone = np.bincount(mine)
        left = counts[here] - gone
        kept = left > 0
        share = np.divide(1, left, out=np.zeros_like(left), where=kept)
        changed = raw.copy()
        changed[here] = (total[here] - sums(mine, z[theirs], len(here))) * share
        if rho > 0:
            touched[here] = True
            others = np.flatnonzero(touched[design.idea] & ~theirs)
            touched[here] = False
            cell = np.searchsorted(here, design.idea[others]) * reviewers + design.reviewer[others]
            rest = np.bincount(cell, minlength=len(here) * reviewers).reshape(len(here), reviewers)
            whole = rest.copy()
            whole[:, at] = gone
            system = (
                comparison
                + (whole.T / counts[here]) @ whole
                - (rest.T * share) @ rest
                + np.eye(reviewers) / rho
            )
            system[at] = system[:, at] = 0
            system[at, at] = 1
            sides = pull + rest.T @ (raw[here] - changed[here])
            sides[at] = 0
            leniency = np.linalg.solve(system, sides)
            bias = design.mean_by_reviewers(leniency)
            bias[here] = (rest @ leniency) * share
            changed -= bias
        changed[here[~kept]] = means[here[~kept]]
        yield changed
