"""Calibration: how each reviewer marks beside the others, on the ideas that all of them review.

Needs NumPy through the scores, so it is imported where it is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean
from typing import Generic

from accelerator.domain.scoring import Scored, adjust
from accelerator.domain.scoring.policy import DEFAULT_POLICY, Idea, Reviewer, ScoringPolicy

LEAST_OTHERS = 2  # with one other reviewer the difference would tell exactly what they marked


@dataclass(frozen=True, slots=True)
class Offset(Generic[Reviewer]):
    """How one reviewer marks compared with the others, in mark units; above 0 is lenient.

    `plain` is the difference as it stands; `fair` allows for chance (the model of the adjusted
    means), with the ends of its interval.
    """

    reviewer: Reviewer
    reviews: int
    plain: float | None  # None while nobody else reviewed the same ideas
    fair: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Say whether chance alone would hardly make such a difference."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Calibration(Generic[Reviewer]):
    """All offsets, the most severe first, and how far reviewers differ beyond chance."""

    offsets: tuple[Offset[Reviewer], ...]
    spread: float  # standard deviation between reviewers, mark units
    noise: float  # what one review is off by besides, mark units


def calibrate(
    reviews: Sequence[Scored[Idea, Reviewer]], policy: ScoringPolicy = DEFAULT_POLICY
) -> Calibration[Reviewer]:
    """Return each reviewer's offset over the reviews of the anchor ideas, in mark units.

    `fair` is the reviewer's part b of z = m_idea + b + e (see `scoring.adjust`), drawn towards 0 as
    far as chance could have made it. Raises ValueError for a mark that is not finite.

    >>> marks = [("A", "strict", 2), ("A", "kind", 4), ("B", "strict", 3), ("B", "kind", 5)]
    >>> [(each.reviewer, each.plain) for each in calibrate([Scored(*m) for m in marks]).offsets]
    [('strict', -2.0), ('kind', 2.0)]
    """
    fair = adjust(reviews, policy)
    half = NormalDist().inv_cdf((1 + policy.coverage) / 2)
    by_idea: dict[Idea, dict[Reviewer, float]] = {}
    for review in reviews:
        by_idea.setdefault(review.idea, {})[review.reviewer] = review.mark
    rows = [
        Offset(
            reviewer=reviewer,
            reviews=sum(reviewer in marks for marks in by_idea.values()),
            plain=difference(reviewer, by_idea),
            fair=leniency,
            low=leniency - half * se,
            high=leniency + half * se,
        )
        for reviewer, leniency, se in zip(
            fair.reviewers, fair.leniency.tolist(), fair.leniency_se.tolist(), strict=True
        )
    ]
    return Calibration(
        tuple(sorted(rows, key=lambda row: row.fair)),
        spread=sqrt(fair.reviewer_variance),
        noise=sqrt(fair.sigma2),
    )


def difference(reviewer: Reviewer, marks: Mapping[Idea, Mapping[Reviewer, float]]) -> float | None:
    """Return by how much a reviewer's marks lie above the others' on the same ideas, on average.

    Ideas that nobody else marked are left out; None when nothing is left.

    >>> difference("me", {"A": {"me": 4, "x": 2, "y": 3}, "B": {"me": 1, "x": 1}, "C": {"me": 5}})
    0.75
    """
    gaps = [
        given[reviewer] - fmean(mark for other, mark in given.items() if other != reviewer)
        for given in marks.values()
        if reviewer in given and len(given) > 1
    ]
    return fmean(gaps) if gaps else None


def may_see(
    reviewer: Reviewer, *, asked: Sequence[Idea], marks: Mapping[Idea, Mapping[Reviewer, float]]
) -> bool:
    """Say whether a reviewer may see their offset without learning what one colleague marked.

    All anchors asked of them must be reviewed by them, and each by LEAST_OTHERS others.

    >>> may_see("me", asked=["A"], marks={"A": {"me": 4, "x": 2, "y": 3}})
    True
    >>> may_see("me", asked=["A", "B"], marks={"A": {"me": 4, "x": 2, "y": 3}, "B": {"me": 1}})
    False
    """
    return bool(asked) and all(
        reviewer in marks.get(idea, {}) and len(marks[idea]) > LEAST_OTHERS for idea in asked
    )
