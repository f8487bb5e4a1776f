"""Required skills: where the flow's optimum misses one, the same problem with rows for skills.

"At least one reviewer with each skill" and "at most one of each department" cross each other, so
together they are no flow any more; the matrix stays so near to one that the solver seldom branches.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from accelerator.domain.matching.network import Demand, Flow
from accelerator.domain.matching.problem import Bools, Floats, Ints, MatchingPolicy, Problem

_Block = tuple[csr_array, csr_array | None, csr_array | None, Floats, Floats | float]


def with_skills(
    problem: Problem, demand: Demand, flow: Flow, policy: MatchingPolicy
) -> Bools | None:
    """Return the best pairs that cover each required skill wherever it can be covered at all.

    The reviews that the flow could not give stay out. A skill that nobody free has, or that cannot
    be covered for all, is left uncovered as seldom as possible. None when time runs out.
    """
    reviewer, idea = np.nonzero(demand.allowed)
    pairs = len(reviewer)
    room = demand.most - demand.least + flow.idle
    who = np.repeat(np.arange(len(room)), room)
    nth = np.arange(len(who)) - np.repeat(np.cumsum(room) - room, room) + 1
    load = demand.held[who] + demand.least[who] - flow.idle[who] + nth
    covers, wants = _covers(problem, demand, reviewer, idea)
    gaps = len(wants)
    dear = 4.0 * (np.abs(demand.worth).max(initial=1.0) * (demand.need.sum() + 1))
    cost = np.concatenate(
        [-demand.worth[reviewer, idea], demand.load_unit * (2.0 * load - 1), np.full(gaps, dear)]
    )
    need = (demand.need - flow.short).astype(np.float64)
    least = (demand.least - flow.idle).astype(np.float64)
    steps = _rows(who, np.arange(len(who)), -1.0, (len(room), len(who)))
    rows: list[_Block] = [
        (_rows(idea, np.arange(pairs), 1.0, (len(need), pairs)), None, None, need, need),
        (_rows(reviewer, np.arange(pairs), 1.0, (len(room), pairs)), steps, None, least, least),
        (covers, None, _rows(np.arange(gaps), np.arange(gaps), 1.0, (gaps, gaps)), wants, np.inf),
    ]
    home = demand.department[reviewer]
    known, place = np.unique((idea * (len(room) + 1) + home)[home >= 0], return_inverse=True)
    once = _rows(place, np.flatnonzero(home >= 0), 1.0, (len(known), pairs))
    rows.append((once, None, None, np.zeros(len(known)), 1.0))
    found = milp(
        cost,
        constraints=_joined(rows, (pairs, len(who), gaps)),
        integrality=np.r_[np.ones(pairs), np.zeros(len(who) + gaps)],
        bounds=Bounds(0, 1),
        options={"time_limit": policy.patience, "mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None
    chosen = np.zeros_like(demand.allowed)
    taken = found.x[:pairs] > 0.5  # noqa: PLR2004 - they are 0 or 1 but for rounding
    chosen[reviewer[taken], idea[taken]] = True
    return chosen


def _covers(
    problem: Problem, demand: Demand, reviewer: Ints, idea: Ints
) -> tuple[csr_array, Floats]:
    """Return one row for each skill an idea still wants: the pairs that would cover it."""
    there: dict[int, set[str]] = {}
    for one, about in problem.existing:
        there.setdefault(about, set()).update(problem.skills[one])
    row, column, count = [], [], 0
    for skill in sorted(problem.required):
        has = np.array([skill in held for held in problem.skills], dtype=bool)
        wants = np.array(
            [skill not in there.get(i, ()) for i in range(demand.shape[1])], dtype=bool
        ) & (demand.need > 0)
        line = np.cumsum(wants) - 1 + count
        at = np.flatnonzero(has[reviewer] & wants[idea])
        row.append(line[idea[at]])
        column.append(at)
        count += int(wants.sum())
    shape = (count, len(reviewer))
    return _rows(np.concatenate(row), np.concatenate(column), 1.0, shape), np.ones(count)


def _rows(row: Ints, column: Ints, value: float, shape: tuple[int, int]) -> csr_array:
    data = np.full(len(row), value)
    return csr_array(coo_array((data, (row, column)), shape=shape))


def _joined(rows: Sequence[_Block], widths: tuple[int, int, int]) -> LinearConstraint:
    """Put the blocks of rows together; a missing block is empty."""
    blocks, low, high = [], [], []
    for *parts, at_least, at_most in rows:
        height = parts[0].shape[0]
        filled = [
            csr_array((height, width)) if part is None else part
            for part, width in zip(parts, widths, strict=True)
        ]
        blocks.append(hstack(filled, format="csr"))
        low.append(at_least)
        high.append(np.broadcast_to(at_most, (height,)))
    return LinearConstraint(vstack(blocks), np.concatenate(low), np.concatenate(high))
