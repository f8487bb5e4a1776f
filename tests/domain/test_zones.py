"""One table of days on which clocks change, or do not: their ends, their mornings, who hears when.

Every moment in it was written by hand from the law of the place, in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from accelerator.domain.ladder import Due, Receiver, reminder_for
from accelerator.domain.workdays import Calendar, QuietHours, due_instant, next_working_morning

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
EVERY_DAY = Calendar(weekend=frozenset())
TILL_NINE = QuietHours(time(20), time(9))


class Row(NamedTuple):
    """A day; it begins and ends, 9:00 comes, and after it the first working morning, 8:00."""

    zone: str
    day: str
    begins: str
    ends: str
    nine: str
    working: str
    heard: str = "-1 +0"  # the steps told over the day before and the day itself

    def at(self, moment: str) -> datetime:
        return datetime.fromisoformat(f"{moment}:00+00:00")


TABLE = [
    Row("Europe/Berlin", "2027-03-28", "2027-03-27 23:00", "2027-03-28 22:00",
        nine="2027-03-28 07:00", working="2027-03-29 06:00"),  # 23 hours
    Row("Europe/Berlin", "2027-10-31", "2027-10-30 22:00", "2027-10-31 23:00",
        nine="2027-10-31 08:00", working="2027-11-01 07:00"),  # 25 hours
    Row("Europe/London", "2027-03-28", "2027-03-28 00:00", "2027-03-28 23:00",
        nine="2027-03-28 08:00", working="2027-03-29 07:00"),
    Row("Europe/London", "2026-10-25", "2026-10-24 23:00", "2026-10-26 00:00",
        nine="2026-10-25 09:00", working="2026-10-26 08:00"),
    Row("Asia/Tokyo", "2027-03-28", "2027-03-27 15:00", "2027-03-28 15:00",
        nine="2027-03-28 00:00", working="2027-03-28 23:00"),  # never
    Row("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00", "2018-11-05 02:00",
        nine="2018-11-04 11:00", working="2018-11-05 10:00"),  # no midnight: it begins at 1:00
    Row("America/Sao_Paulo", "2018-02-17", "2018-02-17 02:00", "2018-02-18 03:00",
        nine="2018-02-17 11:00", working="2018-02-19 11:00"),  # its last hour comes twice
    Row("America/Sao_Paulo", "2026-11-01", "2026-11-01 03:00", "2026-11-02 03:00",
        nine="2026-11-01 12:00", working="2026-11-02 11:00"),  # no longer since 2019
    Row("Australia/Lord_Howe", "2026-10-04", "2026-10-03 13:30", "2026-10-04 13:00",
        nine="2026-10-03 22:00", working="2026-10-04 21:00"),  # half an hour
    Row("Australia/Lord_Howe", "2027-04-04", "2027-04-03 13:00", "2027-04-04 13:30",
        nine="2027-04-03 22:30", working="2027-04-04 21:30"),
    Row("Pacific/Apia", "2011-12-29", "2011-12-29 10:00", "2011-12-30 10:00",
        nine="2011-12-29 19:00", working="2011-12-29 18:00"),  # a Thursday, then a Saturday
    Row("Pacific/Apia", "2011-12-31", "2011-12-30 10:00", "2011-12-31 10:00",
        nine="2011-12-30 19:00", working="2012-01-01 18:00", heard="+0"),  # no day before it
    Row("Pacific/Apia", "2021-04-04", "2021-04-03 10:00", "2021-04-04 11:00",
        nine="2021-04-03 20:00", working="2021-04-04 19:00"),
    Row("Pacific/Apia", "2026-04-05", "2026-04-04 11:00", "2026-04-05 11:00",
        nine="2026-04-04 20:00", working="2026-04-05 19:00"),  # no longer since 2021
]  # fmt: skip

each_day = pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.zone} {row.day}")


def quarters(first: datetime, last: datetime):
    while first < last:
        yield first
        first += QUARTER


@each_day
def test_what_is_due_on_the_day_is_due_at_its_end(row):
    zone, day = ZoneInfo(row.zone), date.fromisoformat(row.day)
    second = timedelta(seconds=1)
    assert due_instant(day, zone) == row.at(row.ends) - second
    assert due_instant(day - DAY, zone) == row.at(row.begins) - second


@each_day
def test_quiet_hours_end_once_at_nine_and_weekends_on_the_first_working_morning(row):
    zone, nine = ZoneInfo(row.zone), row.at(row.nine)
    asked = quarters(row.at(row.begins) - 3 * timedelta(hours=1), row.at(row.ends))
    for moment in asked:
        found = next_working_morning(moment, zone, EVERY_DAY, TILL_NINE)
        night = moment.astimezone(zone).time() >= time(20)
        if moment <= nine:
            assert found == nine
        elif not night:
            assert found == moment
        else:
            assert found > nine
            assert found.astimezone(zone).time() == time(9)
    evening = row.at(row.begins) - 3 * timedelta(hours=1)
    assert next_working_morning(evening, zone, Calendar()) == row.at(row.working)


@each_day
def test_who_is_asked_after_four_times_an_hour_hears_of_each_step_once_at_nine(row):
    zone, day = ZoneInfo(row.zone), date.fromisoformat(row.day)
    due = Due("milestone", 1, day, day - 30 * DAY, False, {Receiver.OWNER: {7}})
    sent: set[str] = {reminder_for(due, 7, day - 7 * DAY, EVERY_DAY).key}
    heard = []
    for now in quarters(row.at(row.begins) - 2 * DAY, row.at(row.ends) + 2 * DAY):
        if next_working_morning(now, zone, EVERY_DAY, TILL_NINE) > now:
            continue
        today = now.astimezone(zone)
        found = reminder_for(due, 7, today.date(), EVERY_DAY)
        if found.key not in sent:
            sent.add(found.key)
            heard.append((found.step.offset_days, now))
    assert " ".join(f"{offset:+d}" for offset, _ in heard) == row.heard
    assert heard[-1] == (0, row.at(row.nine))
    assert {now.astimezone(zone).time() for _, now in heard} == {time(9)}
    assert all(now.tzinfo is UTC for _, now in heard)
