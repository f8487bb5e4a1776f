"""What the means say about the ideas: shrinkage, and the probability of being above the cut."""

from dataclasses import dataclass
from enum import StrEnum
from math import erfc, pi, sqrt
from typing import Generic

import numpy as np

from accelerator.domain.scoring.policy import (
    DEFAULT_POLICY,
    Floats,
    Idea,
    Reviewer,
    ScoringPolicy,
)
from accelerator.domain.scoring.severity import Adjusted

BLOCK = 50_000  # draws × ideas held in memory at once
NEWTON_END = 1e-12  # relative size of the step that ends the search for τ²
INDISTINCT = 1e-9  # × σ²: the τ² drawn with when the ideas show no difference at all


class Zone(StrEnum):
    """What the probability of being above the cut asks for."""

    GO = "go"
    DISCUSS = "discuss"
    STOP = "stop"


def zone(probability: float, policy: ScoringPolicy = DEFAULT_POLICY) -> Zone:
    """Return clear go above `policy.go`, clear stop below `policy.stop`, between them discuss.

    >>> [zone(p).value for p in (0.95, 0.9, 0.1, 0.05)]
    ['go', 'discuss', 'discuss', 'stop']
    """
    if probability > policy.go:
        return Zone.GO
    return Zone.STOP if probability < policy.stop else Zone.DISCUSS


def normal_below(x: Floats) -> Floats:
    """Return Φ(x) to full precision, also far in the lower tail: (m,) → (m,).

    >>> normal_below(np.array([0.0, -1.0])).round(6).tolist()
    [0.5, 0.158655]
    """
    return np.array([erfc(-value / sqrt(2)) / 2 for value in x.tolist()], dtype=np.float64)


def normal_density(x: Floats) -> Floats:
    """Return φ(x), elementwise.

    >>> normal_density(np.array([0.0])).round(6).tolist()
    [0.398942]
    """
    return np.exp(-(x**2) / 2) / sqrt(2 * pi)


# Φ for millions of draws at once: looked up to 1e-4, which averages out over the draws.
_STEPS_PER_UNIT = 2048
_BELOW = normal_below(np.arange(-8 * _STEPS_PER_UNIT, 8 * _STEPS_PER_UNIT + 1) / _STEPS_PER_UNIT)


def spread_of_ideas(
    means: Floats, variances: Floats, sigma2: float, policy: ScoringPolicy = DEFAULT_POLICY
) -> float:
    """Return τ², the variance between the ideas' true values, in squared mark units; 0 is possible.

    Paule and Mandel 1982: the τ² at which Σ (m−μ)²/(v+τ²) = I−1, with μ the mean weighted by
    1/(v+τ²); with fewer than `small_cohort` ideas it is pulled towards σ²: (4σ² + (I−1)τ̂²)/(3+I).
    `means` and `variances` (all above 0) are (I,), I at least 1.

    >>> spread_of_ideas(np.array([1.0, 3.0]), np.array([1.0, 1.0]), 1.0)
    1.0
    """
    degrees = len(means) - 1
    tau2 = step = _rise(means, variances, 0.0)
    while step > NEWTON_END * tau2:
        step = _rise(means, variances, tau2)
        tau2 += step
    if len(means) >= policy.small_cohort:
        return tau2
    pull = policy.small_cohort_pull
    return (pull * sigma2 + degrees * tau2) / (pull + degrees)


def _rise(means: Floats, variances: Floats, tau2: float) -> float:
    """Return Newton's step up to Paule and Mandel's τ², whose sum is convex and falls in τ²."""
    weights = 1 / (variances + tau2)
    squares = (weights * (means - weights @ means / weights.sum())) ** 2
    excess = float((squares / weights).sum()) - (len(means) - 1)
    return excess / float(squares.sum()) if excess > 0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Posterior(Generic[Idea, Reviewer]):
    """What is believed of I ideas after the reviews, in mark units, in canonical order.

    The covariance (Cov⁻¹ + 1/τ²)⁻¹ is diag(own) + K·Kᵀ with K = diag(kept)·G·F: ideas depend on one
    another only through their reviewers, so nothing of size I × I is ever needed.
    """

    adjusted: Adjusted[Idea, Reviewer]
    mean: Floats  # (I,) μ + τ²/(τ²+v)·(m−μ)
    variance: Floats  # (I,) diagonal of the covariance
    kept: Floats  # (I,) τ²/(τ²+σ²/D)
    own: Floats  # (I,) τ²·(σ²/D)/(τ²+σ²/D)
    shared_root: Floats  # (R, R) F
    mu: float
    tau2: float


def posterior(
    adjusted: Adjusted[Idea, Reviewer], tau2: float | None = None
) -> Posterior[Idea, Reviewer]:
    """Return the posterior of the ideas' true values under a normal prior N(μ, τ²).

    Without `tau2` it is estimated by `spread_of_ideas`; `math.inf` means no shrinkage at all. At
    least one idea. Source: the matrix inversion lemma on Cov = σ²D⁻¹ + G·L·Lᵀ·Gᵀ.

    >>> from accelerator.domain.scoring import Scored, adjust
    >>> two = adjust([Scored("A", 1, 8), Scored("B", 1, 4)])
    >>> posterior(two, tau2=1.2).mean.round(6).tolist()
    [7.0, 5.0]
    """
    design, policy = adjusted.design, adjusted.policy
    variance = adjusted.se**2
    if tau2 is None:
        tau2 = spread_of_ideas(adjusted.adjusted, variance, adjusted.sigma2, policy)
    drawn = max(tau2, INDISTINCT * adjusted.sigma2)
    weights = 1 / (1 + variance / drawn)
    mu = float(weights @ adjusted.adjusted / weights.sum())

    noise = adjusted.sigma2 / design.counts
    kept = 1 / (1 + noise / drawn)
    own = kept * noise
    root = adjusted.leniency_root
    seen = root.T @ design.overlap(1 / (noise + drawn) / design.counts**2) @ root
    factor = np.linalg.cholesky(np.eye(len(root)) + seen)
    shared_root = np.linalg.solve(factor, root.T).T
    return Posterior(
        adjusted=adjusted,
        mean=mu + weights * (adjusted.adjusted - mu),
        variance=own + kept**2 * design.diagonal(shared_root @ shared_root.T),
        kept=kept,
        own=own,
        shared_root=shared_root,
        mu=mu,
        tau2=tau2,
    )


def beats(adjusted: Adjusted[Idea, Reviewer], one: Idea, other: Idea) -> float:
    """Return the probability that one idea is truly better than another, without shrinkage.

    Φ((m_i−m_j)/√(V_ii+V_jj−2V_ij)). Raises ValueError for an idea without a review or for an idea
    against itself.

    >>> from accelerator.domain.scoring import Scored, ScoringPolicy, adjust
    >>> marks = [("A", 1, 6), ("A", 2, 8), ("B", 2, 7), ("B", 3, 5), ("C", 1, 4), ("C", 3, 3)]
    >>> fair = adjust([Scored(*each) for each in marks], ScoringPolicy(rho=0.5, sigma2=1))
    >>> round(beats(fair, "A", "B"), 6)
    0.788661
    """
    if one == other:
        raise ValueError("an idea is not compared with itself")
    ((v_one, v_both), (_, v_other)) = adjusted.covariance([one, other]).tolist()
    m_one, m_other = (adjusted.adjusted[adjusted.ideas.index(idea)] for idea in (one, other))
    return erfc((m_other - m_one) / sqrt(2 * (v_one + v_other - 2 * v_both))) / 2


def chance_of_top(belief: Posterior[Idea, Reviewer], capacity: int) -> Floats:
    """Return each idea's probability of truly being among the best `capacity`: (I,).

    Draws from N(posterior mean, posterior covariance) with the policy's seed: first what reviewers
    share, then each idea's own part. Each idea is then compared with the line the *others* draw,
    its own part integrated exactly, which takes far fewer draws than counting for the same error;
    so large rankings draw less (`draws_work` / I, not below `draws_least`), and no array has I²
    entries. The standard error is about 0.002; counting 20,000 draws would have up to 0.0035.
    Raises ValueError for a negative capacity.

    >>> from accelerator.domain.scoring import Scored, adjust
    >>> even = posterior(adjust([Scored("A", 1, 5), Scored("B", 2, 5)]))
    >>> chance_of_top(even, 1).round(2).tolist()
    [0.5, 0.5]
    """
    if capacity < 0:
        raise ValueError("a capacity is not negative")
    design, policy = belief.adjusted.design, belief.adjusted.policy
    ideas, reviewers = len(design.ideas), len(design.reviewers)
    if capacity == 0 or capacity >= ideas:
        return np.full(ideas, float(capacity > 0))
    draws = min(policy.draws, max(policy.draws_least, policy.draws_work // ideas))
    block = max(1, BLOCK // ideas)
    random = np.random.default_rng(policy.seed)
    own = np.sqrt(belief.own)
    total = np.zeros(ideas)
    out = ideas - capacity
    for begin in range(0, draws, block):
        size = min(block, draws - begin)
        severity = random.standard_normal((size, reviewers)) @ belief.shared_root.T
        centre = belief.mean + belief.kept * design.mean_by_reviewers(severity)
        value = centre + own * random.standard_normal((size, ideas))
        ordered = np.partition(value, out, axis=1)
        lowest_in, highest_out = ordered[:, out, None], ordered[:, :out].max(axis=1, keepdims=True)
        line = np.where(value >= lowest_in, highest_out, lowest_in)
        steps = np.rint((centre - line) / own * _STEPS_PER_UNIT) + len(_BELOW) // 2
        total += _BELOW[steps.clip(0, len(_BELOW) - 1).astype(np.intp)].sum(axis=0)
    return total / draws
