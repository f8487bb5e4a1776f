"""Final rounds: two ideas, the better one is picked; what many such picks say about the order.

Bradley and Terry 1952: P(i is picked over j) = 1/(1+exp(θ_j−θ_i)). A pick that could not tell
counts as half a pick for each. A weak prior θ ~ N(0, s²) keeps an idea that never lost finite and
holds ideas together that nobody has compared.

Needs NumPy, so it is imported where it is used.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import NormalDist
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Idea = TypeVar("Idea", bound=Hashable)

STEPS = 100  # of Newton's method, far more than it ever takes
SMALLEST_STEP = 1e-12  # in log odds: down to rounding
NODES = 256  # at which a difference of scores is looked at
BLOCK = 250_000  # draws × ideas held in memory at once


@dataclass(frozen=True, slots=True, kw_only=True)
class PairwisePolicy:
    """Every constant of a final round; raises ValueError for one outside its range."""

    spread: float | None = 2.0  # s, in log odds: an average idea loses to a strong one 7 of 8 times
    coverage: float = 0.90  # of the interval around a score
    draws: int = 20_000  # behind a probability of being first
    seed: int = 20_000  # the same picks always give the same probabilities
    nearly: float = 0.9  # pairs that tell this share of the most count as equal

    def __post_init__(self) -> None:
        """Refuse constants that have no meaning."""
        sound = (
            (self.spread is None or (isfinite(self.spread) and self.spread > 0))
            and 0 < self.coverage < 1
            and self.draws > 0
            and 0 < self.nearly <= 1
        )
        if not sound:
            raise ValueError(f"a constant of the pairwise policy is out of range: {self}")


DEFAULT_POLICY = PairwisePolicy()


@dataclass(frozen=True, slots=True)
class Pick(Generic[Idea]):
    """One pair and what was picked, `times` over; `tie` means that nobody could tell."""

    better: Idea
    other: Idea
    tie: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True)
class PlacedIdea(Generic[Idea]):
    """One idea's line. Chances are of being picked over an average idea of the round."""

    idea: Idea
    place: int  # from 1; equal scores share a place
    score: float  # θ in log odds, 0 on average
    se: float
    chance: float
    low: float  # ends of the interval of the chance
    high: float
    first: float  # probability of being the best of all
    won: int
    lost: int
    ties: int
    group: int  # from 0; ideas of different groups were never compared, directly or through others


@dataclass(frozen=True, slots=True, eq=False)
class Fitted(Generic[Idea]):
    """Scores of I ideas in log odds, with their covariance; order as the ideas were given."""

    ideas: tuple[Idea, ...]
    score: Floats  # (I,) sums to 0
    covariance: Floats  # (I, I) of the scores around their mean
    group: NDArray[np.intp]  # (I,)
    picks: tuple[Pick[Idea], ...]
    policy: PairwisePolicy

    @property
    def groups(self) -> int:
        """How many groups of ideas no pick connects; above 1 the prior alone compares them."""
        return int(self.group.max()) + 1

    @property
    def comparisons(self) -> int:
        """How many picks there are, those that could not tell included."""
        return sum(pick.times for pick in self.picks)

    @property
    def consistency(self) -> float | None:
        """The share of the picks that could tell which agree with the order; None without any.

        Half of a pick between ideas of equal score agrees.
        """
        at = {idea: position for position, idea in enumerate(self.ideas)}
        told = [pick for pick in self.picks if not pick.tie]
        if not told:
            return None
        gap = np.array([self.score[at[p.better]] - self.score[at[p.other]] for p in told])
        times = np.array([pick.times for pick in told], dtype=np.float64)
        return float(times @ ((np.sign(gap.round(9)) + 1) / 2) / times.sum())


def fit(
    ideas: Sequence[Idea], picks: Collection[Pick[Idea]], policy: PairwisePolicy = DEFAULT_POLICY
) -> Fitted[Idea]:
    """Return the scores of the ideas that make the picks most likely, and their covariance.

    θ maximises Σ w_ij·ln P(i over j) − Σ θ²/2s² by Newton's method; the covariance is the inverse
    of the information, without its part along (1, …, 1), which no pick can tell. With `spread` None
    it is plain maximum likelihood. Raises ValueError for fewer than two ideas, for a pick of one
    not given or of one over itself, and, without a prior, where the maximum is not finite.

    >>> picks = [Pick("A", "B", times=3), Pick("B", "A")]
    >>> found = fit(["A", "B"], picks, PairwisePolicy(spread=None))
    >>> round(float(found.score[0] - found.score[1]), 6)  # ln 3
    1.098612
    """
    at = {idea: position for position, idea in enumerate(ideas)}
    if len(at) < 2:  # noqa: PLR2004 - a pair
        raise ValueError("a round has two ideas at least")
    won = np.zeros((len(at), len(at)))
    for pick in picks:
        if pick.better == pick.other or not {pick.better, pick.other} <= at.keys():
            raise ValueError("a pick is between two different ideas of the round")
        share = pick.times * (0.5 if pick.tie else 1.0)
        won[at[pick.better], at[pick.other]] += share
        won[at[pick.other], at[pick.better]] += pick.times - share
    met = won + won.T
    _, group = connected_components(csr_array(met), directed=False)
    if policy.spread is None and connected_components(csr_array(won), connection="strong")[0] > 1:
        raise ValueError("without a prior each idea must win and lose, directly or through others")
    precision = 0.0 if policy.spread is None else policy.spread**-2
    score, information = _most_likely(won, met, precision)
    level = np.full_like(met, 1 / len(at))  # fixes the level that no pick can tell
    covariance = np.linalg.inv(information + level) - level / (1 + precision)
    return Fitted(tuple(at), score, covariance, group.astype(np.intp), tuple(picks), policy)


def _most_likely(won: Floats, met: Floats, precision: float) -> tuple[Floats, Floats]:
    """Return the scores and the information there: the objective is concave, steps are halved."""
    score = np.zeros(len(won))
    level = np.full_like(met, 1 / len(won))
    height = -np.inf
    step = np.zeros_like(score)
    for _ in range(STEPS):
        tried = score + step
        gap = tried[:, None] - tried
        now = -float((won * np.logaddexp(0, -gap)).sum()) - precision / 2 * float(tried @ tried)
        if now < height - 1e-12 * abs(height):
            step /= 2
            continue
        score, height = tried, now
        expected = 1 / (1 + np.exp(-gap))
        pull = (won - met * expected).sum(axis=1) - precision * score
        weight = met * expected * expected.T
        information = np.diag(weight.sum(axis=1) + precision) - weight
        step = np.linalg.solve(information + level, pull)
        if np.abs(step).max() < SMALLEST_STEP:
            break
    return score - score.mean(), information


def chance_of_first(fitted: Fitted[Idea]) -> Floats:
    """Return each idea's probability of being truly the best: (I,), from draws with a fixed seed.

    >>> chance_of_first(fit(["A", "B"], [])).round(1).tolist()
    [0.5, 0.5]
    """
    ideas, policy = len(fitted.ideas), fitted.policy
    values, vectors = np.linalg.eigh(fitted.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    random = np.random.default_rng(policy.seed)
    best = np.zeros(ideas)
    block = max(1, BLOCK // ideas)
    for begin in range(0, policy.draws, block):
        size = min(block, policy.draws - begin)
        drawn = fitted.score + random.standard_normal((size, ideas)) @ root.T
        best += np.bincount(drawn.argmax(axis=1), minlength=ideas)
    return best / policy.draws


def standings(fitted: Fitted[Idea]) -> tuple[PlacedIdea[Idea], ...]:
    """Return the ideas, best first; equal scores stay in the order given.

    The interval of a chance is that of the score, put on the scale of chances.
    """
    first = chance_of_first(fitted)
    se = np.sqrt(np.maximum(np.diagonal(fitted.covariance), 0))
    half = NormalDist().inv_cdf((1 + fitted.policy.coverage) / 2) * se
    rounded = fitted.score.round(9)
    better = np.sort(-rounded)
    won: Counter[Idea] = Counter()
    lost: Counter[Idea] = Counter()
    ties: Counter[Idea] = Counter()
    for pick in fitted.picks:
        (ties if pick.tie else won)[pick.better] += pick.times
        (ties if pick.tie else lost)[pick.other] += pick.times
    return tuple(
        PlacedIdea(
            idea=idea,
            place=int(np.searchsorted(better, -rounded[at])) + 1,
            score=float(fitted.score[at]),
            se=float(se[at]),
            chance=_chance(fitted.score[at]),
            low=_chance(fitted.score[at] - half[at]),
            high=_chance(fitted.score[at] + half[at]),
            first=float(first[at]),
            won=won[idea],
            lost=lost[idea],
            ties=ties[idea],
            group=int(fitted.group[at]),
        )
        for at in np.argsort(-rounded, kind="stable").tolist()
        for idea in [fitted.ideas[at]]
    )


def _chance(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def told_by(gap: Floats, variance: Floats) -> Floats:
    """Return what one more pick of each pair is expected to tell about its order, in nats: (m,).

    The mutual information of the pick and the sign of the difference d of the scores, where
    d ~ N(gap, variance): H(pick) − E[H(pick | who is better)], from NODES values of d of equal
    probability. At most ln 2, and 0 where the order is known. Source: Lindley 1956.

    >>> told_by(np.array([0.0, 0.0, 4.0]), np.array([1e-9, 4.0, 1.0])).round(3).tolist()
    [0.0, 0.164, 0.0]
    """
    nodes = np.array([NormalDist().inv_cdf((k + 0.5) / NODES) for k in range(NODES)])
    difference = gap[:, None] + np.sqrt(variance)[:, None] * nodes
    picked = 1 / (1 + np.exp(-difference))
    above = difference > 0
    share = above.mean(axis=1)
    known = [
        (part * _uncertainty(np.divide(total, part, out=np.zeros_like(part), where=part > 0)))
        for part, total in (
            (share, (picked * above).mean(axis=1)),
            (1 - share, (picked * ~above).mean(axis=1)),
        )
    ]
    told: Floats = np.maximum(_uncertainty(picked.mean(axis=1)) - known[0] - known[1], 0)
    return told


def _uncertainty(p: Floats) -> Floats:
    """Return the entropy of a pick that falls one way with probability p, in nats."""
    inside = p.clip(1e-300, 1 - 2**-53)
    entropy: Floats = -(inside * np.log(inside) + (1 - inside) * np.log1p(-inside))
    return entropy


def next_pair(
    fitted: Fitted[Idea],
    *,
    allowed: Collection[Idea],
    seen: Collection[frozenset[Idea]] = (),
    seed: Sequence[int],
) -> tuple[Idea, Idea] | None:
    """Return the pair to show next, as it stands left and right, or None when none is left.

    Of the pairs of allowed ideas that this person has not seen, one that tells most about the
    order; pairs that tell nearly as much count as equal and the seed decides among them, so that
    judges who ask at the same moment are not all shown the same one. The seed decides the sides
    too.

    >>> once = fit(["A", "B", "C"], [Pick("A", "B", times=9)])
    >>> sorted(next_pair(once, allowed=["A", "B", "C"], seen=[frozenset("AC")], seed=[1]))
    ['B', 'C']
    """
    may = [at for at, idea in enumerate(fitted.ideas) if idea in allowed]
    pairs = [
        (one, other)
        for place, one in enumerate(may)
        for other in may[place + 1 :]
        if frozenset((fitted.ideas[one], fitted.ideas[other])) not in seen
    ]
    if not pairs:
        return None
    one, other = np.array(pairs).T
    cov = fitted.covariance
    variance = np.maximum(cov[one, one] + cov[other, other] - 2 * cov[one, other], 0)
    told = told_by(fitted.score[one] - fitted.score[other], variance)
    equal = np.flatnonzero(told >= fitted.policy.nearly * told.max())
    random = np.random.default_rng(list(seed))
    chosen = pairs[int(equal[random.integers(len(equal))])]
    left, right = chosen if random.random() < 0.5 else chosen[::-1]  # noqa: PLR2004 - a coin
    return fitted.ideas[left], fitted.ideas[right]
