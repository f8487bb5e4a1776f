"""Which milestones will probably be late: a programme's past, and what it says of those to come."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.lateness import Course, learn
from accelerator.domain.stages import IdeaState
from accelerator.storage.tables import Cohort, Idea, Milestone, Passage, Programme

AHEAD = timedelta(days=14)  # days before their day from which milestones have a chance
BACK = timedelta(days=730)
MOST_PAST = 5000  # milestones, the newest
DIGITS = 3


def programmes(session: Session) -> list[int]:
    """Return the programmes in which milestones are open."""
    return list(
        session.scalars(
            select(Programme.id)
            .where(
                Programme.archived_at.is_(None),
                Programme.id.in_(
                    select(Cohort.programme_id)
                    .join(Idea, Idea.cohort_id == Cohort.id)
                    .join(Milestone, Milestone.idea_id == Idea.id)
                    .where(Milestone.state == "open", Idea.state == IdeaState.ACTIVE)
                ),
            )
            .order_by(Programme.id)
        )
    )


def chances(session: Session, programme_id: int, *, now: datetime) -> dict[int, float | None]:
    """Return how likely the milestones due soon are to be late, where that has changed.

    None where nothing can be told, any more or yet.
    """
    rows = session.execute(
        select(
            Milestone.id, Milestone.idea_id, Milestone.state, Milestone.due_on,
            Milestone.first_due_on, Milestone.template_id, Milestone.due_set_at, Milestone.done_at,
            Milestone.late_chance, Passage.entered_at, Cohort.country, Cohort.time_zone,
        )
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .where(
            Cohort.programme_id == programme_id,
            (Milestone.state == "done")
            | ((Milestone.state == "open") & (Idea.state == IdeaState.ACTIVE)),
            Milestone.due_on >= now.date() - BACK,
        )
        .order_by(Milestone.due_on.desc(), Milestone.id.desc())
        .limit(MOST_PAST)
    ).all()  # fmt: skip
    pace = learn(_courses(rows, now))
    found: dict[int, float | None] = {}
    for row in rows:
        if row.state != "open":
            continue
        today = now.astimezone(ZoneInfo(row.time_zone)).date()
        chance = None
        if pace is not None and today <= row.due_on <= today + AHEAD:
            away = _days(row, row.due_on, today)
            chance = round(pace.chance_late(row.idea_id, away), DIGITS)
        if chance != row.late_chance:
            found[row.id] = chance
    return found


def _courses(rows: Iterable[Any], now: datetime) -> Iterable[Course]:
    """Say how each went against the day its team was first given.

    What was moved because the team asked was late against that day; what a manager moved was not.
    """
    for row in rows:
        zone = ZoneInfo(row.time_zone)
        due_on = row.first_due_on or row.due_on
        own = row.template_id is None and row.first_due_on is None
        begun = (row.due_set_at if own and row.due_set_at else row.entered_at).astimezone(zone)
        began = _days(row, due_on, begun.date())
        if row.state == "done":
            done = _days(row, due_on, row.done_at.astimezone(zone).date())
            yield Course(row.idea_id, began, max(began, done), True)
        else:
            seen = _days(row, due_on, now.astimezone(zone).date()) - 1
            if seen >= began:
                yield Course(row.idea_id, began, seen, False)


def _days(row: Any, due_on: date, day: date) -> int:
    return calendar_of(row.country, due_on.year).count(due_on, day)


def remember(session: Session, found: dict[int, float | None]) -> int:
    """Write down the chances; a milestone keeps its version, as nobody changed anything in it."""
    table = Milestone.__table__.c
    if found:
        session.connection().execute(
            update(Milestone)
            .where(table.id == bindparam("number"), table.state == "open")
            .values(late_chance=bindparam("chance")),
            [{"number": number, "chance": chance} for number, chance in found.items()],
        )
    return len(found)
