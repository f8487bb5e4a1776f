"""Who reviewed what: the incidence of ideas and reviewers, never as a dense ideas × reviewers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from accelerator.domain.scoring.policy import Floats, Idea, Ints, Reviewer, order_of

PAIRS_AT_ONCE = 1_000_000  # bounds the memory of `Design.pairs`


def sums(group: Ints, values: Floats, groups: int) -> Floats:
    """Return the sum of the values in each group: (n,), (n,) → (groups,)."""
    return np.bincount(group, values, minlength=groups).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Design(Generic[Idea, Reviewer]):
    """The n reviews in canonical order, as positions among I ideas and R reviewers.

    In the notation of the model N is the I × R incidence, D its row sums, G = D⁻¹N.
    """

    ideas: tuple[Idea, ...]
    reviewers: tuple[Reviewer, ...]
    idea: Ints  # (n,) ascending; every idea has at least one review
    reviewer: Ints  # (n,)

    @property
    def counts(self) -> Ints:
        """Reviews of each idea, D: (I,)."""
        return np.bincount(self.idea, minlength=len(self.ideas))

    @property
    def loads(self) -> Ints:
        """Reviews by each reviewer, the column sums of N: (R,)."""
        return np.bincount(self.reviewer, minlength=len(self.reviewers))

    def mean_by_idea(self, values: Floats) -> Floats:
        """Return the mean of n values per review for each idea: (n,) → (I,)."""
        return sums(self.idea, values, len(self.ideas)) / self.counts

    def mean_by_reviewers(self, values: Floats) -> Floats:
        """Return G·values along the last axis: (…, R) → (…, I)."""
        first = np.cumsum(self.counts) - self.counts
        total: Floats = np.add.reduceat(values[..., self.reviewer], first, axis=-1)
        return total / self.counts

    def sum_by_reviewer(self, values: Floats) -> Floats:
        """Return the sum of n values per review for each reviewer: (n,) → (R,)."""
        return sums(self.reviewer, values, len(self.reviewers))

    def overlap(self, weights: Floats) -> Floats:
        """Return Nᵀ diag(weights) N: (I,) → (R, R)."""
        size = len(self.reviewers)
        total = np.zeros(size * size)
        for idea, one, other in self.pairs():
            total += sums(one * size + other, weights[idea], size * size)
        return total.reshape(size, size)

    def diagonal(self, matrix: Floats) -> Floats:
        """Return the diagonal of G·matrix·Gᵀ without forming it: (R, R) → (I,)."""
        total = np.zeros(len(self.ideas))
        for idea, one, other in self.pairs():
            total += sums(idea, matrix[one, other], len(self.ideas))
        return total / self.counts**2

    def pairs(self) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Yield (idea, reviewer, reviewer) of all ordered pairs of an idea's reviews, in blocks."""
        counts = self.counts
        first = np.cumsum(counts) - counts  # each idea's first review
        upto = np.cumsum(counts[self.idea])  # pairs after each review
        begin = 0
        while begin < len(self.idea):
            before = upto[begin - 1] if begin else 0
            end = max(begin + 1, int(np.searchsorted(upto, before + PAIRS_AT_ONCE, "right")))
            partners = counts[self.idea[begin:end]]
            one = np.repeat(np.arange(begin, end), partners)
            nth = np.arange(len(one)) - np.repeat(upto[begin:end] - partners - before, partners)
            idea = self.idea[one]
            yield idea, self.reviewer[one], self.reviewer[first[idea] + nth]
            begin = end


def arrange(
    ideas: Sequence[Idea], reviewers: Sequence[Reviewer], marks: Floats
) -> tuple[Design[Idea, Reviewer], Floats]:
    """Return the design of n reviews and their marks (n, columns), both in canonical order.

    Raises ValueError for a mark that is not finite.
    """
    if not np.isfinite(marks).all():
        raise ValueError("a mark is a finite number")
    idea_ids = tuple(sorted(set(ideas), key=order_of))
    reviewer_ids = tuple(sorted(set(reviewers), key=order_of))
    idea_at = {identity: at for at, identity in enumerate(idea_ids)}
    reviewer_at = {identity: at for at, identity in enumerate(reviewer_ids)}
    idea = np.array([idea_at[identity] for identity in ideas], dtype=np.intp)
    reviewer = np.array([reviewer_at[identity] for identity in reviewers], dtype=np.intp)
    order = np.lexsort((*marks.T, reviewer, idea))
    return Design(idea_ids, reviewer_ids, idea[order], reviewer[order]), marks[order]


def panels_of(linked: Floats) -> Ints:
    """Return the panel of each reviewer, numbered from 0: (R, R) non-zero where linked → (R,).

    A panel is a connected component: reviewers who share an idea, and those who share one with
    them. Across panels nothing compares one reviewer's severity with another's.
    """
    neighbours = linked != 0
    panel = np.full(len(linked), -1, dtype=np.intp)
    for start in range(len(linked)):
        if panel[start] >= 0:
            continue
        number = panel.max() + 1
        reached = np.zeros(len(linked), dtype=bool)
        reached[start] = True
        while reached.any():
            panel[reached] = number
            reached = neighbours[reached].any(axis=0) & (panel < 0)
    return panel
