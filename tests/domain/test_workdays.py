"""Working days, ends of days and mornings, also where clocks and calendars jump."""

import doctest
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain import workdays
from accelerator.domain.workdays import Calendar, QuietHours, due_instant, next_working_morning

BERLIN, LONDON, TOKYO, SAO_PAULO, LORD_HOWE, APIA, ST_JOHNS = map(
    ZoneInfo,
    (
        "Europe/Berlin",
        "Europe/London",
        "Asia/Tokyo",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/St_Johns",
    ),
)
WEEKENDS = Calendar()
NO_DAY_FREE = Calendar(weekend=frozenset())
SECOND = timedelta(seconds=1)

days = st.dates(date(2005, 1, 1), date(2030, 12, 31))
calendars = st.builds(
    Calendar,
    st.frozensets(days, max_size=30),
    st.frozensets(st.integers(0, 6), max_size=3),
)
zones = st.sampled_from((BERLIN, LONDON, TOKYO, SAO_PAULO, LORD_HOWE, APIA, ST_JOHNS))


def near_jumps() -> st.SearchStrategy[datetime]:
    """Moments anywhere, and moments within two days of a change of clocks somewhere."""
    jumps = (
        datetime(2027, 3, 28, 1, tzinfo=UTC),  # Berlin and London forward
        datetime(2027, 10, 31, 1, tzinfo=UTC),  # and back
        datetime(2018, 11, 4, 3, tzinfo=UTC),  # São Paulo forward at midnight
        datetime(2018, 2, 18, 2, tzinfo=UTC),  # and back at midnight
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),  # Lord Howe, half an hour forward
        datetime(2026, 4, 4, 15, tzinfo=UTC),  # and back
        datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia skips a day
        datetime(2010, 11, 7, 2, 31, tzinfo=UTC),  # St John's back over midnight
    )
    close = st.builds(
        lambda at, minutes: at + timedelta(minutes=minutes),
        st.sampled_from(jumps),
        st.integers(-2880, 2880),
    )
    anywhere = st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds take none
    return close | anywhere


hours = st.times().map(lambda t: t.replace(second=0, microsecond=0))
quiets = st.builds(QuietHours, hours, hours)
nights = st.builds(QuietHours, hours.filter(time(12).__lt__), st.times(time(4), time(12)))


# -- working days ------------------------------------------------------------------------------


def test_a_calendar_needs_a_working_day():
    with pytest.raises(ValueError, match="working day"):
        Calendar(weekend=frozenset(range(7)))


@pytest.mark.parametrize(
    ("start", "working_days", "expected"),
    [
        (date(2026, 7, 3), 1, date(2026, 7, 6)),  # Friday to Monday
        (date(2026, 7, 4), 1, date(2026, 7, 6)),  # Saturday to Monday
        (date(2026, 7, 3), 5, date(2026, 7, 10)),
        (date(2026, 7, 6), -1, date(2026, 7, 3)),
        (date(2026, 7, 5), -1, date(2026, 7, 3)),
        (date(2026, 7, 4), 0, date(2026, 7, 4)),
    ],
)
def test_adding_working_days(start, working_days, expected):
    assert WEEKENDS.add(start, working_days) == expected


def test_the_working_day_around_a_day():
    friday, saturday, monday = date(2026, 7, 3), date(2026, 7, 4), date(2026, 7, 6)
    assert (WEEKENDS.on_or_after(friday), WEEKENDS.on_or_before(friday)) == (friday, friday)
    assert (WEEKENDS.on_or_after(saturday), WEEKENDS.on_or_before(saturday)) == (monday, friday)
    off = Calendar(frozenset({friday, monday}), frozenset({4, 5}))
    assert (off.on_or_after(friday), off.on_or_before(saturday)) == (
        date(2026, 7, 5),
        date(2026, 7, 2),
    )


def test_counting_working_days():
    monday, sunday = date(2026, 7, 6), date(2026, 7, 12)
    assert WEEKENDS.count(monday, sunday) == 4
    assert WEEKENDS.count(sunday, monday) == -5
    assert WEEKENDS.count(monday, monday) == 0


@given(calendars, days, st.integers(-60, 60))
def test_counting_is_the_inverse_of_adding(calendar, day, n):
    there = calendar.add(day, n)
    assert calendar.count(day, there) == n
    assert n == 0 or calendar.is_working(there)


@given(calendars, days, st.integers(0, 40), st.integers(0, 40))
def test_adding_twice_is_adding_the_sum(calendar, day, some, more):
    assert calendar.add(calendar.add(day, some), more) == calendar.add(day, some + more)


@given(calendars, st.lists(days, min_size=3, max_size=3).map(sorted))
def test_counts_add_up(calendar, three):
    first, middle, last = three
    counted = calendar.count(first, middle) + calendar.count(middle, last)
    assert counted == calendar.count(first, last)


# -- the end of a day --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        (date(2026, 7, 31), TOKYO, "2026-07-31T14:59:59"),
        (date(2027, 3, 28), BERLIN, "2027-03-28T21:59:59"),  # 23 hours long
        (date(2027, 10, 31), BERLIN, "2027-10-31T22:59:59"),  # 25 hours long
        (date(2027, 3, 28), LONDON, "2027-03-28T22:59:59"),
        (date(2018, 11, 3), SAO_PAULO, "2018-11-04T02:59:59"),  # the next day starts at 1:00
        (date(2018, 2, 17), SAO_PAULO, "2018-02-18T02:59:59"),  # its last hour came twice
        (date(2026, 4, 5), LORD_HOWE, "2026-04-05T13:29:59"),
        (date(2010, 11, 6), ST_JOHNS, "2010-11-07T03:29:59"),  # Sunday began, and began again
        (date(2011, 12, 29), APIA, "2011-12-30T09:59:59"),
        (date(2011, 12, 30), APIA, "2011-12-30T09:59:59"),  # never came: ended with the 29th
        (date(2011, 12, 31), APIA, "2011-12-31T09:59:59"),
    ],
)
def test_a_day_ends_once(day, zone, end):
    assert due_instant(day, zone).isoformat() == end + "+00:00"


@given(days | near_jumps().map(datetime.date), zones)
def test_the_end_of_a_day_is_its_last_second(day, zone):
    end = due_instant(day, zone)
    assert end.astimezone(zone).date() <= day
    for minutes in range(0, 180, 15):
        assert (end + SECOND + timedelta(minutes=minutes)).astimezone(zone).date() > day


@given(days | near_jumps().map(datetime.date), zones)
def test_a_later_day_never_ends_earlier(day, zone):
    assert due_instant(day, zone) <= due_instant(day + timedelta(days=1), zone)


# -- when a person may be written to -----------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "hour", "quiet"),
    [
        (time(20), time(8), time(20), True),
        (time(20), time(8), time(7, 59), True),
        (time(20), time(8), time(8), False),
        (time(20), time(8), time(19, 59), False),
        (time(0), time(9), time(8), True),
        (time(0), time(9), time(9), False),
        (time(12), time(12), time(12), False),
    ],
)
def test_quiet_hours_over_midnight_or_not(start, end, hour, quiet):
    assert QuietHours(start, end).cover(hour) is quiet


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2026-07-03 12:00", LONDON, "2026-07-03 12:00"),  # Friday noon: now
        ("2026-07-03 05:00", LONDON, "2026-07-03 08:00"),
        ("2026-07-03 20:00", LONDON, "2026-07-06 08:00"),  # Friday night to Monday
        ("2026-07-04 12:00", LONDON, "2026-07-06 08:00"),
        ("2026-07-05 23:00", TOKYO, "2026-07-06 08:00"),
        ("2027-03-26 21:00", BERLIN, "2027-03-29 08:00"),  # over the change of clocks
        ("2027-10-29 21:00", BERLIN, "2027-11-01 08:00"),
        ("2018-11-02 21:00", SAO_PAULO, "2018-11-05 08:00"),
        ("2026-10-02 21:00", LORD_HOWE, "2026-10-05 08:00"),
        ("2011-12-29 19:00", APIA, "2011-12-29 19:00"),
        ("2011-12-29 21:00", APIA, "2012-01-02 08:00"),  # Friday the 30th never came
    ],
)
def test_the_next_working_morning(moment, zone, expected):
    asked = datetime.fromisoformat(moment).replace(tzinfo=zone)
    found = next_working_morning(asked, zone, WEEKENDS)
    assert found.tzinfo is UTC
    assert found.astimezone(zone).strftime("%Y-%m-%d %H:%M") == expected


def test_holidays_move_to_the_next_working_morning():
    golden_week = Calendar(frozenset(date(2026, 5, day) for day in (3, 4, 5, 6)))
    friday_night = datetime(2026, 5, 1, 21, tzinfo=TOKYO)
    assert next_working_morning(friday_night, TOKYO, golden_week) == datetime(
        2026, 5, 7, 8, tzinfo=TOKYO
    )


def test_quiet_hours_that_end_in_an_hour_that_comes_twice():
    quiet = QuietHours(time(20), time(2, 30))
    second_pass = datetime(2027, 10, 31, 2, 10, tzinfo=BERLIN, fold=1)
    found = next_working_morning(second_pass, BERLIN, NO_DAY_FREE, quiet)
    assert found == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_quiet_hours_that_end_in_an_hour_that_never_comes():
    quiet = QuietHours(time(20), time(2, 30))
    found = next_working_morning(
        datetime(2027, 3, 28, 0, tzinfo=BERLIN), BERLIN, NO_DAY_FREE, quiet
    )
    assert found.astimezone(BERLIN).time() == time(3, 30)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        next_working_morning(datetime(2026, 7, 3, 12), TOKYO, WEEKENDS)  # noqa: DTZ001 - it must be refused


@given(near_jumps(), zones, calendars, quiets)
def test_nobody_is_written_to_early_at_night_or_on_a_free_day(moment, zone, calendar, quiet):
    found = next_working_morning(moment, zone, calendar, quiet)
    local = found.astimezone(zone)
    assert found >= moment
    assert calendar.is_working(local.date())
    assert not quiet.cover(local.time())
    assert next_working_morning(found, zone, calendar, quiet) == found


@given(near_jumps(), st.integers(0, 4000), zones, calendars, nights)
def test_a_later_moment_never_gives_an_earlier_answer(moment, minutes, zone, calendar, quiet):
    later = moment + timedelta(minutes=minutes)
    first = next_working_morning(moment, zone, calendar, quiet)
    assert first <= next_working_morning(later, zone, calendar, quiet)


@given(near_jumps(), zones)
def test_nothing_waits_longer_than_the_free_days_last(moment, zone):
    found = next_working_morning(moment, zone, WEEKENDS)
    assert found - moment <= timedelta(hours=61)  # Friday 20:00 to Monday 8:00, and an hour


@pytest.mark.parametrize("zone", [BERLIN, LONDON, TOKYO, SAO_PAULO, LORD_HOWE], ids=str)
def test_a_morning_comes_once_a_day_whatever_the_clocks_do(zone):
    mornings = [
        next_working_morning(
            datetime(2018, 1, 1, tzinfo=UTC) + timedelta(hours=n),
            zone,
            NO_DAY_FREE,
            QuietHours(time(9, 1), time(9)),
        )
        for n in range(24 * 365)
    ]
    local = [morning.astimezone(zone) for morning in sorted(set(mornings))]
    nines = [at.date() for at in local if at.time() == time(9)]
    assert len(nines) == len(set(nines))
    assert {after - before for before, after in pairwise(nines)} == {timedelta(days=1)}


def test_the_worked_examples():
    failed, tried = doctest.testmod(workdays)
    assert (failed, tried >= 6) == (0, True)
