"""The minimum-cost flow behind a matching, and the proof that leaving pairs out changed nothing.

Reviews flow from ideas through (idea, department) nodes of capacity one to reviewers, and from
them to a sink over one arc for each further review, ever dearer. A lower bound is a demand of the
reviewer; what can never be met may flow over arcs of shortage, when it is asked for.

Source: Ahuja, Magnanti, Orlin, Network Flows (1993), sections 2.4 (lower bounds), 9.2 (reduced
cost optimality) and 14.1 (convex costs).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accelerator.domain.matching.problem import Bools, Floats, Ints, MatchingPolicy, Problem

_WIDEST = 2.0**60  # cost × nodes must stay within 64 bits
_FINEST = 2.0**50
_WHISPER = 2.0**-30  # the most by which the seed may move one similarity


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What is still to be matched once the existing pairs are taken off."""

    worth: Floats  # (R, I): similarity, moved by the seed too little to matter
    allowed: Bools  # (R, I)
    need: Ints  # (I,)
    least: Ints  # (R,)
    most: Ints  # (R,)
    held: Ints  # (R,)
    department: Ints  # (R,): −1 where nobody else is of it
    load_unit: float  # what a review costs at a load of one

    @property
    def shape(self) -> tuple[int, int]:
        """Return R and I."""
        return self.worth.shape[0], self.worth.shape[1]


def demand_of(problem: Problem, policy: MatchingPolicy) -> Demand:
    """Take the existing pairs off a problem."""
    reviewers, ideas = problem.similarity.shape
    allowed = np.ones((reviewers, ideas), dtype=bool)
    if problem.barred is not None:
        allowed &= ~problem.barred
    department = _shared(problem.departments, reviewers)
    need, held = problem.wanted.copy(), np.zeros(reviewers, dtype=np.int64)
    for reviewer, idea in problem.existing:
        allowed[reviewer, idea] = False
        if department[reviewer] >= 0:
            allowed[department == department[reviewer], idea] = False
        need[idea] -= 1
        held[reviewer] += 1
    wanted = problem.wanted.sum() / max(reviewers, 1)
    return Demand(
        worth=problem.similarity + _WHISPER * _noise(policy.seed, reviewers, ideas),
        allowed=allowed,
        need=np.maximum(need, 0),
        least=np.maximum(problem.least - held, 0),
        most=np.maximum(problem.most - held, 0),
        held=held,
        department=department,
        load_unit=policy.load_weight / max(float(wanted), 1.0) / 2,
    )


def _shared(names: Sequence[str], reviewers: int) -> Ints:
    """Number the departments that several reviewers share."""
    if not names:
        return np.full(reviewers, -1, dtype=np.int64)
    count = Counter(names)
    numbers = {name: place for place, name in enumerate(count) if name and count[name] > 1}
    return np.array([numbers.get(name, -1) for name in names], dtype=np.int64)


def _noise(seed: int, reviewers: int, ideas: int) -> Floats:
    """Return a number in [0, 1) for each pair that depends on the seed and the pair alone.

    Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators (2014), SplitMix64.
    """
    z = np.arange(reviewers * ideas, dtype=np.uint64).reshape(reviewers, ideas)
    z = z * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % 2**63)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def first_candidates(demand: Demand, keep: int) -> Bools:
    """Return the best `keep` reviewers of each idea and the best `keep` ideas of each reviewer."""
    worth = np.where(demand.allowed, demand.worth, -np.inf)
    chosen = np.zeros_like(demand.allowed)
    for axis in (0, 1):
        if worth.shape[axis] <= keep:
            return demand.allowed.copy()
        best = np.argpartition(worth, -keep, axis=axis)
        np.put_along_axis(chosen, np.take(best, range(-keep, 0), axis=axis), True, axis=axis)
    return chosen & demand.allowed


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """An optimal flow: the chosen pairs, what is short, and pairs left out that would better it."""

    chosen: Bools  # (R, I)
    short: Ints  # (I,) reviews not given
    idle: Ints  # (R,) reviews below the least
    better: Bools  # (R, I)


def flow_over(demand: Demand, candidates: Bools, *, shortage: bool) -> Flow | None:
    """Return the best flow over the candidate pairs; None when there is none without shortage.

    With `shortage` the least possible shortage comes first, then the worth. Cost is O(arcs).
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    reviewers, ideas = demand.shape
    sink = ideas + reviewers
    arcs: list[tuple[Ints, Ints, Ints, Floats]] = []
    idea, reviewer = np.nonzero(candidates.T)  # by idea, so that an idea's arcs stand together
    group = demand.department[reviewer]
    places = idea * (reviewers + 1) + group
    known, place = np.unique(places[group >= 0], return_inverse=True)
    tail = idea.astype(np.int64)
    tail[group >= 0] = sink + 1 + place
    arcs.append((tail, ideas + reviewer, np.ones_like(tail), -demand.worth[reviewer, idea]))
    nodes = sink + 1 + len(known)
    homes = np.arange(sink + 1, nodes)
    arcs.append((known // (reviewers + 1), homes, np.ones_like(homes), np.zeros(len(homes))))
    room = demand.most - demand.least
    who = np.repeat(np.arange(reviewers), room)
    nth = np.arange(len(who)) - np.repeat(np.cumsum(room) - room, room) + 1
    load = demand.held[who] + demand.least[who] + nth
    steps = demand.load_unit * (2 * load - 1)
    arcs.append((ideas + who, np.full(len(who), sink), np.ones_like(who), steps.astype(np.float64)))
    extent = float(np.abs(demand.worth).max(initial=1.0) + np.abs(steps).max(initial=0.0))
    if shortage:
        dear = 4 * extent * (int(demand.need.sum()) + int(demand.least.sum()) + 1)
        every, everybody = np.arange(ideas), ideas + np.arange(reviewers)
        arcs.append((every, np.full(ideas, sink), demand.need, np.full(ideas, dear)))
        arcs.append((np.full(reviewers, sink), everybody, demand.least, np.full(reviewers, dear)))
        extent = dear
    tails, heads, capacities, costs = (np.concatenate(part) for part in zip(*arcs, strict=True))
    scale = 2.0 ** np.floor(np.log2(min(_WIDEST / ((nodes + 1) * extent), _FINEST)))
    whole = np.rint(costs * scale).astype(np.int64)
    solver = SimpleMinCostFlow()
    ids = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, whole)
    supply = np.zeros(nodes, dtype=np.int64)
    supply[:ideas], supply[ideas:sink] = demand.need, -demand.least
    supply[sink] = demand.least.sum() - demand.need.sum()
    solver.set_nodes_supplies(np.arange(nodes), supply)
    if solver.solve() != solver.OPTIMAL:
        return None
    flows = np.asarray(solver.flows(ids), dtype=np.int64)
    chosen = np.zeros_like(candidates)
    taken = flows[: len(idea)] > 0
    chosen[reviewer[taken], idea[taken]] = True
    last = flows[len(flows) - sink :] if shortage else np.zeros(sink, dtype=np.int64)
    price = _prices(nodes, tails, heads, whole, forward=flows < capacities, backward=flows > 0)
    worth = np.rint(demand.worth * scale).astype(np.int64)
    start = _starts(demand, price, known, homes)
    return Flow(
        chosen=chosen,
        short=last[:ideas],
        idle=last[ideas:],
        better=(start - worth < price[ideas:sink, None]) & demand.allowed & ~candidates,
    )


def _starts(demand: Demand, price: Ints, known: Ints, homes: Ints) -> Ints:
    """Return the price of the node from which each pair left out would start: (R, I).

    That is the node of its department at the idea where there is one, else the idea itself.
    """
    reviewers, ideas = demand.shape
    node = np.broadcast_to(np.arange(ideas), (reviewers + 1, ideas)).copy()
    node[known % (reviewers + 1), known // (reviewers + 1)] = homes
    return price[node[demand.department]]  # department −1 reads the last row: the ideas


def _prices(
    nodes: int, tail: Ints, head: Ints, cost: Ints, *, forward: Bools, backward: Bools
) -> Ints:
    """Return node prices under which no residual arc gains: cost + price[tail] ≥ price[head].

    Bellman–Ford over all arcs at once; it ends because an optimal flow leaves no negative cycle.
    """
    tails = np.concatenate([tail[forward], head[backward]])
    heads = np.concatenate([head[forward], tail[backward]])
    costs = np.concatenate([cost[forward], -cost[backward]])
    order = np.argsort(heads, kind="stable")
    tails, heads, costs = tails[order], heads[order], costs[order]
    first = np.flatnonzero(np.diff(heads, prepend=-1))
    ends = heads[first]
    price = np.zeros(nodes, dtype=np.int64)
    gains = len(ends) > 0
    while gains:
        offered = np.minimum.reduceat(price[tails] + costs, first)
        gains = bool((offered < price[ends]).any())
        price[ends] = np.minimum(price[ends], offered)
    return price
