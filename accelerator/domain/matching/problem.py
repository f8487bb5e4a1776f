"""What is to be matched, and what came out: arrays over reviewers and ideas, by position."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Pair = tuple[int, int]  # reviewer, idea


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingPolicy:
    """Every constant of the matching.

    `load_weight` is what a review costs, in units of similarity, that a reviewer with an even load
    is given; the cost grows with the load. Ties are broken by `seed`.
    """

    load_weight: float = 0.1
    keep: int = 40  # best reviewers of an idea, and best ideas of a reviewer, looked at first
    seed: int = 1
    one_panel: bool = True
    patience: float = 60.0  # seconds for required skills that the flow's optimum misses

    def __post_init__(self) -> None:
        """Refuse constants that have no meaning."""
        if not (isfinite(self.load_weight) and self.load_weight >= 0 and self.keep > 0):
            raise ValueError(f"a constant of the matching policy is out of range: {self}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """R reviewers and I ideas. `existing` pairs are fixed: they count and are never given again.

    `wanted` reviews of each idea and the loads `least` and `most` of each reviewer count what
    exists. `barred` pairs are never made. An empty department is shared with nobody; departments
    are left out to allow several reviewers of one. Raises ValueError for shapes that do not fit or
    bounds that contradict each other.
    """

    similarity: Floats  # (R, I), finite
    wanted: Ints  # (I,)
    least: Ints  # (R,)
    most: Ints  # (R,)
    barred: Bools | None = None  # (R, I)
    existing: Sequence[Pair] = ()
    departments: Sequence[str] = ()  # (R,) or none
    skills: Sequence[frozenset[str]] = ()  # (R,) or none
    required: frozenset[str] = frozenset()  # of at least one reviewer of each idea

    def __post_init__(self) -> None:
        """Refuse what no matching could be about."""
        reviewers, ideas = self.similarity.shape
        fits = (
            self.wanted.shape == (ideas,)
            and self.least.shape == self.most.shape == (reviewers,)
            and (self.barred is None or self.barred.shape == (reviewers, ideas))
            and len(self.departments) in (0, reviewers)
            and len(self.skills) in (0, reviewers)
        )
        if not fits:
            raise ValueError("the arrays of a matching problem do not fit each other")
        if (
            not np.isfinite(self.similarity).all()
            or (self.wanted < 0).any()
            or (self.least < 0).any()
            or (self.least > self.most).any()
        ):
            raise ValueError("a similarity is no number, or the bounds contradict each other")


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Ideas that cannot all be reviewed, and everybody who could take them or make room.

    These ideas lack `lacking` reviews, which the `reviewers` could not give with all the room they
    have between them.
    """

    ideas: tuple[int, ...]
    reviewers: tuple[int, ...]
    lacking: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """What could not be had: reviews by idea, loads below the least by reviewer, missing skills."""

    ideas: dict[int, int] = field(default_factory=dict)
    reviewers: dict[int, int] = field(default_factory=dict)
    skills: dict[int, frozenset[str]] = field(default_factory=dict)
    bottlenecks: tuple[Bottleneck, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything is short."""
        return bool(self.ideas or self.reviewers or self.skills)


@dataclass(frozen=True, slots=True)
class Matching:
    """The new pairs in order, the bridging ones among them, and what they are worth.

    `total` is the sum of similarities of the new pairs; `loads` count what exists too; `panels`
    are the parts of the review graph that no reviewer connects.
    """

    pairs: tuple[Pair, ...]
    bridging: frozenset[Pair]
    total: float
    loads: tuple[int, ...]
    panels: int
    shortage: Shortage
