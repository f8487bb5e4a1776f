"""Will a round of reviews end in time, from the pace at which reviews come in.

Each reviewer writes at a pace of their own, in reviews per working day, and reviews come in by
chance at that pace (a Poisson process). What is known of a reviewer's pace is what they wrote in
the working days since they were first asked, and before that the pace of all: as if each had
already written one review at the common pace (a gamma distribution). So the number of reviews to
come is negative binomial, somebody who has written nothing yet is neither lost nor average, and the
round ends when the last reviewer does. Days are working days, halves count.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp, lgamma, log, prod
from typing import Generic, TypeVar

LEAST_WRITTEN = 3  # reviews; from fewer no pace can be told
SURE, UNSURE = 0.9, 0.1  # ends of the interval: eight of ten rounds end between them
AT_RISK = 0.5  # less likely in time than not
SMALL = 1e-17  # of a sum: what adds no digit any more
LATEST = 500  # working days looked ahead
MOST_MOVES = 20  # more than a manager would read
WORTH_IT = 1.1  # a move must make it so many times likelier that both reviewers end in time

Reviewer = TypeVar("Reviewer", bound=Hashable)
Review = TypeVar("Review", bound=Hashable)
Idea = TypeVar("Idea", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Queue:
    """What one reviewer wrote in so many working days since first asked, and what they still owe.

    Raises ValueError for a number below 0.
    """

    done: int
    days: float
    open: int

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if min(self.done, self.days, self.open) < 0:
            raise ValueError("what was written, days and what is owed are not below 0")


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a round ends; `early` and `late` bound it in working days from now, None is never."""

    pace: float  # of all: reviews a reviewer writes in a working day
    chance: float  # that all of it is in by the day
    early: int | None
    late: int | None


@dataclass(frozen=True, slots=True)
class Owed(Generic[Review, Idea, Reviewer]):
    """One review that is still to come, `movable` while its reviewer has not begun."""

    review: Review
    idea: Idea
    reviewer: Reviewer
    movable: bool


@dataclass(frozen=True, slots=True)
class Move(Generic[Review, Idea, Reviewer]):
    """A review to give to somebody else; chances are of both ending in time, before and after."""

    review: Review
    idea: Idea
    giver: Reviewer
    taker: Reviewer
    before: float
    after: float


def common_pace(queues: Collection[Queue]) -> float | None:
    """Return how many reviews a reviewer writes in a working day; None when too little was written.

    >>> common_pace([Queue(4, 8, 1), Queue(2, 4, 0)]), common_pace([Queue(2, 1, 5)])
    (0.5, None)
    """
    written, days = sum(queue.done for queue in queues), sum(queue.days for queue in queues)
    return written / days if written >= LEAST_WRITTEN and days > 0 else None


def chance_of(queue: Queue, pace: float, days: float, reviews: int | None = None) -> float:
    """Return the chance that a reviewer writes so many reviews in the days to come.

    Without `reviews`, all that they owe. `pace` is that of all, above 0. Source: the predictive
    distribution of a Poisson process with a gamma prior of shape 1 and mean `pace`.

    >>> round(chance_of(Queue(4, 8, 2), 0.5, 4), 4), chance_of(Queue(4, 8, 0), 0.5, 0)
    (0.5484, 1.0)
    """
    wanted = queue.open if reviews is None else reviews
    return _chance(queue.done, queue.days, pace, max(0.0, days), wanted)


@lru_cache(maxsize=20_000)
def _chance(done: int, days_seen: float, pace: float, days: float, wanted: int) -> float:
    """Return the tail of the negative binomial from `wanted` on, summed from its thinner side."""
    shape, rate = 1 + done, 1 / pace + days_seen
    share, here = days / (rate + days), wanted
    if wanted == 0 or share == 0:
        return float(wanted == 0)
    term = exp(
        lgamma(shape + here) - lgamma(shape) - lgamma(here + 1)
        + shape * log(rate / (rate + days)) + here * log(share)
    )  # fmt: skip
    total = 0.0
    if here > shape * days / rate:  # beyond the mean: terms fall from here on
        while term > total * SMALL:
            total += term
            term *= (shape + here) / (here + 1) * share
            here += 1
        return min(1.0, total)
    while here:
        term *= here / ((shape + here - 1) * share)
        here -= 1
        total += term
    return max(0.0, 1 - total)


def forecast(queues: Collection[Queue], *, days_left: float) -> Forecast | None:
    """Say when a round ends and how likely in time; None when too little is known to tell.

    `days_left` are the working days until the round is to end. A round in which nothing is owed has
    ended.

    >>> found = forecast([Queue(4, 8, 2), Queue(6, 8, 1)], days_left=6)
    >>> round(found.chance, 2), found.early, found.late
    (0.72, 2, 11)
    >>> forecast([Queue(0, 8, 3)], days_left=6) is None
    True
    """
    pace = common_pace(queues)
    if pace is None:
        return None
    owing = [queue for queue in queues if queue.open]

    def all_done(days: float) -> float:
        return prod(chance_of(queue, pace, days) for queue in owing)

    def first_day(chance: float) -> int | None:
        low, high = 0, LATEST
        if all_done(high) < chance:
            return None
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if all_done(middle) >= chance else (middle + 1, high)
        return low

    return Forecast(pace, all_done(days_left), first_day(UNSURE), first_day(SURE))


def chances(
    owed: Sequence[Owed[Review, Idea, Reviewer]],
    queues: Mapping[Reviewer, Queue],
    *,
    pace: float,
    days_left: float,
) -> dict[Review, float]:
    """Return for each review the chance that it is in by the day.

    `owed` is in the order in which each reviewer writes: who owes three must write three for the
    last of them to come.

    >>> mine = [Owed("r1", "A", 7, True), Owed("r2", "B", 7, True)]
    >>> found = chances(mine, {7: Queue(2, 4, 2)}, pace=0.5, days_left=4)
    >>> found["r1"] > found["r2"]
    True
    """
    place: dict[Reviewer, int] = {}
    found: dict[Review, float] = {}
    for one in owed:
        place[one.reviewer] = place.get(one.reviewer, 0) + 1
        found[one.review] = chance_of(queues[one.reviewer], pace, days_left, place[one.reviewer])
    return found


def rebalance(
    owed: Sequence[Owed[Review, Idea, Reviewer]],
    queues: Mapping[Reviewer, Queue],
    barred: Collection[tuple[Idea, Reviewer]],
    *,
    pace: float,
    days_left: float,
) -> tuple[Move[Review, Idea, Reviewer], ...]:
    """Propose which reviews to give to whom, so that the round is likelier to end in time.

    Again and again whoever is least likely to end in time gives the last review they have not begun
    to whoever is then likeliest to write it, until no move is worth it. Nobody gets an idea they
    are barred from: a conflict, or asked for it before. A review moves once. Never raises.

    >>> queues = {1: Queue(1, 8, 3), 2: Queue(6, 8, 0)}
    >>> owed = [Owed(n, f"idea {n}", 1, movable=n > 1) for n in (1, 2, 3)]
    >>> [(move.review, move.taker) for move in rebalance(owed, queues, (), pace=0.4, days_left=5)]
    [(3, 2), (2, 2)]
    """
    now = dict(queues)
    closed = set(barred)
    left = {one.review: one for one in owed if one.movable}
    moves: list[Move[Review, Idea, Reviewer]] = []

    def chance(reviewer: Reviewer, more: int = 0) -> float:
        queue = now[reviewer]
        return chance_of(queue, pace, days_left, queue.open + more)

    def best_move() -> Move[Review, Idea, Reviewer] | None:
        takers = sorted(
            (each for each in now if chance(each) > 0),
            key=lambda each: (-chance(each, 1) / chance(each), now[each].open),
        )
        givers = sorted({one.reviewer for one in left.values()}, key=chance)
        for giver in givers:
            for one in reversed([each for each in left.values() if each.reviewer == giver]):
                for taker in takers:
                    before = chance(giver) * chance(taker)
                    after = chance(giver, -1) * chance(taker, 1)
                    if after <= before * WORTH_IT:
                        break  # it is worth less still with whoever comes later
                    if taker != giver and (one.idea, taker) not in closed:
                        return Move(one.review, one.idea, giver, taker, before, after)
        return None

    while len(moves) < MOST_MOVES and (move := best_move()) is not None:
        moves.append(move)
        closed.add((move.idea, move.taker))
        del left[move.review]
        for reviewer, change in ((move.giver, -1), (move.taker, 1)):
            now[reviewer] = replace(now[reviewer], open=now[reviewer].open + change)
    return tuple(moves)
