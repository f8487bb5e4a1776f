"""Working days of a country, the end of a day, and when a person may be written to.

Days are days of somebody's calendar, moments are aware and come back in UTC. Clocks that jump are
no special case for a caller: a day that a country skipped ended when the day before it ended, an
hour that comes twice is one hour, and an hour that never comes is passed over.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which a country does not work: holidays, and weekdays counted from Monday = 0.

    Raises ValueError when the weekend is the whole week.
    """

    holidays: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})

    def __post_init__(self) -> None:
        if self.weekend >= set(range(7)):
            raise ValueError("a calendar needs a working day in the week")

    def is_working(self, day: date) -> bool:
        """Whether people work on a day."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """Return the day itself when it is a working day, else the next one."""
        return day if self.is_working(day) else self.add(day, 1)

    def on_or_before(self, day: date) -> date:
        """Return the day itself when it is a working day, else the last one before it."""
        return day if self.is_working(day) else self.add(day, -1)

    def add(self, day: date, working_days: int) -> date:
        """Return the n-th working day after a day, or before it when n is negative.

        The day itself is not counted; none added is the day itself, whatever day it is.

        >>> new_year = frozenset({date(2027, 1, 1)})
        >>> Calendar(new_year).add(date(2026, 12, 30), 3)  # Thursday, Monday, Tuesday
        datetime.date(2027, 1, 5)
        """
        step = DAY if working_days > 0 else -DAY
        for _ in range(abs(working_days)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def count(self, start: date, end: date) -> int:
        """Return how many working days lie after `start` up to `end`; negative backwards.

        The inverse of `add`: `count(day, add(day, n)) == n`.

        >>> Calendar().count(date(2026, 7, 3), date(2026, 7, 6))  # Friday to Monday
        1
        """
        step = DAY if end > start else -DAY
        days = (start + step * n for n in range(1, abs((end - start).days) + 1))
        return sum(map(self.is_working, days)) * step.days


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours of the day in which nobody is written to, over midnight or not.

    The end is not quiet any more; with the start at the end, no hour is quiet.
    """

    start: time = time(20)
    end: time = time(8)

    def cover(self, hour: time) -> bool:
        """Whether an hour of the day is quiet."""
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


DEFAULT_QUIET = QuietHours()


def due_instant(day: date, zone: ZoneInfo) -> datetime:
    """Return the end of a day in a zone, its last second, in UTC.

    >>> due_instant(date(2026, 7, 31), ZoneInfo("Asia/Tokyo")).isoformat()
    '2026-07-31T14:59:59+00:00'
    """
    midnights = _instants(day + DAY, time(), zone)
    ends = (midnight - timedelta(seconds=1) for midnight in midnights)
    return max(end for end in ends if end.astimezone(zone).date() <= day)


def next_working_morning(
    moment: datetime, zone: ZoneInfo, calendar: Calendar, quiet: QuietHours = DEFAULT_QUIET
) -> datetime:
    """Return when a person may be written to: now, or when quiet ends on the next working day.

    `zone` and `calendar` are the person's own. Never before `moment`, never in quiet hours or on
    a free day; with quiet hours over midnight a later moment never gives an earlier answer. Raises
    ValueError when `moment` is not aware.

    >>> friday_night = datetime(2026, 7, 3, 20, 30, tzinfo=UTC)
    >>> next_working_morning(friday_night, ZoneInfo("Europe/London"), Calendar()).isoformat()
    '2026-07-06T07:00:00+00:00'
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone is nobody's moment")

    def open_at(instant: datetime) -> bool:
        local = instant.astimezone(zone)
        return calendar.is_working(local.date()) and not quiet.cover(local.time())

    if open_at(moment):
        return moment.astimezone(UTC)
    day = calendar.on_or_after(moment.astimezone(zone).date())
    while True:
        for morning in _instants(day, quiet.end, zone):
            if morning >= moment and open_at(morning):
                return morning
        day = calendar.add(day, 1)


def _instants(day: date, hour: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return both readings of a time on a wall: equal, unless clocks are moved around it."""
    wall = datetime.combine(day, hour, zone)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
