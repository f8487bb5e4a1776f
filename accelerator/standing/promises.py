"""The gate promise as it stands: its clock stopped and set going, and the figures about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.promise import Promise, moved, stood
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.storage.tables import Cohort, Idea, InformationRequest, Passage

AT_GATE = (PassageState.HANDED_IN, PassageState.DECIDED)


def stop_clock(passage: Passage, *, on: date, until: date) -> date:
    """Let the clock stand from a day on; return the promise, which there is none of meanwhile."""
    promised_on = passage.promise_on or until
    passage.paused_on, passage.asked_until, passage.promise_on = on, until, None
    return promised_on


def set_going(
    passage: Passage, request: InformationRequest, *, cohort: Cohort, now: datetime
) -> date:
    """Let the clock go on: the promise moves by the working days on which it stood."""
    zone = ZoneInfo(cohort.time_zone)
    asked_on = passage.paused_on or request.asked_at.astimezone(zone).date()
    today = now.astimezone(zone).date()
    calendar = calendar_of(cohort.country, asked_on.year)
    promised_on = moved(
        request.promised_on, asked_on=asked_on, answered_on=today, calendar=calendar
    )
    passage.promise_on = promised_on
    passage.paused_days += stood(asked_on, today, calendar)
    passage.paused_on = passage.asked_until = None
    return promised_on


_DAY = bindparam("day", type_=Date)
_LIVE = and_(
    Idea.passage_id == Passage.id,
    Idea.state == IdeaState.ACTIVE,
    Passage.state.in_(AT_GATE),
)
STATES: Mapping[Promise, ColumnElement[bool]] = {
    Promise.KEPT: Passage.told_on <= Passage.promise_on,
    Promise.BROKEN: Passage.told_on > Passage.promise_on,
    Promise.LATE: and_(_LIVE, Passage.promise_on < _DAY),
    Promise.RUNNING: and_(_LIVE, Passage.promise_on >= _DAY),
    Promise.PAUSED: and_(_LIVE, Passage.paused_on.is_not(None)),
}
STATE: ColumnElement[str | None] = case(
    *((condition, literal(str(name))) for name, condition in STATES.items()), else_=None
)
WITH_PROMISE = or_(Passage.told_on.is_not(None), _LIVE)


@dataclass(frozen=True, slots=True)
class Figures:
    """How many promises stand how."""

    counts: Mapping[Promise, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.counts.get(Promise(name), 0)

    @property
    def told(self) -> int:
        """Return how many teams were told."""
        return self["kept"] + self["broken"]

    @property
    def share(self) -> float | None:
        """Return the share of promises kept, in percent; None before the first."""
        return 100 * self["kept"] / self.told if self.told else None


def counted(*columns: Any) -> Select[Any]:
    """Select the counts of promises by columns and state; needs the parameter `day`."""
    return (
        select(*columns, STATE.label("state"), func.count().label("ideas"))
        .select_from(Passage)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(WITH_PROMISE)
        .group_by(*columns, STATE)
    )


_OF_GATE = counted().where(
    Idea.cohort_id == bindparam("cohort"), Passage.stage_id == bindparam("stage")
)


def figures_of_gate(session: Session, cohort_id: int, stage_id: int, *, day: date) -> Figures:
    """Count the promises of one gate; one query."""
    rows = session.execute(_OF_GATE, {"cohort": cohort_id, "stage": stage_id, "day": day})
    return Figures({Promise(row.state): row.ideas for row in rows if row.state})
