"""Idle ideas: the day that is named is kept, and nothing is parked of which nothing was said."""

import doctest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain import idle
from accelerator.domain.idle import NOTICE, is_over, parks_on

DAY = timedelta(days=1)
SINCE = date(2026, 1, 1)
after = st.integers(0, 600).map(lambda n: SINCE + n * DAY)


@given(st.integers(30, 400), after, after)
def test_an_idea_is_parked_on_the_day_that_was_named(idle_days, told_on, today):
    named = parks_on(SINCE, idle_days, told_on)
    assert named - told_on >= NOTICE
    assert is_over(SINCE, idle_days, [named], today) is (today >= named)
    assert not is_over(SINCE, idle_days, [], today)


@given(st.integers(30, 400), st.integers(30, 400), after, after, after)
def test_a_day_that_was_named_later_or_a_longer_rule_is_kept_too(days, then, first, later, today):
    said = [parks_on(SINCE, days, first), parks_on(SINCE, then, later)]
    over = is_over(SINCE, then, said, today)
    assert over is (today >= max(*said, SINCE + then * DAY))


def test_the_worked_examples():
    assert doctest.testmod(idle) == (0, 3)
