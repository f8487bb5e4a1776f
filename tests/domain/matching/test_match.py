"""The matching against its oracles, its properties, and every small problem solved by hand."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator.domain.matching import MatchingPolicy, Problem, match
from accelerator.domain.matching.panels import panels_of

PLAIN = MatchingPolicy(load_weight=0, one_panel=False)
THREE = np.array([[1, 1, 1], [0, 0, 0.24], [0.25, 0.25, 0.5]])


def problem(similarity, wanted=1, least=0, most=1, **more):
    similarity = np.array(similarity, dtype=float)
    reviewers, ideas = similarity.shape
    return Problem(
        similarity=similarity,
        wanted=np.broadcast_to(wanted, (ideas,)).astype(np.int64),
        least=np.broadcast_to(least, (reviewers,)).astype(np.int64),
        most=np.broadcast_to(most, (reviewers,)).astype(np.int64),
        **more,
    )


def test_the_best_sum_of_the_published_example():
    found = match(problem(THREE), PLAIN)
    assert found.total == pytest.approx(1.5)
    assert min(THREE[pair] for pair in found.pairs) == 0
    assert not found.shortage


def test_the_best_worst_idea_of_the_published_example():
    # No pair below 0.24: the sum that is left is 1.49.
    found = match(problem(THREE, barred=THREE < 0.24), PLAIN)
    assert found.total == pytest.approx(1.49)
    assert min(THREE[pair] for pair in found.pairs) == pytest.approx(0.24)


def worth(problem, chosen, load_weight):  # noqa: PLR0911 - one return for each rule
    """The value the policy promises to make best; None for what is not allowed."""
    reviewers, ideas = problem.similarity.shape
    held = chosen.copy()
    for pair in problem.existing:
        if chosen[pair]:
            return None
        held[pair] = True
    loads = held.sum(axis=1)
    new = chosen.sum(axis=1)
    before = loads - new
    need = np.maximum(problem.wanted - (held.sum(axis=0) - chosen.sum(axis=0)), 0)
    if (chosen.sum(axis=0) != need).any():
        return None
    if ((loads > problem.most) & (new > 0)).any() or (
        loads < np.minimum(problem.least, np.maximum(problem.most, before))
    ).any():
        return None
    if problem.barred is not None and (chosen & problem.barred).any():
        return None
    for i in range(ideas):
        homes = [d for d in (problem.departments[r] for r in np.flatnonzero(held[:, i])) if d] if (
            problem.departments
        ) else []  # fmt: skip
        fresh = [problem.departments[r] for r in np.flatnonzero(chosen[:, i])] if homes else []
        if any(d and homes.count(d) > 1 for d in fresh):
            return None
        skills = set().union(*(problem.skills[r] for r in np.flatnonzero(held[:, i]))) if (
            problem.skills
        ) else set()  # fmt: skip
        if problem.wanted[i] and need[i] and not problem.required <= skills:
            return None
    unit = load_weight / max(problem.wanted.sum() / max(reviewers, 1), 1) / 2
    return problem.similarity[chosen].sum() - unit * (loads**2 - before**2).sum()


def best_by_hand(problem, load_weight):
    shape = problem.similarity.shape
    values = (
        worth(problem, np.array(bits, dtype=bool).reshape(shape), load_weight)
        for bits in product((0, 1), repeat=shape[0] * shape[1])
    )
    return max((value for value in values if value is not None), default=None)


def chosen_of(problem, found):
    chosen = np.zeros(problem.similarity.shape, dtype=bool)
    for pair in found.pairs:
        chosen[pair] = True
    return chosen


@st.composite
def problems(draw, *, skills=False):
    reviewers, ideas = draw(st.sampled_from([(2, 2), (3, 2), (2, 3), (4, 2), (3, 3), (4, 3)]))
    pair = st.tuples(st.integers(0, reviewers - 1), st.integers(0, ideas - 1))
    values = st.integers(-4, 8).map(lambda n: n / 8)
    grid = st.lists(values, min_size=reviewers * ideas, max_size=reviewers * ideas)
    barred = np.zeros((reviewers, ideas), dtype=bool)
    for one in draw(st.sets(pair, max_size=3)):
        barred[one] = True
    most = np.array(draw(st.lists(st.integers(0, 3), min_size=reviewers, max_size=reviewers)))
    least = np.minimum(most, draw(st.integers(0, 1)))
    each = st.sets(st.sampled_from(["ip", "law"])).map(frozenset)
    return Problem(
        similarity=np.array(draw(grid)).reshape(reviewers, ideas),
        wanted=np.array(draw(st.lists(st.integers(0, 2), min_size=ideas, max_size=ideas))),
        least=least,
        most=most,
        barred=barred,
        existing=sorted(draw(st.sets(pair, max_size=2))),
        departments=draw(
            st.just(())
            | st.lists(st.sampled_from(["", "a", "b"]), min_size=reviewers, max_size=reviewers)
        ),
        skills=draw(st.lists(each, min_size=reviewers, max_size=reviewers)) if skills else (),
        required=frozenset(draw(each)) if skills else frozenset(),
    )


@settings(max_examples=150, deadline=None)
@given(problems(), st.sampled_from([0.0, 0.5]), st.sampled_from([1, 40]))
def test_nothing_is_better_than_what_is_found(problem, load_weight, keep):
    policy = MatchingPolicy(load_weight=load_weight, keep=keep, one_panel=False)
    found = match(problem, policy)
    best = best_by_hand(problem, load_weight)
    mine = worth(problem, chosen_of(problem, found), load_weight)
    if best is None:
        assert found.shortage
    else:
        assert not found.shortage
        assert mine == pytest.approx(best, abs=1e-6)


NOBODY_LEFT = Problem(
    similarity=np.zeros((2, 2)), wanted=np.array([0, 1]), least=np.array([0, 0]),
    most=np.array([0, 0]), barred=np.array([[True, True], [True, False]]), existing=[(1, 1)],
    skills=[frozenset(), frozenset()], required=frozenset({"ip"}),
)  # fmt: skip


def test_a_skill_that_nobody_left_could_bring_is_named_as_missing():
    found = match(NOBODY_LEFT, MatchingPolicy(load_weight=0.2, one_panel=False))
    assert found.pairs == ()
    assert found.shortage.skills == {1: frozenset({"ip"})}


@settings(max_examples=60, deadline=None)
@given(problems(skills=True))
def test_required_skills_are_covered_at_the_best_price(problem):
    found = match(problem, MatchingPolicy(load_weight=0.2, one_panel=False))
    best = best_by_hand(problem, 0.2)
    if best is None:
        assert found.shortage
    elif not found.shortage:
        assert worth(problem, chosen_of(problem, found), 0.2) == pytest.approx(best, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(problems(skills=True), st.integers(0, 9))
def test_no_bound_is_ever_broken_and_a_seed_decides(problem, seed):
    policy = MatchingPolicy(seed=seed, keep=1)
    found = match(problem, policy)
    chosen = chosen_of(problem, found)
    assert not (chosen & problem.barred).any()
    existing = np.zeros_like(chosen)
    for pair in problem.existing:
        existing[pair] = True
    assert not (chosen & existing).any()
    loads = (chosen | existing).sum(axis=1)
    assert tuple(loads) == found.loads
    assert (loads <= np.maximum(problem.most, existing.sum(axis=1))).all()
    for reviewer in np.flatnonzero(loads < problem.least):
        assert found.shortage.reviewers[int(reviewer)] == problem.least[reviewer] - loads[reviewer]
    lacking = np.maximum(problem.wanted - (chosen | existing).sum(axis=0), 0)
    assert found.shortage.ideas == {int(i): int(lacking[i]) for i in np.flatnonzero(lacking)}
    assert found.total == pytest.approx(problem.similarity[chosen].sum())
    again = match(problem, policy)
    assert again == found


@settings(max_examples=80, deadline=None)
@given(problems(), st.data())
def test_a_worse_similarity_of_a_pair_not_chosen_changes_nothing(problem, data):
    found = match(problem, PLAIN)
    others = [pair for pair in np.ndindex(problem.similarity.shape) if pair not in found.pairs]
    if not others:
        return
    worse = problem.similarity.copy()
    worse[data.draw(st.sampled_from(others))] -= data.draw(st.sampled_from([0.1, 1.0, 3.0]))
    same = Problem(
        similarity=worse, wanted=problem.wanted, least=problem.least, most=problem.most,
        barred=problem.barred, existing=problem.existing, departments=problem.departments,
    )  # fmt: skip
    assert match(same, PLAIN).pairs == found.pairs


def test_leaving_pairs_out_at_first_changes_nothing():
    rng = np.random.default_rng(3)
    similarity = rng.random((30, 60))
    large = problem(
        similarity, wanted=2, least=2, most=5, barred=rng.random((30, 60)) < 0.1,
        departments=[f"d{n % 7}" for n in range(30)],
    )  # fmt: skip
    few, all_ = (match(large, MatchingPolicy(keep=keep)) for keep in (1, 60))
    assert few.pairs == all_.pairs


def test_ties_are_broken_by_the_seed():
    even = problem(np.ones((6, 6)))
    pairs = {match(even, MatchingPolicy(seed=seed)).pairs for seed in range(5)}
    assert len(pairs) > 1


def test_a_dear_load_is_shared_and_what_exists_counts():
    similarity = [[1.0] * 4, [0.9] * 4]
    greedy = match(problem(similarity, most=4), PLAIN)
    assert greedy.loads == (4, 0)
    even = match(problem(similarity, most=4), MatchingPolicy(load_weight=1, one_panel=False))
    assert even.loads == (2, 2)
    held = problem(similarity, most=4, existing=[(0, 0), (0, 1)])
    assert match(held, MatchingPolicy(load_weight=1, one_panel=False)).pairs == ((1, 2), (1, 3))


def test_what_is_short_is_counted_and_explained():
    barred = np.array([[False, False, True], [False, False, True], [True, True, False]])
    found = match(problem(np.ones((3, 3)), wanted=2, most=1, barred=barred), PLAIN)
    assert sum(found.shortage.ideas.values()) == 3
    assert found.shortage.ideas[2] == 1
    groups = {tuple(group.ideas): group for group in found.shortage.bottlenecks}
    assert groups[2,].reviewers == (2,)
    assert groups[0, 1].reviewers == (0, 1)
    assert (groups[2,].lacking, groups[0, 1].lacking) == (1, 2)


def test_a_least_load_that_cannot_be_met_is_said():
    found = match(problem(np.ones((2, 1)), wanted=1, least=1, most=2), PLAIN)
    assert len(found.pairs) == 1
    assert sum(found.shortage.reviewers.values()) == 1
    assert not found.shortage.ideas


def test_a_skill_that_nobody_free_has_is_said_and_the_rest_is_done():
    skills = [frozenset({"ip"}), frozenset(), frozenset()]
    barred = np.array([[False, True], [False, False], [False, False]])
    one = problem(
        [[0, 0], [1, 1], [1, 1]], wanted=2, most=2, barred=barred, skills=skills,
        required=frozenset({"ip"}),
    )  # fmt: skip
    found = match(one, PLAIN)
    assert found.shortage.skills == {1: frozenset({"ip"})}
    assert (0, 0) in found.pairs
    assert len(found.pairs) == 4
    assert match(one, MatchingPolicy(patience=0.0)).shortage.skills.keys() == {0, 1}


def test_skills_come_first_where_a_problem_is_too_large_to_be_exact(monkeypatch):
    monkeypatch.setattr("accelerator.domain.matching.solve.MOST_EXACT", 10)
    rng = np.random.default_rng(1)
    skills = [frozenset({"ip"}) if n % 10 == 0 else frozenset() for n in range(20)]
    similarity = rng.random((20, 12)) - np.array([[0.9 if s else 0.0] for s in skills])
    found = match(
        problem(
            similarity, wanted=2, most=7, existing=[(1, 0)], skills=skills,
            required=frozenset({"ip"}),
        ),
        MatchingPolicy(keep=2),
    )  # fmt: skip
    assert not found.shortage
    held = {idea: [skills[r] for r, i in found.pairs if i == idea] for idea in range(12)}
    assert [len(held[idea]) for idea in (0, 1)] == [1, 2]
    assert all(frozenset({"ip"}) in of_idea for of_idea in held.values())


def separate(per=2, **more):
    """Two groups that fit only their own ideas."""
    similarity = np.kron(np.eye(2), np.ones((3, 4)))
    return problem(similarity, wanted=per, most=4, **more)


def test_reviewers_are_exchanged_until_there_is_one_panel():
    apart = match(separate(), PLAIN)
    assert apart.panels == 2
    joined = match(separate(), MatchingPolicy(load_weight=0))
    assert joined.panels == 1
    assert len(joined.bridging) == 2
    assert joined.loads == apart.loads
    assert joined.total == pytest.approx(apart.total - 2)


def test_panels_that_no_exchange_joins_stay_apart():
    barred = np.kron(1 - np.eye(2), np.ones((3, 4))) > 0
    assert match(separate(barred=barred), MatchingPolicy()).panels == 2
    assert match(separate(per=1), MatchingPolicy()).panels > 1


def test_an_exchange_keeps_departments_and_skills():
    homes = ["a", "b", "c", "a", "b", "c"]
    found = match(separate(departments=homes), MatchingPolicy())
    assert found.panels == 1
    for idea in range(8):
        of_idea = [homes[r] for r, i in found.pairs if i == idea]
        assert len(set(of_idea)) == len(of_idea)
    # The cheapest exchanges would bring the first reviewer to ideas that have one of their department.
    similarity = np.kron(np.eye(2), np.ones((3, 4)))
    similarity[3, 4:], similarity[0, 4:] = 3, 0.5
    homes = ["a", "b", "c", "a", "d", "e"]
    found = match(problem(similarity, wanted=2, most=4, departments=homes), MatchingPolicy())
    assert found.panels == 1
    assert not {(0, idea) for idea in range(4, 8) if (3, idea) in found.pairs} & set(found.pairs)
    skills = [frozenset({"x"}) if n in (0, 3) else frozenset() for n in range(6)]
    kept = match(separate(skills=skills, required=frozenset({"x"})), MatchingPolicy())
    assert kept.panels == 1
    assert not kept.shortage


def test_a_panel_of_one_reviewer_each_is_no_panel_more():
    graph = np.zeros((3, 3), dtype=bool)
    graph[0, 0] = True
    parts, reviewers, ideas = panels_of(graph)
    assert (parts, list(reviewers), list(ideas)) == (1, [0, -1, -1], [0, -1, -1])


def test_nothing_to_match():
    empty = match(problem(np.zeros((2, 0))), MatchingPolicy())
    assert (empty.pairs, empty.loads, empty.panels) == ((), (0, 0), 0)
    nobody = match(problem(np.zeros((0, 2))), MatchingPolicy())
    assert nobody.shortage.ideas == {0: 1, 1: 1}
    assert match(problem(np.zeros((2, 0)), most=0)).loads == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"wanted": np.array([1])},
        {"similarity": np.full((3, 3), np.nan)},
        {"least": np.array([2, 0, 0])},
        {"departments": ["a"]},
    ],
)
def test_what_no_matching_could_be_about_is_refused(wrong):
    fields = {"similarity": THREE, "wanted": np.ones(3, int), "least": np.zeros(3, int)}
    with pytest.raises(ValueError, match=r"matching|similarity"):
        Problem(**(fields | {"most": np.ones(3, int)} | wrong))


def test_constants_without_meaning_are_refused():
    with pytest.raises(ValueError, match="constant"):
        MatchingPolicy(load_weight=-1)
