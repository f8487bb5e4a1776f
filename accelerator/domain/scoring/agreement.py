"""Do reviewers of the same idea say the same: Krippendorff's α and the intraclass correlation."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from accelerator.domain.scoring.design import arrange, sums
from accelerator.domain.scoring.policy import Floats, Idea, Ints, Reviewer, Scored


class Scale(StrEnum):
    """What differences between marks mean."""

    NOMINAL = "nominal"  # same or not
    ORDINAL = "ordinal"  # more or less
    INTERVAL = "interval"  # how much
    RATIO = "ratio"  # how much relative to the size, from a true zero


def krippendorff(reviews: Sequence[Scored[Idea, Reviewer]], scale: Scale) -> float | None:
    """Return Krippendorff's α: 1 is full agreement, 0 what chance gives, below 0 is worse.

    Ideas with one review say nothing and are left out. None when α is undefined: no idea with two
    reviews, or all marks equal. Source: Krippendorff 2011, "Computing Krippendorff's
    alpha-reliability"; the ordinal difference is taken as that of mid-ranks, which is the same.
    Raises ValueError for a mark that is not finite, or below 0 on a ratio scale.

    >>> same = [Scored("A", 1, 2), Scored("A", 2, 2), Scored("B", 1, 5), Scored("B", 2, 5)]
    >>> krippendorff(same, Scale.INTERVAL)
    1.0
    >>> krippendorff(same[:2], Scale.INTERVAL) is None
    True
    """
    marks, idea = _marks_by_idea(reviews)
    pairable = np.bincount(idea)[idea] > 1
    marks, idea = marks[pairable], np.unique(idea[pairable], return_inverse=True)[1]
    if scale is Scale.RATIO and (marks < 0).any():
        raise ValueError("a mark on a ratio scale is not below 0")
    if _all_equal(marks):
        return None
    if scale is Scale.ORDINAL:
        _, level, count = np.unique(marks, return_inverse=True, return_counts=True)
        marks = (np.cumsum(count) - count / 2)[level]
    differences = {Scale.NOMINAL: _unequal, Scale.RATIO: _relative}.get(scale, _squared)
    others = np.bincount(idea) - 1
    observed = float((differences(marks, idea) / others).sum())
    expected = float(differences(marks, np.zeros_like(idea))[0])
    return 1 - (len(marks) - 1) * observed / expected


def intraclass(reviews: Sequence[Scored[Idea, Reviewer]]) -> float | None:
    """Return the intraclass correlation of single marks: how much of their variance is the ideas'.

    One-way, as each idea has its own reviewers: (MSB−MSW)/(MSB+(n₀−1)·MSW), with n₀ the number of
    reviews per idea corrected for inequality; below 0 when reviewers differ more within ideas than
    between them. None when undefined: one idea, no second review, or all marks equal.
    Source: ICC(1) of Shrout and Fleiss 1979; n₀ as in the analysis of variance of unequal groups.
    Raises ValueError for a mark that is not finite.

    >>> same = [Scored("A", 1, 2), Scored("A", 2, 2), Scored("B", 1, 5), Scored("B", 2, 5)]
    >>> intraclass(same), intraclass(same[:2])
    (1.0, None)
    """
    marks, idea = _marks_by_idea(reviews)
    counts = np.bincount(idea)
    if len(counts) <= 1 or len(marks) == len(counts) or _all_equal(marks):
        return None
    means = sums(idea, marks, len(counts)) / counts
    between = float(counts @ (means - marks.mean()) ** 2) / (len(counts) - 1)
    within = float(((marks - means[idea]) ** 2).sum()) / (len(marks) - len(counts))
    each = float(len(marks) - (counts**2).sum() / len(marks)) / (len(counts) - 1)
    return (between - within) / (between + (each - 1) * within)


def _marks_by_idea(reviews: Sequence[Scored[Idea, Reviewer]]) -> tuple[Floats, Ints]:
    """Return the n marks and the positions of their ideas, in canonical order: (n,), (n,)."""
    design, marks = arrange(
        [review.idea for review in reviews],
        [review.reviewer for review in reviews],
        np.array([review.mark for review in reviews], dtype=np.float64)[:, None],
    )
    return marks[:, 0], design.idea


def _all_equal(marks: Floats) -> bool:
    """Return whether no two marks differ, also when there are none."""
    return not len(marks) or bool(marks.min() == marks.max())


def _squared(values: Floats, group: Ints) -> Floats:
    """Return Σ (a−b)² over ordered pairs within each group: (n,), (n,) → (groups,)."""
    counts = np.bincount(group)
    means = sums(group, values, len(counts)) / counts
    return 2 * counts * sums(group, (values - means[group]) ** 2, len(counts))


def _unequal(values: Floats, group: Ints) -> Floats:
    """Return the ordered pairs of different values within each group: (n,), (n,) → (groups,)."""
    distinct, level = np.unique(values, return_inverse=True)
    cell, same = np.unique(group * len(distinct) + level, return_counts=True)
    counts = np.bincount(group)
    return counts**2 - sums(cell // len(distinct), (same**2).astype(np.float64), len(counts))


def _relative(values: Floats, group: Ints) -> Floats:
    """Return Σ ((a−b)/(a+b))² over ordered pairs within each group: (n,), (n,) → (groups,)."""
    ends = np.cumsum(np.bincount(group))
    total = np.zeros(len(ends))
    for at, part in enumerate(np.split(values, ends[:-1])):  # groups are ascending
        distinct, counts = np.unique(part, return_counts=True)
        for value, count in zip(distinct, counts, strict=True):
            size = value + distinct
            ratio = np.divide(value - distinct, size, out=np.zeros_like(size), where=size > 0)
            total[at] += count * (counts @ ratio**2)
    return total
