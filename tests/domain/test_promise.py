"""The promise's clock: working days, standing still, kept or broken."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.promise import Promise, left, moved, promised, state, stood
from accelerator.domain.workdays import Calendar

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CALENDARS = st.builds(
    Calendar, st.frozensets(DAYS, max_size=20), st.just(frozenset({5, 6})) | st.just(frozenset())
)


@given(DAYS, st.integers(1, 60), CALENDARS)
def test_a_promise_is_so_many_working_days_away(handed_in, days, calendar):
    day = promised(handed_in, days, calendar)
    assert left(day, handed_in, calendar) == days
    assert calendar.is_working(day)


@given(DAYS, st.integers(1, 40), st.integers(0, 60), st.integers(0, 60), CALENDARS)
def test_neither_side_gains_a_day_by_a_question(handed_in, days, later, longer, calendar):
    before = promised(handed_in, days, calendar)
    asked = handed_in + timedelta(days=later)
    answered = asked + timedelta(days=longer)
    after = moved(before, asked_on=asked, answered_on=answered, calendar=calendar)
    assert after >= before
    if before >= answered:
        assert left(after, answered, calendar) == left(before, asked, calendar)
    assert calendar.count(before, after) == stood(asked, answered, calendar)


@given(DAYS, st.integers(1, 40), st.lists(st.integers(0, 9), max_size=6), CALENDARS)
def test_several_questions_move_it_by_the_days_of_all(handed_in, days, pauses, calendar):
    day, promise, whole = handed_in, promised(handed_in, days, calendar), 0
    first = promise
    for pause in pauses:
        answered = day + timedelta(days=pause)
        whole += stood(day, answered, calendar)
        promise = moved(promise, asked_on=day, answered_on=answered, calendar=calendar)
        day = answered + timedelta(days=1)
    assert calendar.count(first, promise) == whole


@given(DAYS, DAYS, CALENDARS)
def test_answered_on_the_same_day_nothing_moves(promise, day, calendar):
    assert moved(promise, asked_on=day, answered_on=day, calendar=calendar) == promise
    assert stood(day, day - timedelta(days=3), calendar) == 0


@given(DAYS, DAYS)
def test_a_promise_stands_in_one_way(promise, day):
    assert state(promise, today=day) is (Promise.LATE if promise < day else Promise.RUNNING)
    assert state(promise, today=day, paused=True) is Promise.PAUSED
    told = state(promise, today=day, told_on=day)
    assert told is (Promise.KEPT if day <= promise else Promise.BROKEN)
