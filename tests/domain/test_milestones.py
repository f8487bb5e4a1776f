"""How late a milestone is, and what may be done with it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import (
    MOST_SHIFTED,
    MilestoneState,
    Progress,
    Urgency,
    held_up,
    land,
    lateness,
    progress,
    require_new_date,
    require_no_circle,
    require_open,
    require_reopenable,
    require_shift,
)
from accelerator.domain.workdays import Calendar

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(DAYS, DAYS)
def test_a_milestone_is_late_from_the_day_after_its_due_day(due: date, today: date) -> None:
    found = lateness(MilestoneState.OPEN, due, today, Calendar())
    assert (found.urgency is Urgency.LATE) == (due < today)
    assert (found.working_days > 0) == (due < today)


@given(DAYS, DAYS)
def test_what_is_not_open_is_never_late(due: date, today: date) -> None:
    for state in (MilestoneState.DONE, MilestoneState.DROPPED):
        assert lateness(state, due, today, Calendar()).urgency is Urgency.DONE


@pytest.mark.parametrize(
    ("days", "urgency"), [(0, Urgency.SOON), (7, Urgency.SOON), (8, Urgency.LATER)]
)
def test_soon_is_within_a_week(days: int, urgency: Urgency) -> None:
    due = TODAY + timedelta(days=days)
    assert lateness(MilestoneState.OPEN, due, TODAY, Calendar()).urgency is urgency


def test_a_new_date_is_another_day_to_come() -> None:
    require_new_date(TODAY + timedelta(days=2), TODAY, TODAY)
    for asked, due in ((TODAY, TODAY - timedelta(days=1)), (TODAY + timedelta(days=1),) * 2):
        with pytest.raises(DomainError) as refused:
            require_new_date(asked, due, TODAY)
        assert refused.value.field == "asked_due_on"


def test_only_what_is_open_can_be_done_and_only_what_is_done_reopened() -> None:
    require_open(MilestoneState.OPEN)
    require_reopenable(MilestoneState.DONE)
    with pytest.raises(DomainError):
        require_open(MilestoneState.DONE)
    with pytest.raises(DomainError):
        require_reopenable(MilestoneState.DROPPED)


NEEDS = st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3), max_size=6)


@given(NEEDS, st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3))
def test_what_may_be_waited_for_never_makes_a_circle(
    wanted: dict[int, set[int]], one: int, more: set[int]
) -> None:
    needs: dict[int, set[int]] = {}
    for milestone, some in [*wanted.items(), (one, more)]:
        others = {key: value for key, value in needs.items() if key != milestone}
        try:
            require_no_circle(others, milestone, some)
        except DomainError:
            assert milestone in some or any(milestone in reach(others, need) for need in some)
        else:
            needs = others | {milestone: some}
    for milestone in range(1, 7):
        assert milestone not in held_up(needs, milestone)
        assert held_up(needs, milestone) == {
            other for other in needs if milestone in reach(needs, other)
        }


def reach(needs: dict[int, set[int]], start: int) -> set[int]:
    """Return everything that one waits for, found the other way round."""
    found: set[int] = set()
    rest = list(needs.get(start, ()))
    while rest:
        one = rest.pop()
        if one not in found:
            found.add(one)
            rest += needs.get(one, ())
    return found


def test_where_a_milestone_stands_on_the_board() -> None:
    done, dropped = MilestoneState.DONE, MilestoneState.DROPPED
    is_open = MilestoneState.OPEN
    assert progress(done, started=False, waits=True) is Progress.DONE
    assert progress(dropped, started=True, waits=False) is Progress.DROPPED
    assert progress(is_open, started=True, waits=True) is Progress.WAITING
    assert progress(is_open, started=True, waits=False) is Progress.UNDER_WAY
    assert progress(is_open, started=False, waits=False) is Progress.TO_DO


@given(DAYS, DAYS, st.integers(-MOST_SHIFTED, MOST_SHIFTED), st.booleans())
def test_a_moved_date_lands_on_a_working_day_not_before_today(
    due: date, today: date, days: int, working: bool
) -> None:
    calendar = Calendar(frozenset({date(2026, 12, 31), date(2027, 1, 1)}))
    found = land(due, days, working=working, today=today, calendar=calendar)
    assert found.due_on >= today
    assert calendar.is_working(found.due_on)
    assert found.was_past == (found.wanted < today)
    assert not (found.was_free and found.was_past)
    if not found.was_free and not found.was_past:
        assert found.due_on == found.wanted
    if working and days and not found.was_past:
        assert calendar.count(due, found.due_on) == days


def test_dates_move_by_days_and_not_for_ever() -> None:
    require_shift(-MOST_SHIFTED)
    for days in (0, MOST_SHIFTED + 1):
        with pytest.raises(DomainError):
            require_shift(days)
