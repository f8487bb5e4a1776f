"""One mark from many, and what carries an idea over the cut line."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator.domain.scoring import Marked, Scored, ScoringPolicy, adjust, collapse, crossings
from accelerator.domain.scoring.ranking import above_first

EQUAL = {"market": 1.0, "team": 1.0}


def marked(rows):
    return [Marked(idea, by, {"market": market, "team": team}) for idea, by, market, team in rows]


def above(reviews, weights, capacity, policy):
    """Who is in, by the public functions alone."""
    marks = [(r, collapse(r.marks, weights)) for r in reviews]
    fair = adjust([Scored(r.idea, r.reviewer, mark) for r, mark in marks], policy)
    return {fair.ideas[at] for at in above_first(fair.adjusted)[:capacity]}


def test_weights_are_renormalised_over_what_was_answered():
    weights = {"market": 3, "team": 1, "fun": 0}
    assert collapse({"market": 4, "team": 2, "fun": 5}, weights) == 3.5
    assert collapse({"market": None, "team": 2}, weights) == 2
    assert collapse({"team": 2, "unknown": 9}, weights) == 2
    assert collapse({"fun": 5}, weights) is None
    assert collapse({}, {}) is None
    assert collapse({"market": 0}, weights) == 0


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf])
def test_weights_must_be_numbers_not_below_nothing(weight):
    with pytest.raises(ValueError, match="weight"):
        collapse({"market": 1}, {"market": weight})


def test_marks_must_be_finite():
    with pytest.raises(ValueError, match="mark"):
        collapse({"market": math.nan}, {"market": 1})


weights = st.just(0.0) | st.floats(0.01, 1e3)


@given(st.dictionaries(st.text(max_size=3), st.tuples(st.floats(0, 9), weights)))
def test_a_weighted_mark_lies_among_the_marks_in_any_order(criteria):
    marks = {name: mark for name, (mark, _) in criteria.items()}
    given_weights = {name: weight for name, (_, weight) in criteria.items()}
    found = collapse(marks, given_weights)
    assert found == collapse(marks, dict(reversed(given_weights.items())))
    counted = [mark for name, mark in marks.items() if given_weights[name] > 0]
    if found is None:
        assert not counted
    else:
        assert min(counted) - 1e-9 <= found <= max(counted) + 1e-9


def test_an_idea_far_from_the_line_is_firm():
    rows = [("A", 1, 9, 9), ("A", 2, 9, 9), ("B", 1, 2, 2), ("B", 2, 2, 1)]
    found = crossings(marked(rows), EQUAL, capacity=1)
    assert {idea: crossing.above for idea, crossing in found.items()} == {"A": True, "B": False}
    assert all(crossing.firm for crossing in found.values())


def test_a_weight_that_decides_is_named():
    rows = [(idea, by, *marks) for idea, marks in (("A", (5, 1)), ("B", (2, 3))) for by in (1, 2)]
    found = crossings(marked(rows), EQUAL, capacity=1)
    assert found["A"].weights == found["B"].weights == ("market",)
    assert not found["A"].equal_weights
    assert not found["A"].firm
    heavy = crossings(marked(rows), {"market": 1.0, "team": 3.0}, capacity=1)
    assert not heavy["A"].above
    assert heavy["A"].equal_weights
    assert heavy["A"].weights == ("team",)


def test_severity_that_decides_is_told():
    """C's two reviewers are the severe ones, so raw means put A before C."""
    rows = [
        ("A", 1, 6, 6), ("A", 2, 6, 6), ("C", 3, 5.5, 5.5), ("C", 4, 5.5, 5.5),
        *((idea, by, base - 2 * (by > 2), base - 2 * (by > 2))
          for idea, base in (("X", 4), ("Y", 5), ("Z", 3)) for by in (1, 2, 3, 4)),
    ]  # fmt: skip
    found = crossings(marked(rows), EQUAL, capacity=1)
    assert found["C"].above
    assert found["A"].raw
    assert found["C"].raw
    assert not found["X"].raw
    held = crossings(marked(rows), EQUAL, capacity=1, policy=ScoringPolicy(rho=0))
    assert held["A"].above
    assert not held["A"].raw


def test_a_reviewer_who_decides_is_named():
    rows = [("A", 1, 9, 9), ("A", 2, 5, 5), ("A", 3, 5, 5), ("B", 1, 6, 6), ("B", 2, 6, 6)]
    found = crossings(marked(rows), EQUAL, capacity=1, policy=ScoringPolicy(rho=0))
    assert found["A"].above
    assert found["A"].reviewers == found["B"].reviewers == (1,)


def test_an_idea_left_without_a_review_keeps_its_mean():
    found = crossings(marked([("A", 1, 9, 9), ("B", 2, 5, 5)]), EQUAL, capacity=1)
    assert found["A"].firm
    assert found["B"].firm


def test_reviews_without_an_answer_are_not_used():
    rows = [("A", 1, 9, 9), ("B", 1, None, None), ("A", 2, None, 7)]
    assert set(crossings(marked(rows), EQUAL, capacity=1)) == {"A"}
    assert crossings([], EQUAL, capacity=1) == {}
    with pytest.raises(ValueError, match="negative"):
        crossings([], EQUAL, capacity=-1)


panels = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    min_size=1,
    max_size=16,
)


@settings(max_examples=40)
@given(panels, st.integers(0, 5), st.randoms())
def test_crossings_equal_ranking_again_with_the_change(panel, capacity, shuffler):
    weights = {"market": 2.0, "team": 1.0}
    reviews = marked([(*pair, *marks) for pair, marks in panel.items()])
    shuffled = reviews.copy()
    shuffler.shuffle(shuffled)
    found = crossings(reviews, weights, capacity=capacity)
    assert found == crossings(shuffled, weights, capacity=capacity)

    marks = [Scored(r.idea, r.reviewer, collapse(r.marks, weights)) for r in reviews]
    held = ScoringPolicy(rho=adjust(marks).rho)
    base = above(reviews, weights, capacity, held)
    assert {idea for idea, crossing in found.items() if crossing.above} == base

    def crossed(after):
        return base ^ after

    raw = crossed(above(reviews, weights, capacity, ScoringPolicy(rho=0)))
    assert {idea for idea, crossing in found.items() if crossing.raw} == raw
    equal = crossed(above(reviews, EQUAL, capacity, held))
    assert {idea for idea, crossing in found.items() if crossing.equal_weights} == equal
    up = crossed(above(reviews, {"market": 3.0, "team": 1.0}, capacity, held))
    down = crossed(above(reviews, {"market": 1.0, "team": 1.0}, capacity, held))
    assert {idea for idea, crossing in found.items() if "market" in crossing.weights} == up | down
    for reviewer in {r.reviewer for r in reviews}:
        left = crossed(without(reviewer, marks, capacity, held))
        assert {i for i, crossing in found.items() if reviewer in crossing.reviewers} == left


def without(reviewer, marks, capacity, policy):
    """Who is in without one reviewer; ideas nobody else reviewed keep their mean."""
    fair, rest = adjust(marks, policy), [r for r in marks if r.reviewer != reviewer]
    means = dict(zip(fair.ideas, fair.adjusted, strict=True))
    if rest:
        less = adjust(rest, policy)
        means |= dict(zip(less.ideas, less.adjusted, strict=True))
    order = above_first(np.array([means[idea] for idea in fair.ideas]))
    return {fair.ideas[at] for at in order[:capacity]}


def test_somebody_who_reviewed_an_idea_twice_is_left_out_whole():
    rows = [("A", 1, 9, 9), ("A", 1, 8, 8), ("A", 2, 4, 4), ("B", 2, 6, 6), ("B", 3, 6, 6)]
    found = crossings(marked(rows), EQUAL, capacity=1)
    assert found["A"].above
    assert found["A"].reviewers == found["B"].reviewers == (1,)
