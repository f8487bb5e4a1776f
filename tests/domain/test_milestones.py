"""How late a milestone is, and what may be done with it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import (
    MilestoneState,
    Urgency,
    lateness,
    require_new_date,
    require_open,
    require_reopenable,
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
