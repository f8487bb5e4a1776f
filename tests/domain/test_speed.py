"""Aalen-Johansen: the oracle, and what must hold whatever happened."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.speed import Visit, ages, curve, day_by, rubber_stamp

ORACLE = [
    Visit(10, "advance"), Visit(20, "stop"), Visit(20, "advance"),
    Visit(30, None), Visit(40, "advance"), Visit(50, "stop"),
]  # fmt: skip
VISITS = st.lists(
    st.builds(
        Visit, st.integers(0, 60), st.sampled_from([None, "advance", "stop", "park"]),
        st.integers(1, 4),
    ),
    max_size=30,
)  # fmt: skip


def test_the_oracle_and_not_the_naive_answer() -> None:
    last = curve(ORACLE)[-1]
    assert last.left == pytest.approx({"advance": 0.583333, "stop": 0.416667}, abs=1e-6)
    assert last.inside == pytest.approx(0)
    # One minus Kaplan-Meier takes a stopped idea for one that may still advance.
    naive = curve([Visit(v.days, v.left_by if v.left_by == "advance" else None) for v in ORACLE])
    assert naive[-1].left["advance"] == pytest.approx(1 - 5 / 6 * 4 / 5 * 1 / 2)
    assert naive[-1].left["advance"] == pytest.approx(0.667, abs=1e-3)
    assert (day_by(curve(ORACLE), 0.5), day_by(curve(ORACLE), 0.85)) == (20, 50)


@given(VISITS)
def test_shares_add_up_and_only_grow(visits: list[Visit[str]]) -> None:
    steps = curve(visits)
    shares = [(0.0, 1.0, {})] + [(s.day, s.inside, dict(s.left)) for s in steps]
    for (_, before, left), (_, after, more) in itertools.pairwise(shares):
        assert after <= before + 1e-12
        assert all(share >= left.get(way, 0) - 1e-12 for way, share in more.items())
        assert after + sum(more.values()) == pytest.approx(1)
    assert steps == curve(list(reversed(visits)))
    one_by_one = [Visit(v.days, v.left_by) for v in visits for _ in range(v.ideas)]
    assert [s.inside for s in curve(one_by_one)] == pytest.approx([s.inside for s in steps])
    if all(v.left_by is not None for v in visits) and visits:
        stopped = sum(v.ideas for v in visits if v.left_by == "stop")
        total = sum(v.ideas for v in visits)
        assert steps[-1].left.get("stop", 0) == pytest.approx(stopped / total)


def test_who_is_inside_counts_as_long_as_it_is_seen() -> None:
    left = [Visit(10, "advance", 2)]
    assert day_by(curve(left), 0.85) == 10
    assert day_by(curve([*left, Visit(9, None, 2)]), 0.85) == 10
    assert day_by(curve([*left, Visit(10, None, 2)]), 0.85) is None
    assert curve([]) == ()
    assert day_by((), 0.5) is None


def test_ages_and_the_gate_that_stops_nobody() -> None:
    visits: list[Visit[str]] = [Visit(5, None), Visit(40, None, 5), Visit(99, "stop")]
    found = ages(visits)
    assert found is not None
    assert (found.ideas, found.middle, found.oldest) == (6, 40, 40)
    assert ages([Visit(1, "stop")]) is None
    assert rubber_stamp(10, 0)
    assert not rubber_stamp(9, 0)
    assert not rubber_stamp(50, 1)
    for days, ideas in ((-1, 1), (1, 0)):
        with pytest.raises(ValueError, match="a visit"):
            Visit(days, None, ideas)
