"""When a gate's minimums are reached: against a programme whose true pace is known."""

import itertools
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.forecast import (
    HORIZON,
    LEAST_REACHED,
    Forecast,
    LevelTimes,
    Missing,
    Wait,
    chance_by,
    forecast,
    tally,
    waits,
)
from accelerator.domain.readiness import Dimension

C, T = Dimension.CUSTOMER, Dimension.TECHNOLOGY
START = date(2026, 1, 5)


def _pace(level: int) -> float:
    """Return the true chance that the next level comes in a week: higher ones take longer."""
    return 0.35 / level


def _wait(random: Random, level: int) -> int:
    weeks = 0
    while random.random() > _pace(level):
        weeks += 1
    return 7 * weeks + random.randrange(7)


def _past(random: Random, ideas: int) -> list[Wait]:
    found = []
    for _ in range(ideas):
        for dimension in (C, T):
            level, left = 1, random.randrange(30, 500)
            while level < 9 and left > 0:
                days = _wait(random, level)
                found.append(Wait(dimension, level, min(days, left), days <= left))
                level, left = level + 1, left - days
    return found


def test_eight_of_ten_ideas_fall_into_the_interval_and_chances_come_true() -> None:
    random = Random(7)
    times = LevelTimes(tally(_past(random, 60)))
    missing = [Missing(C, 2, 4, 0), Missing(T, 3, 5, 0)]
    found = forecast(times, missing)
    assert found is not None
    assert found.early is not None
    assert found.late is not None
    truth = [
        max(sum(_wait(random, n) for n in (2, 3)), sum(_wait(random, n) for n in (3, 4)))
        for _ in range(2000)
    ]
    inside = sum(found.early <= days <= found.late for days in truth) / len(truth)
    assert 0.72 <= inside <= 0.92
    for days in (60, 120, 240):
        chance = chance_by(times, missing, days)
        assert chance == pytest.approx(sum(one <= days for one in truth) / len(truth), abs=0.08)


def test_an_interval_keeps_its_word_after_a_small_past_too() -> None:
    """Over many programmes of a dozen ideas each, as a young programme has them."""
    inside = 0
    for seed in range(60):
        random = Random(seed)
        times = LevelTimes(tally(_past(random, 12)))
        found = forecast(times, [Missing(C, 3, 5, 0)])
        assert found is not None
        assert found.early is not None
        days = sum(_wait(random, n) for n in (3, 4))
        inside += found.early - 7 <= days <= (found.late or 10**6)
    assert inside / 60 >= 0.7


def test_those_who_wait_still_make_it_longer() -> None:
    reached = [Wait(C, 2, 28, reached=True)] * 20
    still = [Wait(C, 2, 200, reached=False)] * 20
    short = forecast(LevelTimes(tally(reached)), [Missing(C, 2, 3, 0)])
    long = forecast(LevelTimes(tally(reached + still)), [Missing(C, 2, 3, 0)])
    assert short == Forecast(28, 28, short.late if short else 0)
    assert long is not None
    assert short is not None
    assert long.middle is None or long.middle > (short.middle or 0)


def test_too_little_past_and_nothing_missing() -> None:
    few = LevelTimes(tally([Wait(C, 1, 7, reached=True)] * (LEAST_REACHED - 1)))
    assert not few.tells
    assert forecast(few, []) is None
    assert chance_by(few, [], 9) is None
    enough = LevelTimes(tally([Wait(C, 1, 7, reached=True)] * LEAST_REACHED))
    assert forecast(enough, []) == Forecast(0, 0, 0)
    assert chance_by(enough, [], -1) == 1
    assert chance_by(enough, [Missing(C, 1, 2, 0)], -1) == 0
    never = LevelTimes(
        tally([*[Wait(C, 1, 7, reached=True)] * 12, *[Wait(C, 3, 800, reached=False)] * 400])
    )
    assert forecast(never, [Missing(C, 3, 4, 10**4)]) == Forecast(None, None, None)


@given(
    st.lists(
        st.builds(
            Wait, st.sampled_from([C, T]), st.integers(1, 8), st.integers(0, 1200), st.booleans()
        ),
        min_size=20, max_size=60,
    ),
    st.integers(1, 7), st.integers(0, 900), st.integers(0, 900), st.data(),
)  # fmt: skip
def test_chances_are_chances(
    known: list[Wait], level: int, waited: int, days: int, data: st.DataObject
) -> None:
    times = LevelTimes(tally(known))
    minimum = data.draw(st.integers(level + 1, 9))
    missing = Missing(C, level, minimum, waited)
    by = times.by(missing)
    assert len(by) == HORIZON
    assert all(0 <= a <= b <= 1 for a, b in itertools.pairwise(by))
    within = times.within(missing, days)
    assert within == pytest.approx(by[min(HORIZON - 1, (days + 3) // 7)], abs=1e-6)
    if minimum < 9:
        assert times.within(Missing(C, level, minimum + 1, waited), days) <= within + 1e-9


def test_waits_of_one_idea() -> None:
    def on(days: int) -> date:
        return START + timedelta(days)

    seen = [
        (on(0), {C: 1, T: 1}),
        (on(10), {C: 1, T: 3}),  # two levels at once
        (on(40), {C: 2, T: 2}),  # one was lost
        (on(50), {C: 2}),  # technology no longer applies
        (on(60), {C: 9}),
    ]
    assert waits(seen, on(90)) == [
        Wait(T, 1, 10, True), Wait(T, 2, 0, True), Wait(C, 1, 40, True), Wait(T, 3, 30, False),
        Wait(T, 2, 10, False), Wait(C, 2, 20, True),
        *[Wait(C, level, 0, True) for level in range(3, 9)],
    ]  # fmt: skip
    assert waits([], START) == []
    assert tally(waits(seen, on(90)))[C, 1] == {6: [1, 0]}


@pytest.mark.parametrize("values", [(3, 3, 0), (0, 3, 0), (3, 10, 0), (2, 3, -1)])
def test_what_is_not_missing(values: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="missing"):
        Missing(C, *values)
