"""A cohort's dates move to another start with their distances, and their conflicts are found."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.cohort_dates import StageDates, StageSpan, faults, propose
from accelerator.domain.launch import (
    Clash,
    OtherStage,
    Run,
    conflicts,
    in_long_break,
    shifted,
)
from accelerator.domain.workdays import Calendar

COUNTRIES = ("JP", "DE", "US", "AE")
STARTS = st.dates(date(2026, 1, 1), date(2029, 12, 31))
SPANS = st.lists(
    st.builds(StageSpan, st.integers(1, 60), st.integers(1, 20)), min_size=1, max_size=6
)


def run_of(opens: date, weeks: int, spans: list[StageSpan], calendar: Calendar) -> Run:
    closes = calendar.add(opens, 5 * weeks)
    stages = propose(closes, spans, calendar)
    return Run(opens, closes, {f"s{n}": dates for n, dates in enumerate(stages)})


def days_of(run: Run) -> list[date]:
    return [run.opens_on, run.closes_on] + [
        day for s in run.stages.values() for day in (s.hand_in_by, s.review_by, s.gate_on)
    ]


@given(
    STARTS, STARTS, st.integers(1, 8), SPANS, st.sampled_from(COUNTRIES), st.sampled_from(COUNTRIES)
)
def test_a_shifted_run_keeps_its_distances_on_working_days(old, new, weeks, spans, here, there):
    was, calendar = calendar_of(here, old.year), calendar_of(there, new.year)
    run = run_of(was.on_or_after(old), weeks, spans, was)
    named = {f"s{n}": span for n, span in enumerate(spans)}
    moved = shifted(run, new, named, was, calendar)
    assert moved.opens_on == calendar.on_or_after(new)
    assert all(map(calendar.is_working, days_of(moved)))
    assert [was.count(run.opens_on, day) for day in days_of(run)] == [
        calendar.count(moved.opens_on, day) for day in days_of(moved)
    ]
    assert not list(faults(moved.opens_on, moved.closes_on, list(moved.stages.values())))


@given(STARTS, STARTS, st.integers(1, 4), SPANS, st.sets(st.integers(0, 5)), st.integers(0, 6))
def test_new_stages_are_laid_in_and_the_order_holds(old, new, weeks, spans, gone, off):
    """Stages come and go between two runs, and dates of the old one may be days off."""
    calendar = calendar_of("JP", old.year)
    run = run_of(calendar.on_or_after(old), weeks, spans, calendar)
    late = timedelta(days=off)
    kept = {
        key: StageDates(s.hand_in_by + late, s.review_by + late, s.gate_on + late)
        for n, (key, s) in enumerate(run.stages.items())
        if n not in gone
    }
    named = {f"s{n}": span for n, span in enumerate(spans)}
    moved = shifted(
        Run(run.opens_on, run.closes_on, kept), new, named, calendar, calendar_of("JP", new.year)
    )
    assert list(moved.stages) == list(named)
    assert not list(faults(moved.opens_on, moved.closes_on, list(moved.stages.values())))


@given(STARTS)
def test_a_run_that_is_not_moved_stays(start):
    calendar = calendar_of("JP", start.year)
    run = run_of(calendar.on_or_after(start), 4, [StageSpan(20, 10), StageSpan(40, 10)], calendar)
    named = {"s0": StageSpan(20, 10), "s1": StageSpan(40, 10)}
    assert shifted(run, run.opens_on, named, calendar, calendar) == run


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2027, 4, 28), False),
        (date(2027, 4, 30), True),  # between the holidays of Golden Week
        (date(2027, 5, 6), True),
        (date(2027, 5, 10), False),
        (date(2026, 12, 28), True),
        (date(2027, 1, 4), True),
        (date(2027, 1, 8), False),
        (date(2027, 6, 9), False),
    ],
)
def test_long_holidays_of_japan(day, found):
    assert in_long_break(calendar_of("JP", 2027), day) is found


def test_each_kind_of_conflict_is_found():
    calendar = calendar_of("JP", 2027)
    mine = StageDates(date(2027, 6, 1), date(2027, 6, 15), date(2027, 6, 18))
    run = Run(date(2027, 4, 30), date(2027, 5, 22), {"spark": mine})

    def other(same: bool, dates: StageDates) -> OtherStage:
        return OtherStage(Bilingual("", "Other"), "O27", Bilingual("", "Pilot"), same, dates)

    near = StageDates(date(2027, 6, 2), date(2027, 6, 14), date(2027, 6, 21))
    far = StageDates(date(2027, 6, 14), date(2027, 6, 28), date(2027, 6, 30))
    found = conflicts(run, calendar, [other(True, near), other(False, near), other(True, far)])
    assert [(one.clash, one.what) for one in found] == [
        (Clash.LONG_BREAK, "intake_opens_on"),
        (Clash.DAY_OFF, "intake_closes_on"),
        (Clash.REVIEWS_MEET, "review_by"),
        (Clash.GATES_MEET, "gate_on"),
        (Clash.GATES_MEET, "gate_on"),
    ]
