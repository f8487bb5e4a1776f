"""A cohort takes ideas in on whole days of its own zone."""

import doctest
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain import intake as module
from accelerator.domain.errors import DomainError
from accelerator.domain.intake import Intake, require_intake

ZONES = st.sampled_from(
    [ZoneInfo(n) for n in ("Asia/Tokyo", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia")]
)
MOMENTS = st.integers(1_500_000_000, 1_900_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


def test_the_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


@given(MOMENTS, ZONES, st.integers(0, 60))
def test_it_is_open_up_to_its_last_second(now: datetime, zone: ZoneInfo, days: int) -> None:
    opens = now.astimezone(zone).date()
    intake = Intake(opens, opens + timedelta(days=days), zone)
    assert intake.is_open(now)
    assert intake.is_open(intake.closes_at)
    assert not intake.is_open(intake.closes_at + timedelta(seconds=1))
    assert now <= intake.closes_at + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("opens", "closes", "taken", "code"),
    [
        (date(2027, 1, 2), date(2027, 1, 9), 0, "intake_not_open"),
        (date(2026, 12, 1), date(2026, 12, 31), 0, "intake_closed"),
        (date(2027, 1, 1), date(2027, 1, 1), 3, "cohort_full"),
    ],
)
def test_who_comes_at_the_wrong_time_hears_why(opens, closes, taken, code) -> None:
    intake = Intake(opens, closes, ZoneInfo("Asia/Tokyo"), capacity=3)
    with pytest.raises(DomainError) as caught:
        require_intake(intake, now=datetime(2027, 1, 1, 3, tzinfo=UTC), taken=taken)
    assert caught.value.code == code


def test_the_last_place_is_given() -> None:
    day = date(2027, 1, 1)
    intake = Intake(day, day, ZoneInfo("Asia/Tokyo"), capacity=3)
    require_intake(intake, now=datetime(2027, 1, 1, 3, tzinfo=UTC), taken=2)
