"""The gate promise: working days from hand-in to the day on which the team is told the outcome.

The clock stands while the team is asked for more. It goes on when the team has answered: the
promised day moves by the working days on which it stood, so that neither side gains any.
"""

from datetime import date
from enum import StrEnum, auto

from accelerator.domain.workdays import Calendar


class Promise(StrEnum):
    """How it stands with one promise."""

    RUNNING = auto()
    LATE = auto()
    PAUSED = auto()
    KEPT = auto()
    BROKEN = auto()


OPEN = (Promise.RUNNING, Promise.LATE, Promise.PAUSED)


def promised(handed_in_on: date, working_days: int, calendar: Calendar) -> date:
    """Return the day by whose end the team is told, so many working days after it handed in.

    >>> promised(date(2026, 7, 3), 1, Calendar())  # handed in on a Friday
    datetime.date(2026, 7, 6)
    """
    return calendar.add(handed_in_on, working_days)


def moved(promised_on: date, *, asked_on: date, answered_on: date, calendar: Calendar) -> date:
    """Return the promised day once the team has answered; the clock stood from day to day.

    As many working days are left on the day of the answer as were on the day of the question.

    >>> asked, answered = date(2026, 7, 6), date(2026, 7, 10)  # Monday to Friday
    >>> moved(date(2026, 7, 8), asked_on=asked, answered_on=answered, calendar=Calendar())
    datetime.date(2026, 7, 14)
    """
    return calendar.add(promised_on, stood(asked_on, answered_on, calendar))


def stood(asked_on: date, answered_on: date, calendar: Calendar) -> int:
    """Return on how many working days the clock stood; none when days run backwards."""
    return max(0, calendar.count(asked_on, answered_on))


def left(promised_on: date, today: date, calendar: Calendar) -> int:
    """Return the working days that are left; 0 on the day itself, negative when it is past.

    >>> left(date(2026, 7, 8), date(2026, 7, 3), Calendar())
    3
    """
    return calendar.count(today, promised_on)


def state(
    promised_on: date | None, *, today: date, told_on: date | None = None, paused: bool = False
) -> Promise:
    """Say how a promise stands: kept or broken once the team was told, until then running or late.

    A promise whose clock stands is neither; one told on the promised day is kept.

    >>> str(state(date(2026, 7, 8), today=date(2026, 7, 20), told_on=date(2026, 7, 8)))
    'kept'
    """
    if told_on is not None:
        return Promise.KEPT if promised_on is None or told_on <= promised_on else Promise.BROKEN
    if paused or promised_on is None:
        return Promise.PAUSED
    return Promise.LATE if promised_on < today else Promise.RUNNING
