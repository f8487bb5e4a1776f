"""Offsets on anchor ideas: plain differences, what chance allows, and who may see them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator.domain.calibration import calibrate, difference, may_see
from accelerator.domain.scoring import Scored, ScoringPolicy, adjust

TINY = [("A", 1, 6), ("A", 2, 8), ("B", 2, 7), ("B", 3, 5), ("C", 1, 4), ("C", 3, 3)]


def test_the_tiny_oracle():
    found = calibrate([Scored(*each) for each in TINY], ScoringPolicy(rho=0.5, sigma2=1))
    assert [row.reviewer for row in found.offsets] == [3, 1, 2]
    assert [row.fair for row in found.offsets] == pytest.approx([-3 / 7, -1 / 7, 4 / 7])
    assert [row.plain for row in found.offsets] == [-1.5, -0.5, 2.0]
    assert [row.reviews for row in found.offsets] == [2, 2, 2]
    assert (found.spread, found.noise) == (pytest.approx(0.5**0.5), 1)
    for row in found.offsets:
        assert row.low < row.fair < row.high
        assert not row.clear


def test_a_difference_that_chance_hardly_makes_is_clear():
    marks = [
        Scored(idea, reviewer, base + (2 if reviewer == "kind" else 0) + 0.01 * at)
        for at, (idea, base) in enumerate((("A", 2.0), ("B", 3.0), ("C", 1.0)))
        for reviewer in ("kind", "one", "two", "three", "four")
    ]
    rows = {row.reviewer: row for row in calibrate(marks).offsets}
    assert rows["kind"].clear
    assert rows["kind"].plain == pytest.approx(2)
    assert calibrate(marks).offsets[-1].reviewer == "kind"


def test_alone_there_is_nothing_to_compare_with():
    (row,) = calibrate([Scored("A", "me", 3.0)]).offsets
    assert (row.plain, row.fair) == (None, 0)
    assert difference("me", {}) is None


MARKS = st.dictionaries(
    st.sampled_from("ABC"),
    st.dictionaries(st.sampled_from("uvwxyz"), st.integers(1, 5), min_size=1),
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(marks=MARKS, shift=st.integers(-3, 3), order=st.randoms(use_true_random=False))
def test_what_an_idea_is_worth_changes_no_offset(marks, shift, order):
    reviews = [Scored(i, r, float(m)) for i, given in marks.items() for r, m in given.items()]
    moved = [Scored(s.idea, s.reviewer, s.mark + shift * (s.idea == "A")) for s in reviews]
    order.shuffle(moved)
    one, other = calibrate(reviews), calibrate(moved)
    theirs = {row.reviewer: row for row in other.offsets}
    for row in one.offsets:
        assert row.fair == pytest.approx(theirs[row.reviewer].fair, abs=1e-6)
        assert row.plain == pytest.approx(theirs[row.reviewer].plain)
    fair = adjust(reviews)
    assert sorted(row.fair for row in one.offsets) == pytest.approx(sorted(fair.leniency.tolist()))


@settings(max_examples=60, deadline=None)
@given(marks=MARKS, more=st.integers(1, 3))
def test_marking_higher_raises_the_plain_difference_by_as_much(marks, more):
    before = difference("u", marks)
    raised = {
        idea: {who: mark + more * (who == "u") for who, mark in given.items()}
        for idea, given in marks.items()
    }
    after = difference("u", raised)
    assert (before is None) == (after is None)
    if before is not None:
        assert after == pytest.approx(before + more)


@pytest.mark.parametrize(
    ("asked", "marks", "seen"),
    [
        ([], {}, False),
        (["A"], {}, False),
        (["A"], {"A": {"x": 1, "y": 2, "z": 3}}, False),
        (["A"], {"A": {"me": 1, "y": 2}}, False),
        (["A"], {"A": {"me": 1, "y": 2, "z": 3}}, True),
        (["A", "B"], {"A": {"me": 1, "y": 2, "z": 3}, "B": {"me": 1, "y": 2}}, False),
    ],
)
def test_an_offset_never_tells_one_colleagues_marks(asked, marks, seen):
    assert may_see("me", asked=asked, marks=marks) is seen
