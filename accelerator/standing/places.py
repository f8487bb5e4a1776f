"""The places of a cohort, and the line of ideas that wait for one: first come, first served."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.stages import PLACELESS, IdeaState
from accelerator.storage.tables import Cohort, Idea, Passage, Stage

_HOLDERS = select(func.count()).select_from(Idea).where(Idea.state.not_in(PLACELESS))
_TAKEN = _HOLDERS.where(Idea.cohort_id == bindparam("cohort"))
# How many hold a place in the cohort of each row.
TAKEN = _HOLDERS.where(Idea.cohort_id == Cohort.id).correlate(Cohort).scalar_subquery()
_BEFORE = (
    select(func.count())
    .select_from(Idea)
    .where(
        Idea.cohort_id == bindparam("cohort"),
        Idea.state == IdeaState.WAITING,
        or_(
            Idea.waiting_since < bindparam("since"),
            and_(Idea.waiting_since == bindparam("since"), Idea.id < bindparam("idea")),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Admitted:
    """An idea that got a place, and the day by which it is answered."""

    idea: Idea
    programme_id: int
    cohort: Cohort
    stage: Stage
    promise_on: date


def taken(session: Session, cohort_id: int, *, lock: bool = False) -> int:
    """Count the ideas that hold a place: all but drafts, withdrawn ones and those in line.

    With `lock`, whoever comes next waits, so that two cannot take the last place.
    """
    if lock:
        session.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
    return session.scalar(_TAKEN, {"cohort": cohort_id}) or 0


def place_in_line(session: Session, idea: Idea) -> int:
    """Return which in the line a waiting idea is, from 1."""
    values = {"cohort": idea.cohort_id, "since": idea.waiting_since, "idea": idea.id}
    return 1 + (session.scalar(_BEFORE, values) or 0)


def line(cohort_id: int) -> Select[Idea]:
    """Return the waiting ideas of a cohort in the order in which they are admitted."""
    return (
        select(Idea)
        .where(Idea.cohort_id == cohort_id, Idea.state == IdeaState.WAITING)
        .order_by(Idea.waiting_since, Idea.id)
    )


def admit_next(session: Session, *, cohort_id: int, now: datetime) -> list[Admitted]:
    """Give the free places of a cohort to the first in its line; the caller tells the teams."""
    if session.scalar(line(cohort_id).limit(1)) is None:
        return []
    cohort = session.get_one(Cohort, cohort_id, with_for_update=True)
    free = cohort.capacity - taken(session, cohort_id)
    if free <= 0:
        return []
    first = session.scalars(line(cohort_id).limit(free).with_for_update())
    return admit(session, ideas=first.all(), cohort=cohort, now=now)


def admit(
    session: Session, *, ideas: Iterable[Idea], cohort: Cohort, now: datetime
) -> list[Admitted]:
    """Let waiting ideas in, whatever the capacity; their promise counts from today."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    calendar = calendar_of(cohort.country, today.year)
    found = []
    for idea in ideas:
        passage = session.get_one(Passage, idea.passage_id)
        stage = session.get_one(Stage, passage.stage_id)
        passage.handed_in_at = now
        passage.promise_on = calendar.add(today, stage.promise_days)
        idea.state = IdeaState.ACTIVE
        idea.updated_at = now
        found.append(Admitted(idea, cohort.programme_id, cohort, stage, passage.promise_on))
    session.flush()
    return found
