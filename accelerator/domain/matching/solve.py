"""Who reviews what: the best matching, or the best that can be had with what it lacks."""

from dataclasses import replace

import numpy as np

from accelerator.domain.matching.exact import with_skills
from accelerator.domain.matching.network import (
    Demand,
    Flow,
    demand_of,
    first_candidates,
    flow_over,
)
from accelerator.domain.matching.panels import bridge, panels_of
from accelerator.domain.matching.problem import (
    Bools,
    Bottleneck,
    Matching,
    MatchingPolicy,
    Pair,
    Problem,
    Shortage,
)

MOST_EXACT = 20_000  # pairs; above, required skills are reserved first instead of matched at once


def match(problem: Problem, policy: MatchingPolicy | None = None) -> Matching:
    """Return the matching with the most similarity less the cost of loads, within every bound.

    Pairs left out at first are priced afterwards and looked at when one of them could better the
    result, so the optimum is that of all pairs. When the bounds cannot all be met the shortage is
    the least possible, and explained. Raises ArithmeticError when the solver gives up.

    >>> best = match(Problem(
    ...     similarity=np.array([[1, 1, 1], [0, 0, .24], [.25, .25, .5]]),
    ...     wanted=np.array([1, 1, 1]), least=np.array([0, 0, 0]), most=np.array([1, 1, 1]),
    ... ), MatchingPolicy(one_panel=False))
    >>> round(best.total, 2), best.loads
    (1.5, (1, 1, 1))
    """
    policy = policy or MatchingPolicy()
    demand = demand_of(problem, policy)
    flow = _optimum(demand, policy)
    chosen = flow.chosen
    if problem.required and demand.allowed.any() and _missing(problem, chosen):
        if demand.allowed.sum() <= MOST_EXACT:
            found = with_skills(problem, demand, flow, policy)
            chosen = chosen if found is None else found
        else:
            flow, chosen = _reserved(problem, policy)
    bridging: frozenset[Pair] = frozenset()
    if policy.one_panel:
        chosen, bridging = bridge(problem, demand, chosen)
    pairs = tuple((int(r), int(i)) for r, i in np.argwhere(chosen))
    everything = chosen.copy()
    for pair in problem.existing:
        everything[pair] = True
    return Matching(
        pairs=pairs,
        bridging=bridging,
        total=float(sum(problem.similarity[pair] for pair in pairs)),
        loads=tuple(int(n) for n in everything.sum(axis=1)),
        panels=panels_of(everything)[0],
        shortage=Shortage(
            ideas={int(i): int(flow.short[i]) for i in np.flatnonzero(flow.short)},
            reviewers={int(r): int(flow.idle[r]) for r in np.flatnonzero(flow.idle)},
            skills=_missing(problem, chosen),
            bottlenecks=_bottlenecks(demand, flow, chosen),
        ),
    )


def _optimum(demand: Demand, policy: MatchingPolicy) -> Flow:
    """Return the best flow over all allowed pairs."""
    candidates = first_candidates(demand, policy.keep)
    flow = flow_over(demand, candidates, shortage=False)
    if flow is None:
        flow, candidates = _priced(demand, candidates, shortage=True)
        if flow.short.any() or flow.idle.any():
            return flow
    return _priced(demand, candidates, shortage=False, first=flow)[0]


def _reserved(problem: Problem, policy: MatchingPolicy) -> tuple[Flow, Bools]:
    """Return a good matching in which each idea gets its skills first, then the other reviews.

    For problems too large to be exact about skills: each skill, and then the rest, is the best
    flow that what came before it leaves.
    """
    fixed = list(problem.existing)
    reviewers, ideas = problem.similarity.shape
    barred = np.zeros((reviewers, ideas), dtype=bool) if problem.barred is None else problem.barred
    for skill in sorted(problem.required):
        has = np.array([skill in held for held in problem.skills], dtype=bool)
        graph = np.zeros_like(barred)
        for pair in fixed:
            graph[pair] = True
        held, covered = graph.sum(axis=0), graph[has].any(axis=0)
        part = replace(
            problem, wanted=held + (~covered & (problem.wanted > held)), existing=fixed,
            least=np.zeros_like(problem.least), barred=barred | ~has[:, None],
        )  # fmt: skip
        flow = _optimum(demand_of(part, policy), policy)
        fixed = [*fixed, *((int(r), int(i)) for r, i in np.argwhere(flow.chosen))]
    flow = _optimum(demand_of(replace(problem, existing=fixed), policy), policy)
    chosen = flow.chosen.copy()
    for pair in fixed[len(problem.existing) :]:
        chosen[pair] = True
    return flow, chosen


def _priced(
    demand: Demand, candidates: Bools, *, shortage: bool, first: Flow | None = None
) -> tuple[Flow, Bools]:
    """Solve again with the pairs that would better the result until there are none."""
    flow = first
    while flow is None or flow.better.any():
        if flow is not None:
            candidates = candidates | flow.better
        flow = flow_over(demand, candidates, shortage=shortage)
        assert flow is not None  # noqa: S101 - more pairs never make a flow impossible
    return flow, candidates


def _missing(problem: Problem, chosen: Bools) -> dict[int, frozenset[str]]:
    """Return the required skills that no reviewer of an idea has, existing ones included."""
    if not problem.required:
        return {}
    everything = chosen.copy()
    for pair in problem.existing:
        everything[pair] = True
    missing: dict[int, set[str]] = {}
    for skill in sorted(problem.required):
        has = np.array([skill in held for held in problem.skills], dtype=bool)
        covered = everything[has].any(axis=0) if has.any() else np.zeros(len(problem.wanted), bool)
        for idea in np.flatnonzero(~covered & (problem.wanted > 0)):
            missing.setdefault(int(idea), set()).add(skill)
    return {idea: frozenset(skills) for idea, skills in missing.items()}


def _bottlenecks(demand: Demand, flow: Flow, chosen: Bools) -> tuple[Bottleneck, ...]:
    """Return, for each group of ideas that is short, everybody who could take one of them.

    From the short ideas over allowed pairs to reviewers, and from those over their new reviews
    back to ideas, until nothing new is reached: all of these reviewers are full.
    """
    found: list[Bottleneck] = []
    seen = np.zeros(demand.shape[1], dtype=bool)
    for idea in np.flatnonzero(flow.short):
        if seen[idea]:
            continue
        ideas = np.zeros(demand.shape[1], dtype=bool)
        ideas[idea] = True
        size = 0
        while size != ideas.sum():
            size = int(ideas.sum())
            reviewers = demand.allowed[:, ideas].any(axis=1)
            ideas |= chosen[reviewers].any(axis=0)
        seen |= ideas
        found.append(
            Bottleneck(
                tuple(int(i) for i in np.flatnonzero(ideas)),
                tuple(int(r) for r in np.flatnonzero(reviewers)),
                int(flow.short[ideas].sum()),
            )
        )
    return tuple(found)
