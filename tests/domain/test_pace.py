"""Whether a round of reviews ends in time: against a published distribution, and as properties."""

from math import isclose, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from accelerator.domain.pace import (
    LATEST,
    MOST_MOVES,
    Forecast,
    Owed,
    Queue,
    chance_of,
    chances,
    common_pace,
    forecast,
    rebalance,
)

queues = st.builds(
    Queue, st.integers(0, 40), st.floats(0.5, 60).map(lambda days: round(days, 1)),
    st.integers(0, 30),
)  # fmt: skip
paces = st.floats(0.02, 5)


@given(queues, paces, st.floats(0.5, 80))
def test_the_chance_is_the_tail_of_the_negative_binomial(queue, pace, days):
    rate = 1 / pace + queue.days
    expected = nbinom.sf(queue.open - 1, 1 + queue.done, rate / (rate + days))
    assert isclose(chance_of(queue, pace, days), expected, rel_tol=1e-9, abs_tol=1e-12)


@given(queues, paces, st.floats(0, 50), st.floats(0, 50))
def test_more_days_or_fewer_reviews_are_never_less_likely(queue, pace, days, more):
    found = chance_of(queue, pace, days)
    assert 0 <= found <= 1
    assert chance_of(queue, pace, days + more) >= found - 1e-12
    assert chance_of(queue, pace, days, queue.open + 1) <= found + 1e-12


def test_nothing_owed_is_sure_and_no_time_is_none():
    assert chance_of(Queue(0, 5, 0), 0.3, 0) == 1
    assert chance_of(Queue(9, 5, 1), 0.3, 0) == 0
    assert chance_of(Queue(9, 5, 1), 0.3, -4) == 0


def test_a_hopeless_queue_still_has_a_chance_to_compare():
    chance = chance_of(Queue(0, 10, 60), 0.1, 1)
    assert 0 < chance < 1e-16
    assert chance_of(Queue(0, 10, 59), 0.1, 1) > chance


@pytest.mark.parametrize("numbers", [(-1, 1, 1), (1, -0.5, 1), (1, 1, -1)])
def test_numbers_below_nothing_are_refused(numbers):
    with pytest.raises(ValueError, match="not below 0"):
        Queue(*numbers)


def test_too_little_says_nothing():
    assert common_pace([]) is None
    assert common_pace([Queue(2, 9, 1)]) is None
    assert common_pace([Queue(3, 0, 1)]) is None
    assert common_pace([Queue(1, 2, 1), Queue(2, 4, 0)]) == 0.5
    assert forecast([Queue(2, 9, 1)], days_left=9) is None


def test_a_round_in_which_nothing_is_owed_has_ended():
    assert forecast([Queue(4, 8, 0), Queue(0, 8, 0)], days_left=0) == Forecast(0.25, 1, 0, 0)


def test_a_round_that_hardly_moves_has_no_end_in_sight():
    found = forecast([Queue(3, 900, 40)], days_left=5)
    assert found.late is None
    assert found.chance < 1e-6


@given(st.lists(queues, min_size=1, max_size=5), st.integers(0, 30), st.randoms())
def test_the_round_ends_when_the_last_reviewer_does(panel, days, shuffler):
    found = forecast(panel, days_left=days)
    if found is None:
        assert sum(queue.done for queue in panel) < 3
        return
    assert isclose(found.chance, prod(chance_of(q, found.pace, days) for q in panel), abs_tol=1e-9)
    shuffled = panel.copy()
    shuffler.shuffle(shuffled)
    again = forecast(shuffled, days_left=days)
    assert (again.early, again.late) == (found.early, found.late)
    if found.early is not None and found.late is not None:
        assert found.early <= found.late <= LATEST
    for day, chance in ((found.early, 0.1), (found.late, 0.9)):
        if day:
            assert prod(chance_of(q, found.pace, day) for q in panel) >= chance
            assert prod(chance_of(q, found.pace, day - 1) for q in panel) < chance


def test_the_later_in_the_queue_the_less_likely():
    owed = [Owed(n, n, "slow" if n < 3 else "quick", movable=True) for n in range(5)]
    panel = {"slow": Queue(1, 10, 3), "quick": Queue(9, 10, 2)}
    found = chances(owed, panel, pace=0.5, days_left=4)
    assert found[0] > found[1] > found[2]
    assert found[3] > found[4] > found[2]
    assert found[2] == chance_of(panel["slow"], 0.5, 4)


@st.composite
def rounds(draw):
    people = draw(st.lists(queues, min_size=1, max_size=5))
    owed = [
        Owed((person, n), draw(st.integers(0, 8)), person, draw(st.booleans()))
        for person, queue in enumerate(people)
        for n in range(queue.open)
    ]
    barred = {(one.idea, one.reviewer) for one in owed}
    barred |= draw(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 4)), max_size=12))
    return dict(enumerate(people)), owed, barred


@given(rounds(), paces, st.floats(0, 15))
def test_what_is_proposed_is_allowed_and_helps(found, pace, days):
    panel, owed, barred = found
    moves = rebalance(owed, panel, barred, pace=pace, days_left=days)
    assert len(moves) <= MOST_MOVES
    assert len({move.review for move in moves}) == len(moves)
    by_review = {one.review: one for one in owed}
    taken = set()
    for move in moves:
        assert by_review[move.review].movable
        assert by_review[move.review].reviewer == move.giver != move.taker
        assert (move.idea, move.taker) not in barred | taken
        taken.add((move.idea, move.taker))
        assert move.after > move.before
    after = {
        person: Queue(
            queue.done, queue.days,
            queue.open - sum(m.giver == person for m in moves)
            + sum(m.taker == person for m in moves),
        )
        for person, queue in panel.items()
    }  # fmt: skip
    whole = [prod(chance_of(q, pace, days) for q in some.values()) for some in (panel, after)]
    assert whole[1] >= whole[0]


def test_whoever_has_begun_keeps_their_review_and_conflicts_hold():
    panel = {1: Queue(1, 8, 3), 2: Queue(6, 8, 0), 3: Queue(5, 8, 0)}
    owed = [Owed(n, f"idea {n}", 1, movable=n > 1) for n in (1, 2, 3)]
    moves = rebalance(owed, panel, {("idea 3", 2)}, pace=0.4, days_left=5)
    assert [(m.review, m.taker) for m in moves] == [(3, 3), (2, 2)]
    nobody = {(f"idea {n}", person) for n in (1, 2, 3) for person in (2, 3)}
    assert rebalance(owed, panel, nobody, pace=0.4, days_left=5) == ()
    assert rebalance(owed, panel, (), pace=0.4, days_left=0) == ()
    even = {1: Queue(4, 8, 1), 2: Queue(4, 8, 1)}
    assert rebalance([Owed(1, "A", 1, movable=True)], even, (), pace=0.5, days_left=9) == ()
