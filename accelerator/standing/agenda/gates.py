"""Dates of gates: the days, the meetings, and how many answers or reviews are due."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.agenda import Entry, Kind, Window
from accelerator.domain.policy import Actor, Role
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.dues import WAITING
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Decider,
    Idea,
    Meeting,
    MeetingItem,
    Passage,
    Stage,
)
from accelerator.storage.visibility import outside_team

# A meeting takes this long at least, whatever its list is.
SHORTEST = timedelta(minutes=30)
MOST = 500  # entries of one sort


def gates(
    session: Session, actor: Actor, window: Window, *, cohort_id: int | None = None
) -> list[Entry]:
    """List the gates one manages or decides at: the meeting where it has a time, else the day."""
    named = (
        select(Decider.stage_id)
        .where(Decider.stage_id == Stage.id, Decider.person_id == actor.id)
        .exists()
    )
    manages = Cohort.programme_id.in_(actor.programmes(Role.MANAGER))
    items = (
        select(func.count())
        .where(MeetingItem.meeting_id == Meeting.id)
        .correlate(Meeting)
        .scalar_subquery()
    )
    timed = and_(Meeting.starts_at.is_not(None), Meeting.ended_at.is_(None))
    rows = session.execute(
        select(CohortStage.gate_on, Cohort, Stage, Meeting, items.label("items"))
        .join(Cohort, Cohort.id == CohortStage.cohort_id)
        .join(Stage, Stage.id == CohortStage.stage_id)
        .outerjoin(
            Meeting,
            and_(Meeting.cohort_id == Cohort.id, Meeting.stage_id == Stage.id, timed),
        )
        .where(
            or_(manages, and_(named, Cohort.preparing.is_(False))),
            Stage.removed_at.is_(None),
            or_(
                Meeting.id.is_not(None),
                and_(Stage.timing == "cohort", window.holds(CohortStage.gate_on)),
            ),
            *([] if cohort_id is None else [Cohort.id == cohort_id]),
        )
        .order_by(CohortStage.gate_on, Cohort.id, Stage.id)
        .limit(MOST)
    )
    return [_meeting(row) if row.Meeting is not None else _day(row) for row in rows]


def _day(row: Any) -> Entry:
    return Entry(
        Kind.GATE, f"{row.Cohort.id}-{row.Stage.id}", row.gate_on, row.Cohort.time_zone,
        f"/cohorts/{row.Cohort.code}/{row.Stage.key}/gate", row.Cohort.version,
        row.Cohort.created_at, name=row.Stage.name, cohort=row.Cohort.name,
    )  # fmt: skip


def _meeting(row: Any) -> Entry:
    begins = row.Meeting.starts_at.astimezone(ZoneInfo(row.Cohort.time_zone))
    lasts = max(SHORTEST, timedelta(minutes=row.Meeting.minutes * row.items))
    return Entry(
        Kind.MEETING, str(row.Meeting.id), begins.date(), row.Cohort.time_zone,
        f"/cohorts/{row.Cohort.code}/{row.Stage.key}/meeting", row.Meeting.version,
        row.Meeting.made_at, name=row.Stage.name, cohort=row.Cohort.name, count=row.items,
        begins_at=begins, minutes=int(lasts.total_seconds() // 60),
    )  # fmt: skip


def answers_owed(
    session: Session,
    actor: Actor,
    window: Window,
    *,
    outside: bool,
    cohort_id: int | None = None,
) -> list[Entry]:
    """Count the answers promised by each day at each gate of the programmes one manages.

    `outside` leaves out ideas whose team one is in: others decide about them.
    """
    owed = [
        Passage.state.in_((PassageState.HANDED_IN, PassageState.DECIDED)),
        window.holds(Passage.promise_on),
        *([outside_team(actor)] if outside else []),
    ]
    counted = _counted(session, actor, Passage.promise_on, owed, cohort_id)
    return [_sum(Kind.ANSWERS, row, "gate", actor) for row in counted]


def reviews_owed(session: Session, actor: Actor, window: Window, *, cohort_id: int) -> list[Entry]:
    """Count the reviews due on each day at each gate of a cohort, for its managers."""
    owed = [
        Assignment.state.in_(WAITING), window.holds(Assignment.due_on),
        Passage.state == PassageState.HANDED_IN, outside_team(actor),
    ]  # fmt: skip
    counted = _counted(session, actor, Assignment.due_on, owed, cohort_id)
    return [_sum(Kind.REVIEWS, row, "progress", actor) for row in counted]


def _counted(
    session: Session, actor: Actor, day: Any, wanted: list[Any], cohort_id: int | None
) -> list[Any]:
    place = (
        Cohort.programme_id.in_(actor.programmes(Role.MANAGER))
        if cohort_id is None
        else Cohort.id == cohort_id
    )
    found = (
        select(day.label("on"), Cohort, Stage, func.count().label("number"))
        .select_from(Passage)
        .join(Idea, Idea.passage_id == Passage.id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .join(Stage, Stage.id == Passage.stage_id)
    )
    if day.class_ is Assignment:
        found = found.join(Assignment, Assignment.passage_id == Passage.id)
    return list(
        session.execute(
            found.where(Idea.state == IdeaState.ACTIVE, place, *wanted)
            .group_by(day, Cohort.id, Stage.id)
            .order_by(day, Cohort.id, Stage.id)
            .limit(MOST)
        )
    )


def _sum(kind: Kind, row: Any, page: str, actor: Actor) -> Entry:
    """Make the entry of a day's sum; who manages nothing here is led to the cohort's own page."""
    path = f"/cohorts/{row.Cohort.code}"
    if (row.Cohort.programme_id, Role.MANAGER) in actor.roles:
        path += f"/{row.Stage.key}/{page}"
    number = f"{row.Cohort.id}-{row.Stage.id}-{row.on:%Y%m%d}"
    return Entry(
        kind, number, row.on, row.Cohort.time_zone, path, 0, row.Cohort.created_at,
        name=row.Stage.name, cohort=row.Cohort.name, count=row.number,
    )  # fmt: skip
