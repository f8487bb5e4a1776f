"""Ideas on which nobody works: when the rules park one, and never without having said so."""

from collections.abc import Collection
from datetime import date, timedelta

NOTICE = timedelta(days=14)  # at least, between what the team is told and the day it names
AWAY = timedelta(days=180)  # until an idea that was parked so comes back by itself


def parks_on(since: date, idle_days: int, today: date) -> date:
    """Return the day on which an idea will be parked, as it is said today.

    `since` is the last day on which its team did something.

    >>> parks_on(date(2026, 1, 1), 150, date(2026, 1, 31)).isoformat()
    '2026-05-31'
    >>> parks_on(date(2026, 1, 1), 150, date(2026, 8, 1)).isoformat()
    '2026-08-15'
    """
    return max(since + timedelta(days=idle_days), today + NOTICE)


def is_over(since: date, idle_days: int, said: Collection[date], today: date) -> bool:
    """Say whether an idea is to be parked: its days are over, and every day that was named is past.

    `said` are the days named to its team since; where none was named, nothing happens.

    >>> is_over(date(2026, 1, 1), 150, [], date(2027, 1, 1))
    False
    """
    return bool(said) and today >= max(since + timedelta(days=idle_days), *said)
