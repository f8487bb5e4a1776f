"""Proposed dates keep their order, fall on working days, and keep time boxes and promises."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.calendars import calendar_of
from accelerator.domain.cohort_dates import (
    IntakeState,
    StageDates,
    StageSpan,
    faults,
    intake_state,
    propose,
    require_order,
)
from accelerator.domain.errors import DomainError
from accelerator.domain.workdays import Calendar

spans = st.lists(
    st.builds(StageSpan, st.integers(1, 130), st.integers(1, 30)), min_size=1, max_size=6
)
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
japan = calendar_of("JP", 2027)
calendars = st.sampled_from(
    [
        *(calendar_of(country, 2027) for country in ("JP", "DE", "GB", "US", "AE", "IL", "BD")),
        Calendar(weekend=frozenset()),
        Calendar(weekend=frozenset(range(6))),
    ]
)


@given(days, spans, calendars)
def test_what_is_proposed_is_in_order_and_on_working_days(closes, stages, calendar):
    dates = propose(closes, stages, calendar)
    assert len(dates) == len(stages)
    assert list(faults(closes, closes, dates)) == []
    for day in dates:
        assert all(map(calendar.is_working, (day.hand_in_by, day.review_by, day.gate_on)))
        assert day.hand_in_by < day.review_by <= day.gate_on


@given(days, spans, calendars)
def test_what_is_proposed_keeps_every_promise_and_time_box(closes, stages, calendar):
    dates = propose(closes, stages, calendar)
    assert dates[0].hand_in_by == calendar.on_or_after(closes)
    for stage, day in zip(stages, dates, strict=True):
        assert calendar.count(day.hand_in_by, day.gate_on) == stage.promise_days
        reviewing = calendar.count(day.hand_in_by, day.review_by)
        assert 0 <= 3 * reviewing - 2 * stage.promise_days <= 2
    for before, stage, day in zip(dates, stages[1:], dates[1:], strict=False):
        assert calendar.count(before.gate_on, day.hand_in_by) == stage.time_box_days


@given(days, spans, calendars, st.data())
def test_rolling_stages_have_no_dates_and_leave_the_others_where_they_are(
    closes, stages, calendar, data
):
    rolls = data.draw(st.lists(st.booleans(), min_size=len(stages), max_size=len(stages)))
    mixed = [replace(stage, rolling=rolling) for stage, rolling in zip(stages, rolls, strict=True)]
    dated = zip(propose(closes, stages, calendar), rolls, strict=True)
    assert propose(closes, mixed, calendar) == [day for day, rolling in dated if not rolling]


@given(days, spans, st.integers(1, 60))
def test_a_later_close_is_never_answered_earlier(closes, stages, later):
    early = propose(closes, stages, japan)
    late = propose(closes + timedelta(days=later), stages, japan)
    assert all(a.gate_on <= b.gate_on for a, b in zip(early, late, strict=True))


def test_the_new_year_in_japan_is_left_out():
    dates = propose(date(2026, 12, 25), [StageSpan(10, 3), StageSpan(2, 1)], japan)
    assert dates == [
        StageDates(date(2026, 12, 25), date(2027, 1, 4), date(2027, 1, 5)),
        StageDates(date(2027, 1, 7), date(2027, 1, 8), date(2027, 1, 8)),
    ]


def test_no_stages_have_no_dates():
    assert propose(date(2027, 1, 4), [], japan) == []


GOOD = [
    StageDates(date(2027, 2, 1), date(2027, 2, 8), date(2027, 2, 12)),
    StageDates(date(2027, 3, 1), date(2027, 3, 8), date(2027, 3, 12)),
]


@pytest.mark.parametrize(
    ("opens", "closes", "stages", "where"),
    [
        (1, 1, GOOD, []),
        (2, 1, GOOD, [(None, "intake_closes_on")]),
        (1, 32, GOOD, []),
        (1, 33, GOOD, [(0, "hand_in_by")]),
        (1, 1, [StageDates(*[date(2027, 2, 1)] * 3)], []),
        (1, 1, [StageDates(date(2027, 2, 2), date(2027, 2, 1), date(2027, 2, 3))], [(0, "review_by")]),
        (1, 1, [StageDates(date(2027, 2, 1), date(2027, 2, 3), date(2027, 2, 2))], [(0, "gate_on")]),
        (1, 1, [GOOD[1], GOOD[0]], [(1, "hand_in_by")]),
        (1, 1, [GOOD[0], StageDates(*[GOOD[0].gate_on] * 3)], [(1, "hand_in_by")]),
    ],
)  # fmt: skip
def test_each_fault_is_named_at_its_date(opens, closes, stages, where):
    def day(n):
        return date(2026, 12, 31) + timedelta(days=n)

    found = [(index, error.field) for index, error in faults(day(opens), day(closes), stages)]
    assert found == where
    if where:
        with pytest.raises(DomainError):
            require_order(day(opens), day(closes), stages)
    else:
        require_order(day(opens), day(closes), stages)


@pytest.mark.parametrize(
    ("day", "state"),
    [(9, IntakeState.COMING), (10, IntakeState.OPEN), (20, IntakeState.OPEN), (21, IntakeState.CLOSED)],
)  # fmt: skip
def test_both_ends_of_an_intake_are_open(day, state):
    assert intake_state(date(2027, 1, 10), date(2027, 1, 20), date(2027, 1, day)) is state
