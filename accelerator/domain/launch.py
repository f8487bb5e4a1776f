"""Launch a cohort from the one before: its dates moved to a new start, and what they run into.

Distances are kept in working days; each of the two cohorts counts in its own country's calendar.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.cohort_dates import StageDates, StageSpan
from accelerator.domain.workdays import Calendar

LONG_BREAK = 3  # free weekdays around a day
AROUND = 5
GATES_APART = 1


@dataclass(frozen=True, slots=True)
class Run:
    """The dates of a cohort: its intake, and under its key each stage's days."""

    opens_on: date
    closes_on: date
    stages: Mapping[str, StageDates]


def shifted(
    run: Run, opens_on: date, spans: Mapping[str, StageSpan], was: Calendar, calendar: Calendar
) -> Run:
    """Return a run with the same working-day distances from a new start; all are working days.

    `spans` are the stages with dates that the programme has now, in order: one that the earlier
    run did not have is laid in with its time box and promise, and whatever it pushes keeps its
    own distances. The order of `cohort_dates.faults` holds whenever it held before.
    """
    start = calendar.on_or_after(opens_on)

    def moved(day: date) -> date:
        return calendar.add(start, was.count(run.opens_on, day))

    closes_on = max(moved(run.closes_on), start)
    found: dict[str, StageDates] = {}
    gate_on: date | None = None
    for key, span in spans.items():
        old = run.stages.get(key)
        if old is None:
            reviews, promise = (2 * span.promise_days + 2) // 3, span.promise_days
        else:
            reviews = was.count(old.hand_in_by, old.review_by)
            promise = was.count(old.hand_in_by, old.gate_on)
        hand_in = moved(old.hand_in_by) if old is not None else None
        if gate_on is None:
            hand_in = max(hand_in or closes_on, closes_on)
        elif hand_in is None or hand_in <= gate_on:
            hand_in = calendar.add(gate_on, span.time_box_days)
        gate_on = calendar.add(hand_in, promise)
        found[key] = StageDates(hand_in, calendar.add(hand_in, reviews), gate_on)
    return Run(start, closes_on, found)


class Clash(StrEnum):
    """What a date of a cohort runs into."""

    DAY_OFF = auto()
    LONG_BREAK = auto()
    GATES_MEET = auto()
    REVIEWS_MEET = auto()


@dataclass(frozen=True, slots=True)
class OtherStage:
    """A stage of another cohort whose people are the same."""

    cohort: Bilingual
    code: str
    stage: Bilingual
    same_programme: bool
    dates: StageDates


@dataclass(frozen=True, slots=True)
class Conflict:
    """One date and what it runs into; `stage` is empty for the intake."""

    clash: Clash
    stage: str
    what: str
    on: date
    other: OtherStage | None = None


def in_long_break(calendar: Calendar, day: date) -> bool:
    """Say whether a day lies in or beside a long holiday: few are at work to hand in or decide.

    Such a holiday has three free weekdays within five days on either side: Golden Week with the
    working days between its holidays, the turn of the year, a company's summer break.

    >>> golden = frozenset({date(2027, 4, 29), *(date(2027, 5, day) for day in (3, 4, 5))})
    >>> in_long_break(Calendar(golden), date(2027, 4, 30))
    True
    """
    about = (day + timedelta(days=n) for n in range(-AROUND, AROUND + 1))
    free = [d for d in about if d.weekday() not in calendar.weekend and d in calendar.holidays]
    return len(free) >= LONG_BREAK


def conflicts(run: Run, calendar: Calendar, others: Sequence[OtherStage]) -> list[Conflict]:
    """List what the dates of a run conflict with, in the order of the dates."""
    found = [*_of_days(run, calendar)]
    for key, dates in run.stages.items():
        for other in others:
            apart = abs(calendar.count(dates.gate_on, other.dates.gate_on))
            if apart <= GATES_APART:
                found.append(Conflict(Clash.GATES_MEET, key, "gate_on", dates.gate_on, other))
            if other.same_programme and _reviews_meet(dates, other.dates):
                found.append(Conflict(Clash.REVIEWS_MEET, key, "review_by", dates.review_by, other))
    return sorted(found, key=lambda one: one.on)


def _of_days(run: Run, calendar: Calendar) -> Iterator[Conflict]:
    days = [("", "intake_opens_on", run.opens_on), ("", "intake_closes_on", run.closes_on)]
    days += [
        (key, what, getattr(dates, what))
        for key, dates in run.stages.items()
        for what in ("hand_in_by", "review_by", "gate_on")
    ]
    for key, what, on in days:
        if not calendar.is_working(on):
            yield Conflict(Clash.DAY_OFF, key, what, on)
        elif in_long_break(calendar, on):
            yield Conflict(Clash.LONG_BREAK, key, what, on)


def _reviews_meet(mine: StageDates, theirs: StageDates) -> bool:
    """Say whether two review windows share more than half of the shorter one."""
    first, last = max(mine.hand_in_by, theirs.hand_in_by), min(mine.review_by, theirs.review_by)
    shorter = min(mine.review_by - mine.hand_in_by, theirs.review_by - theirs.hand_in_by)
    return (last - first) * 2 > shorter


# Letter for codes, Japanese, English; from December on, three months each.
SEASONS = (
    ("W", "冬期", "Winter"),
    ("S", "春期", "Spring"),
    ("U", "夏期", "Summer"),
    ("A", "秋期", "Autumn"),
)


def season_of(day: date) -> int:
    """Return which of SEASONS a day lies in."""
    return day.month % 12 // 3


def starts(today: date, calendar: Calendar) -> list[date]:
    """Propose days on which an intake may open: today, in two weeks, at each of two months.

    >>> [str(day) for day in starts(date(2027, 1, 14), Calendar())]
    ['2027-01-14', '2027-01-28', '2027-02-01', '2027-03-01']
    """
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    second = (first + timedelta(days=32)).replace(day=1)
    days = (today, calendar.add(today, 10), first, second)
    return sorted({calendar.on_or_after(day) for day in days})
