"""The working days of countries, read from the library of holidays."""

from datetime import date, timedelta

import pytest

from accelerator.calendars import calendar_of, keep_company_days
from accelerator.config import ConfigError, from_env
from accelerator.domain.ladder import DEFAULT_LADDER
from accelerator.domain.launch import in_long_break
from accelerator.domain.workdays import Calendar


def weekdays_off(country: str, year: int) -> list[str]:
    """The free days of a year that are no weekend."""
    calendar = calendar_of(country, year)
    first = date(year, 1, 1)
    every = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    return [
        f"{day:%m-%d}"
        for day in every
        if not calendar.is_working(day) and day.weekday() not in calendar.weekend
    ]


JAPAN = {
    2026: "01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 "
    "09-21 09-22 09-23 10-12 11-03 11-23 12-29 12-30 12-31",
    2027: "01-01 01-11 02-11 02-23 03-22 04-29 05-03 05-04 05-05 07-19 08-11 "
    "09-20 09-23 10-11 11-03 11-23 12-29 12-30 12-31",
}
BRITAIN = {
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}


@pytest.mark.parametrize("year", [2026, 2027])
def test_japan(year):
    assert weekdays_off("JP", year) == JAPAN[year].split()


@pytest.mark.parametrize("year", [2026, 2027])
def test_britain(year):
    assert weekdays_off("GB", year) == BRITAIN[year].split()


def test_the_turn_of_the_year():
    last_day = date(2026, 12, 28)
    assert calendar_of("JP", 2026).add(last_day, 1) == date(2027, 1, 4)
    assert calendar_of("JP", 2026).add(date(2027, 12, 28), 1) == date(2028, 1, 4)
    assert calendar_of("GB", 2026).add(last_day, 1) == date(2026, 12, 29)


# The working days of the default ladder, 7, 1 and 0 days before, 3 and 5 working days after, where
# weekends and holidays lie in between: counted on paper calendars.
OVER_HOLIDAYS = {
    ("JP", "2026-04-28"): "04-21 04-27 04-28 05-07 05-11",  # Golden Week; 30 April, 1 May are not
    ("JP", "2026-09-18"): "09-11 09-17 09-18 09-28 09-30",  # five days off in September
    ("JP", "2027-01-04"): "12-28 01-04 01-04 01-07 01-12",  # first working day, Coming of Age
    ("JP", "2027-05-03"): "04-26 05-06 05-06 05-10 05-12",
    ("JP", "2027-12-28"): "12-21 12-27 12-28 01-06 01-11",
    ("GB", "2026-04-03"): "03-27 04-02 04-07 04-09 04-13",  # Good Friday
    ("GB", "2026-12-24"): "12-17 12-23 12-24 12-31 01-05",  # Boxing Day moves to Monday
    ("GB", "2027-01-01"): "12-29 12-31 01-04 01-06 01-08",
    ("GB", "2027-12-27"): "12-20 12-29 12-29 12-31 01-05",  # Christmas on a Saturday
}


@pytest.mark.parametrize(("country", "due"), OVER_HOLIDAYS)
def test_the_steps_of_a_ladder_over_holidays(country, due):
    due_on = date.fromisoformat(due)
    calendar = calendar_of(country, due_on.year)
    falls = [step.falls_on(due_on, calendar) for step in DEFAULT_LADDER]
    assert " ".join(f"{day:%m-%d}" for day in falls) == OVER_HOLIDAYS[country, due]


@pytest.mark.parametrize(
    "friday_off", [date(2025, 12, 26), date(2026, 12, 25), date(2031, 12, 26)], ids=str
)
def test_a_calendar_reaches_from_the_year_before_to_five_years_after(friday_off):
    assert not calendar_of("GB", 2026).is_working(friday_off)


@pytest.mark.parametrize("country", ["", "ZZ", "Atlantis"])
def test_an_unknown_country_has_weekends_only(country):
    assert calendar_of(country, 2026) == Calendar()


def test_weekends_are_those_of_the_country():
    assert calendar_of("SA", 2026).weekend == {4, 5}
    assert calendar_of("DE", 2026).weekend == {5, 6}


def test_days_on_which_the_company_is_closed_are_no_working_days() -> None:
    days = from_env({"ACCELERATOR_COMPANY_DAYS": "JP:08-12..08-16 DE:12-24"}).company_days
    try:
        keep_company_days(days)
        obon, eve = date(2027, 8, 12), date(2027, 12, 24)
        assert not calendar_of("JP", 2027).is_working(obon)
        assert in_long_break(calendar_of("JP", 2027), obon - timedelta(days=1))
        assert calendar_of("DE", 2027).is_working(obon)
        assert not calendar_of("DE", 2027).is_working(eve)
    finally:
        keep_company_days(())
    assert calendar_of("JP", 2027).is_working(obon)
    for wrong in ("08-12", "JP:8-12", "JP:02-30", "JP:08-16..08-12", "JPN:08-12"):
        with pytest.raises(ConfigError):
            from_env({"ACCELERATOR_COMPANY_DAYS": wrong})
