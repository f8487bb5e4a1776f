"""One panel: reviewers exchanged so that every idea can be compared with every other."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from accelerator.domain.matching.network import Demand
from accelerator.domain.matching.problem import Bools, Ints, Pair, Problem

_TRIES = 200  # exchanges looked at, best first, before two panels are left apart


def panels_of(graph: Bools) -> tuple[int, Ints, Ints]:
    """Return how many parts the reviews make, and the part of each reviewer and idea.

    Reviewers and ideas without any review are in no part, −1. Shapes: (R, I) → (), (R,), (I,).
    """
    reviewers, ideas = graph.shape
    who, what = np.nonzero(graph)
    size = reviewers + ideas
    edges = coo_array((np.ones(len(who)), (who, reviewers + what)), shape=(size, size))
    part = connected_components(edges, directed=False)[1]
    met = np.r_[graph.any(axis=1), graph.any(axis=0)]
    names, again = np.unique(part[met], return_inverse=True)
    placed = np.full(size, -1, dtype=np.int64)
    placed[met] = again
    return len(names), placed[:reviewers], placed[reviewers:]


def bridge(problem: Problem, demand: Demand, chosen: Bools) -> tuple[Bools, frozenset[Pair]]:
    """Exchange the reviewers of two new reviews, at least cost, until there is one panel.

    An exchange keeps every load and every count. It is made only where both new pairs are allowed,
    no department comes twice, and no required skill is lost; panels that no exchange can join stay
    apart.
    """
    chosen = chosen.copy()
    bridging: set[Pair] = set()
    fixed = np.zeros_like(chosen)
    for pair in problem.existing:
        fixed[pair] = True
    parts, _, of_idea = panels_of(chosen | fixed)
    given_up: set[int] = set()
    while parts > 1:
        sizes = np.bincount(of_idea[of_idea >= 0], minlength=parts)
        small = next((int(p) for p in np.argsort(sizes, kind="stable") if p not in given_up), None)
        if small is None:
            break
        found = _cheapest(problem, demand, chosen, fixed, of_idea, small, parts)
        if found is None:
            given_up.add(small)
            continue
        (r1, i1), (r2, i2) = found
        chosen[r1, i1] = chosen[r2, i2] = False
        chosen[r1, i2] = chosen[r2, i1] = True
        bridging = {pair for pair in bridging | {(r1, i2), (r2, i1)} if chosen[pair]}
        parts, _, of_idea = panels_of(chosen | fixed)
        given_up.clear()
    return chosen, frozenset(bridging)


def _cheapest(
    problem: Problem,
    demand: Demand,
    chosen: Bools,
    fixed: Bools,
    of_idea: Ints,
    small: int,
    parts: int,
) -> tuple[Pair, Pair] | None:
    """Return the two reviews, one of the small panel, whose exchange joins it at least cost."""
    who, what = np.nonzero(chosen)
    inside = of_idea[what] == small
    r1, i1, r2, i2 = who[inside], what[inside], who[~inside], what[~inside]
    loss = (
        (demand.worth[r1, i1])[:, None]
        + (demand.worth[r2, i2])[None, :]
        - demand.worth[r1[:, None], i2[None, :]]
        - demand.worth[r2[None, :], i1[:, None]]
    )
    possible = demand.allowed[r1[:, None], i2[None, :]] & demand.allowed[r2[None, :], i1[:, None]]
    loss[~possible] = np.inf
    for flat in np.argsort(loss, axis=None, kind="stable")[:_TRIES]:
        one, two = np.unravel_index(flat, loss.shape)
        if not np.isfinite(loss[one, two]):
            break
        first, second = (int(r1[one]), int(i1[one])), (int(r2[two]), int(i2[two]))
        if _joins(problem, demand, chosen | fixed, first, second, parts):
            return first, second
    return None


def _joins(
    problem: Problem, demand: Demand, graph: Bools, first: Pair, second: Pair, parts: int
) -> bool:
    """Say whether an exchange makes fewer panels and breaks no rule; restores what it tried."""
    (r1, i1), (r2, i2) = first, second
    before = _lacks(problem, graph, (i1, i2))
    graph[r1, i1] = graph[r2, i2] = False
    graph[r1, i2] = graph[r2, i1] = True
    return (
        not _twice(demand, graph, (i1, i2))
        and _lacks(problem, graph, (i1, i2)) <= before
        and panels_of(graph)[0] < parts
    )


def _twice(demand: Demand, graph: Bools, ideas: Pair) -> bool:
    """Say whether a department stands twice at one of two ideas."""
    for idea in ideas:
        homes = demand.department[graph[:, idea]]
        homes = homes[homes >= 0]
        if len(np.unique(homes)) < len(homes):
            return True
    return False


def _lacks(problem: Problem, graph: Bools, ideas: Pair) -> int:
    """Count the required skills that two ideas lack."""
    return sum(
        skill
        not in frozenset().union(*(problem.skills[int(r)] for r in np.flatnonzero(graph[:, idea])))
        for idea in ideas
        for skill in problem.required
    )
