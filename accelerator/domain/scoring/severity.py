"""Adjusted means: ideas fixed, reviewers random.

Fixed ideas, because panels see ideas of different quality: where they do, z-scores and a model with
random ideas take the panel's quality for the reviewers' severity and destroy the ranking.

Model: z = m_idea + b_reviewer + e, b ~ N(0, ρσ²), e ~ N(0, σ²); b > 0 is lenient. ρ is the one
unknown that needs a search, over the profiled objective below in the eigenbasis of
A = diag(loads) − Nᵀ D⁻¹ N, whose zero eigenvalues are the unconnected panels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, pi
from statistics import NormalDist
from typing import Generic

import numpy as np

from accelerator.domain.scoring.design import Design, arrange, panels_of
from accelerator.domain.scoring.policy import (
    DEFAULT_POLICY,
    Floats,
    Idea,
    Ints,
    Reviewer,
    Scored,
    ScoringPolicy,
)

LN_RHO = np.linspace(log(1e-6), log(1e6), 256)  # where ρ is looked for; the lower end means 0
HALVINGS = 64  # of the interval around the best grid point: down to rounding
DUST = 64 * np.finfo(np.float64).eps  # relative; equal marks differ from their mean by this much


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted(Generic[Idea, Reviewer]):
    """Adjusted means of I ideas and leniencies of R reviewers, in mark units, in canonical order.

    Cov(adjusted) = σ² D⁻¹ + G·L·Lᵀ·Gᵀ with L the `leniency_root`.
    """

    design: Design[Idea, Reviewer]
    raw: Floats  # (I,) plain means
    adjusted: Floats  # (I,)
    se: Floats  # (I,) standard errors of `adjusted`
    low: Floats  # (I,) ends of the interval
    high: Floats
    leniency: Floats  # (R,) above 0 lenient, below 0 severe
    leniency_se: Floats  # (R,)
    leniency_root: Floats  # (R, R)
    panel: Ints  # (R,) the panel of each reviewer, from 0
    rho: float  # reviewer variance / noise variance
    sigma2: float  # noise variance of one review
    dof: int  # reviews − ideas
    objective: float | None  # at ρ; None when ρ and σ² are carried over
    policy: ScoringPolicy

    @property
    def ideas(self) -> tuple[Idea, ...]:
        """The ideas, in the order of the arrays over ideas."""
        return self.design.ideas

    @property
    def reviewers(self) -> tuple[Reviewer, ...]:
        """The reviewers, in the order of the arrays over reviewers."""
        return self.design.reviewers

    @property
    def reviewer_variance(self) -> float:
        """How much reviewers differ in severity: ρσ², squared mark units."""
        return self.rho * self.sigma2

    @property
    def review_noise(self) -> float:
        """Variance of one more review by a reviewer not yet known: σ²(1+ρ), squared mark units."""
        return self.sigma2 * (1 + self.rho)

    @property
    def panels(self) -> int:
        """Panels no review connects; above 1, comparing across them rests on equal severity."""
        return len(set(self.panel.tolist()))  # unique() would load masked arrays, 2 MiB of them

    def covariance(self, ideas: Sequence[Idea]) -> Floats:
        """Return Cov(adjusted) of m chosen ideas: (m, m); for a few, as it is dense.

        Raises ValueError for an idea without a review.
        """
        at = [self.ideas.index(idea) for idea in ideas]
        incidence = np.zeros((len(at), len(self.reviewers)))
        for row, idea in enumerate(at):
            np.add.at(incidence[row], self.design.reviewer[self.design.idea == idea], 1.0)
        counts = self.design.counts[at].astype(np.float64)
        shared = (incidence / counts[:, None]) @ self.leniency_root
        same = np.equal.outer(at, at)
        total: Floats = self.sigma2 / counts * same + shared @ shared.T
        return total


@dataclass(frozen=True, slots=True, eq=False)
class _Profile:
    """What the search for ρ needs: the squares of the reviews in the eigenbasis of A."""

    values: Floats  # λ (R,), exactly 0 for each panel
    explained: Floats  # q²/λ (R,), what reviewers could explain; 0 where λ is 0
    rest: float  # what no reviewer can explain: rss0 − Σ q²/λ
    sum_ln_counts: float
    dof: int
    policy: ScoringPolicy

    def weighted_squares(self, rho: float) -> float:
        """rss0 − ρ Σ q²/(1+ρλ), written without its cancellation."""
        return float(self.rest + (self.explained / (1 + rho * self.values)).sum())

    def objective(self, rho: float, *, weight: float) -> float:
        """−2 log restricted likelihood with σ² profiled out, and the prior on ln ρ."""
        squares = self.weighted_squares(rho)
        prior = weight * log(rho / self.policy.rho_prior) ** 2 if weight else 0.0
        fit = self.dof * (1 + log(2 * pi * squares / self.dof))
        return float(np.log1p(rho * self.values).sum()) + self.sum_ln_counts + fit + prior

    def slope(self, ln_rho: float) -> float:
        """Derivative of the objective in ln ρ."""
        rho = exp(ln_rho)
        grown = rho * self.values
        gain = self.dof * (self.explained * grown / (1 + grown) ** 2).sum()
        prior = 2 * self.policy.rho_prior_weight * (ln_rho - log(self.policy.rho_prior))
        return float((grown / (1 + grown)).sum() - gain / self.weighted_squares(rho) + prior)

    def best_rho(self) -> float:
        """The ρ of the lowest objective: a grid finds the valley, halving its floor."""
        weight = self.policy.rho_prior_weight
        heights = [self.objective(exp(x), weight=weight) for x in LN_RHO]
        best = int(np.argmin(heights))
        if best == 0:
            return 0.0
        if best == len(LN_RHO) - 1:
            return exp(LN_RHO[-1])
        low, high = LN_RHO[best - 1], LN_RHO[best + 1]
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if self.slope(middle) > 0 else (middle, high)
        return exp((low + high) / 2)


def adjust(
    reviews: Sequence[Scored[Idea, Reviewer]], policy: ScoringPolicy = DEFAULT_POLICY
) -> Adjusted[Idea, Reviewer]:
    """Return each idea's mean adjusted for the severity of its reviewers, with standard errors.

    With G = D⁻¹N, c_r the sum of z − z̄_idea over r's reviews and A = QΛQᵀ, ρ minimises
    Σ ln(1+ρλ) + Σ ln D + dof·(1 + ln(2π·pw/dof)) + (ln ρ − ln 0.2)², pw = rss0 − ρ Σ q²/(1+ρλ),
    q = Qᵀc; then σ² = pw/dof, b = ρQ(q/(1+ρλ)), m = z̄ − Gb and
    Cov(m) = σ²D⁻¹ + ρσ²·GQ diag(1/(1+ρλ)) QᵀGᵀ. Source: restricted maximum likelihood (Patterson
    and Thompson 1971) for fixed ideas and random reviewers, with a prior on ln ρ.

    Where reviews cannot tell (no more reviews than ideas, or no two reviewers ever differ) ρ is
    the prior's and σ² the last cohort's. Marks, means, errors and leniencies are in mark units.
    A reviewer may review an idea more than once. Work grows with R³ and the reviews, never with I².
    While ρ is held, raising a mark never lowers its idea; where ρ is estimated a mark also moves ρ,
    and in contrived panels that can outweigh it (a test holds one).
    Raises ValueError for a mark that is not finite.

    >>> from accelerator.domain.scoring import Scored, ScoringPolicy, adjust
    >>> marks = [("A", 1, 6), ("A", 2, 8), ("B", 2, 7), ("B", 3, 5), ("C", 1, 4), ("C", 3, 3)]
    >>> fair = adjust([Scored(*each) for each in marks], ScoringPolicy(rho=0.5, sigma2=1))
    >>> fair.ideas, fair.raw.tolist(), (fair.adjusted * 14).round(9).tolist()
    (('A', 'B', 'C'), [7.0, 6.0, 3.5], [95.0, 83.0, 53.0])
    >>> (fair.leniency * 7).round(9).tolist()
    [-1.0, 4.0, -3.0]
    """
    marks = np.array([review.mark for review in reviews], dtype=np.float64)
    design, columns = arrange(
        [review.idea for review in reviews],
        [review.reviewer for review in reviews],
        marks[:, None],
    )
    z = columns[:, 0]
    raw = design.mean_by_idea(z)
    deviation = z - raw[design.idea]
    deviation[np.abs(deviation) <= DUST * np.abs(z).max(initial=0)] = 0
    counts = design.counts
    comparison = np.diag(design.loads) - design.overlap(1 / counts)
    panel = panels_of(comparison)
    values, vectors = np.linalg.eigh(comparison)
    values[: panel.max(initial=-1) + 1] = 0
    pull = np.where(values > 0, vectors.T @ design.sum_by_reviewer(deviation), 0)
    explained = np.divide(pull**2, values, out=np.zeros_like(pull), where=values > 0)
    profile = _Profile(
        values=values,
        explained=explained,
        rest=max(0.0, float(deviation @ deviation - explained.sum())),
        sum_ln_counts=float(np.log(counts).sum()),
        dof=len(z) - len(raw),
        policy=policy,
    )
    rho, sigma2, objective = _variances(profile, differ=bool(deviation.any()))

    leniency = rho * vectors @ (pull / (1 + rho * values))
    root = vectors * np.sqrt(rho * sigma2 / (1 + rho * values))
    spread = root @ root.T
    adjusted = raw - design.mean_by_reviewers(leniency)
    se = np.sqrt(sigma2 / counts + design.diagonal(spread))
    half = NormalDist().inv_cdf((1 + policy.coverage) / 2) * se
    return Adjusted(
        design=design,
        raw=raw,
        adjusted=adjusted,
        se=se,
        low=adjusted - half,
        high=adjusted + half,
        leniency=leniency,
        leniency_se=np.sqrt(np.diagonal(spread)),
        leniency_root=root,
        panel=panel,
        rho=rho,
        sigma2=sigma2,
        dof=profile.dof,
        objective=objective,
        policy=policy,
    )


def _variances(profile: _Profile, *, differ: bool) -> tuple[float, float, float | None]:
    """Return ρ, σ² and the objective there, or what is carried over when reviews cannot tell."""
    policy = profile.policy
    rho, sigma2, objective = policy.rho_prior, policy.sigma2_before, None
    if profile.dof > 0 and differ:
        rho = profile.best_rho() if policy.rho is None else policy.rho
        sigma2 = profile.weighted_squares(rho) / profile.dof
        objective = profile.objective(rho, weight=policy.rho_prior_weight if rho > 0 else 0)
    return (
        rho if policy.rho is None else policy.rho,
        sigma2 if policy.sigma2 is None else policy.sigma2,
        objective,
    )
