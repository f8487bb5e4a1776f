"""One review as one mark, and every constant the scores depend on."""

from collections.abc import Hashable
from dataclasses import dataclass
from math import isfinite
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

Idea = TypeVar("Idea", bound=Hashable)
Reviewer = TypeVar("Reviewer", bound=Hashable)
Criterion = TypeVar("Criterion", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Scored(Generic[Idea, Reviewer]):
    """One review collapsed to one mark, in the units of the rubric."""

    idea: Idea
    reviewer: Reviewer
    mark: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringPolicy:
    """Every constant of the scores; change one and give the policy a new version.

    Variances are in squared mark units, ρ is a ratio of variances, probabilities lie in [0, 1].
    Raises ValueError for a constant outside its range.
    """

    version: str = "1"
    rho: float | None = None  # fixes ρ = reviewer variance / noise variance
    sigma2: float | None = None  # fixes the noise variance of one review
    rho_prior: float = 0.2  # two real data sets give 0.189 and 0.191
    rho_prior_weight: float = 1.0  # of (ln ρ − ln rho_prior)²; 0 takes the prior away
    sigma2_before: float = 1.0  # the last cohort's σ², for when this one cannot tell
    coverage: float = 0.90  # of the interval around an adjusted mean
    small_cohort: int = 20  # with fewer ideas τ² is pulled towards σ²
    small_cohort_pull: float = 4.0  # as if so many more ideas had shown τ² = σ²
    draws: int = 20_000  # most draws behind a probability of being in the top k
    draws_least: int = 500  # and fewest, however many ideas
    draws_work: int = 1_000_000  # draws × ideas we are ready to pay for
    seed: int = 20_000  # the same reviews always give the same probabilities
    go: float = 0.9  # clear go above
    stop: float = 0.1  # clear stop below
    weight_swing: float = 0.5  # how far one weight is moved to test the cut line

    def __post_init__(self) -> None:
        """Refuse constants that have no meaning."""
        sound = (
            (self.rho is None or (isfinite(self.rho) and self.rho >= 0))
            and (self.sigma2 is None or (isfinite(self.sigma2) and self.sigma2 > 0))
            and self.rho_prior > 0
            and self.rho_prior_weight >= 0
            and self.sigma2_before > 0
            and 0 < self.coverage < 1
            and self.small_cohort_pull > 0
            and min(self.draws, self.draws_least, self.draws_work) > 0
            and 0 <= self.stop <= self.go <= 1
            and 0 <= self.weight_swing < 1
        )
        if not sound:
            raise ValueError(f"a constant of the scoring policy is out of range: {self}")


DEFAULT_POLICY = ScoringPolicy()


def order_of(identity: Hashable) -> tuple[str, Any]:
    """Return the place of an id in the canonical order, in which all sums and draws are made.

    Numbers and texts order as usual within their type, everything else by its repr, so that the
    order of input never matters, to the last bit.

    >>> sorted([10, 9, "b", "a"], key=order_of)
    [9, 10, 'a', 'b']
    """
    value = identity if isinstance(identity, int | str) else repr(identity)
    return type(identity).__name__, value
