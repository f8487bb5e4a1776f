"""The middle of many numbers, and the half around it."""

from statistics import mean, median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.spread import spread


@given(st.lists(st.floats(0, 100), min_size=2, max_size=40))
def test_it_is_what_statistics_says(values: list[float]) -> None:
    found = spread(values)
    assert found is not None
    low, _, high = quantiles(values, method="inclusive")
    assert (found.low, found.middle, found.high) == pytest.approx((low, median(values), high))
    assert (found.ideas, found.mean) == (len(values), pytest.approx(mean(values)))


def test_one_value_and_none() -> None:
    found = spread([7.0])
    assert found is not None
    assert (found.low, found.middle, found.high) == (7, 7, 7)
    assert spread([]) is None
