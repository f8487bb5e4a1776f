"""The ranking of a stage: what its page shows of every idea."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from accelerator.domain.scoring.gain import knowledge_gain, spend
from accelerator.domain.scoring.policy import (
    DEFAULT_POLICY,
    Floats,
    Idea,
    Ints,
    Reviewer,
    Scored,
    ScoringPolicy,
)
from accelerator.domain.scoring.posterior import Zone, chance_of_top, posterior, zone
from accelerator.domain.scoring.severity import Adjusted, adjust

DECIMALS = 9  # adjusted means that agree so far are equal; what remains is rounding


@dataclass(frozen=True, slots=True)
class RankedIdea(Generic[Idea]):
    """One idea's line; all but place, panel, reviews and probability in mark units."""

    idea: Idea
    place: int  # from 1; equal means share a place
    raw: float
    adjusted: float
    se: float
    low: float
    high: float
    posterior: float  # mean, shrunk towards all ideas
    posterior_se: float
    probability: float  # of truly being among the best `capacity`
    zone: Zone
    gain: float  # what one more review would improve the decision by
    reviews: int
    apart: float  # the highest mark of its reviews less the lowest
    panel: int  # from 0; ideas of different panels are compared by assumption only


@dataclass(frozen=True, slots=True, eq=False)
class Ranking(Generic[Idea, Reviewer]):
    """All reviewed ideas, best adjusted mean first."""

    rows: tuple[RankedIdea[Idea], ...]
    adjusted: Adjusted[Idea, Reviewer]
    capacity: int
    cut: float | None  # halfway between the last adjusted mean in and the first out
    posterior_cut: float | None  # the same between posterior means; None when all or none fit
    mu: float | None  # None without ideas
    tau2: float | None  # variance between ideas, squared mark units


def above_first(means: Floats) -> Ints:
    """Return the positions of I means, best first; equal means stay in canonical order: (I,).

    >>> above_first(np.array([1.0, 3.0, 1.0 + 1e-12])).tolist()
    [1, 0, 2]
    """
    return np.argsort(-means.round(DECIMALS), kind="stable")


def cut_between(means: Floats, capacity: int) -> float | None:
    """Return the value halfway between the k-th and the next best of I means, None without both.

    >>> cut_between(np.array([5.0, 8.0, 6.0]), 1)
    7.0
    """
    if not 0 < capacity < len(means):
        return None
    best = np.sort(means)[::-1]
    return float(best[capacity - 1] + best[capacity]) / 2


def rank(
    reviews: Sequence[Scored[Idea, Reviewer]],
    *,
    capacity: int,
    policy: ScoringPolicy = DEFAULT_POLICY,
) -> Ranking[Idea, Reviewer]:
    """Return the ideas ranked by adjusted mean, with all a manager needs to read the cut line.

    Ideas without a review are not ranked. Raises ValueError for a negative capacity or a mark that
    is not finite.

    >>> from accelerator.domain.scoring import Scored, rank
    >>> marks = [("A", 1, 6), ("A", 2, 8), ("B", 2, 7), ("B", 3, 5), ("C", 1, 4), ("C", 3, 3)]
    >>> [(row.place, row.idea) for row in rank([Scored(*each) for each in marks], capacity=1).rows]
    [(1, 'A'), (2, 'B'), (3, 'C')]
    """
    if capacity < 0:
        raise ValueError("a capacity is not negative")
    fair = adjust(reviews, policy)
    if not fair.ideas:
        return Ranking((), fair, capacity, cut=None, posterior_cut=None, mu=None, tau2=None)
    belief = posterior(fair)
    posterior_cut = cut_between(belief.mean, capacity)
    gains = (
        np.zeros(len(fair.ideas))
        if posterior_cut is None
        else knowledge_gain(belief.mean, belief.variance, posterior_cut, fair.review_noise)
    )
    order = above_first(fair.adjusted)
    worse = -fair.adjusted.round(DECIMALS)[order]
    places = np.searchsorted(worse, worse, side="left") + 1
    counts = fair.design.counts
    first = np.cumsum(counts) - counts
    panels = fair.panel[fair.design.reviewer[first]]
    given: dict[Idea, list[float]] = {idea: [] for idea in fair.ideas}
    for review in reviews:
        given[review.idea].append(review.mark)
    chances = chance_of_top(belief, capacity).tolist()
    rows = tuple(
        RankedIdea(
            idea=fair.ideas[at],
            place=place,
            raw=float(fair.raw[at]),
            adjusted=float(fair.adjusted[at]),
            se=float(fair.se[at]),
            low=float(fair.low[at]),
            high=float(fair.high[at]),
            posterior=float(belief.mean[at]),
            posterior_se=float(np.sqrt(belief.variance[at])),
            probability=chances[at],
            zone=zone(chances[at], policy),
            gain=float(gains[at]),
            reviews=int(counts[at]),
            apart=max(given[fair.ideas[at]]) - min(given[fair.ideas[at]]),
            panel=int(panels[at]),
        )
        for at, place in zip(order.tolist(), places.tolist(), strict=True)
    )
    return Ranking(
        rows,
        fair,
        capacity,
        cut=cut_between(fair.adjusted, capacity),
        posterior_cut=posterior_cut,
        mu=belief.mu,
        tau2=belief.tau2,
    )


def next_reviews(ranking: Ranking[Idea, Reviewer], reviews: int) -> tuple[Idea, ...]:
    """Return the ideas to give the next reviews to, where they help the decision at the cut most.

    Empty when all or none fit, for then no review can change who is in. Raises ValueError for a
    negative number.

    >>> from accelerator.domain.scoring import Scored, rank
    >>> marks = [("A", 1, 9), ("B", 1, 6), ("C", 1, 5), ("D", 1, 1)]
    >>> next_reviews(rank([Scored(*each) for each in marks], capacity=2), 2)
    ('B', 'C')
    """
    if ranking.posterior_cut is None:
        return ()
    means = np.array([row.posterior for row in ranking.rows])
    variances = np.array([row.posterior_se for row in ranking.rows]) ** 2
    noise = ranking.adjusted.review_noise
    chosen = spend(means, variances, ranking.posterior_cut, noise, reviews)
    return tuple(ranking.rows[at].idea for at in chosen)
