"""Move what stands on the dates of a cohort: hand-ins, reviews, milestones before the gate.

Only what still stands on the cohort's own date moves: a team, a reviewer or a milestone with a
date of its own keeps it. The statements that find them serve the page before saving as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from accelerator.activity import record, record_for_teams
from accelerator.activity.events.cohorts import MilestonesMoved, ReviewsMoved
from accelerator.activity.events.programmes import HandInMoved
from accelerator.calendars import calendar_of
from accelerator.domain.cohort_dates import StageDates
from accelerator.domain.policy import Actor
from accelerator.domain.stages import LIVING, PassageState
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Idea,
    Milestone,
    MilestoneTemplate,
    Passage,
    Person,
    Stage,
)

DAYS = ("hand_in_by", "review_by", "gate_on")
OPEN_REVIEWS = ("assigned", "accepted")
Found = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Shift:
    """The days of one stage, before and after."""

    stage: Stage
    was: StageDates
    now: StageDates

    def moves(self, what: str) -> bool:
        """Say whether one of its days changes."""
        return bool(getattr(self.was, what) != getattr(self.now, what))


def teams_at_work(cohort: Cohort, stage_ids: Sequence[int]) -> Any:
    """The ideas that work towards the cohort's own hand-in date of these stages."""
    if not stage_ids:
        return None
    return (
        select(
            Idea.id.label("idea_id"), Idea.code, Idea.title, Idea.state,
            Passage.id.label("passage_id"), Passage.stage_id,
        )
        .join(Passage, Passage.id == Idea.passage_id)
        .join(
            CohortStage,
            (CohortStage.stage_id == Passage.stage_id) & (CohortStage.cohort_id == Idea.cohort_id),
        )
        .where(
            Idea.cohort_id == cohort.id,
            Idea.state.in_(LIVING),
            Passage.stage_id.in_(stage_ids),
            Passage.state == PassageState.OPEN,
            Passage.hand_in_by == CohortStage.hand_in_by,
        )
        .order_by(Idea.state, Idea.id)
    )  # fmt: skip


def open_reviews(cohort: Cohort, stage_ids: Sequence[int]) -> Any:
    """The reviewers with open reviews due on the cohort's own date, and how many each has."""
    if not stage_ids:
        return None
    return (
        select(Person, Passage.stage_id, func.count().label("reviews"))
        .select_from(Assignment)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .join(Person, Person.id == Assignment.reviewer_id)
        .join(
            CohortStage,
            (CohortStage.stage_id == Passage.stage_id) & (CohortStage.cohort_id == Idea.cohort_id),
        )
        .where(
            Idea.cohort_id == cohort.id,
            Passage.stage_id.in_(stage_ids),
            Assignment.state.in_(OPEN_REVIEWS),
            Assignment.due_on == CohortStage.review_by,
        )
        .group_by(Person.id, Passage.stage_id)
        .order_by(Person.id, Passage.stage_id)
    )


def gate_milestones(cohort: Cohort, stage_ids: Sequence[int]) -> Any:
    """The open milestones that were counted back from the gates of these stages."""
    return (
        select(
            Milestone.id, Milestone.idea_id, Milestone.name, Milestone.due_on,
            MilestoneTemplate.offset_days, Passage.stage_id, Idea.code, Idea.title, Idea.state,
        )
        .join(MilestoneTemplate, MilestoneTemplate.id == Milestone.template_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Idea, Idea.passage_id == Passage.id)
        .where(
            Idea.cohort_id == cohort.id,
            Idea.state.in_(LIVING),
            Passage.stage_id.in_(stage_ids),
            Passage.state.in_((PassageState.OPEN, PassageState.HANDED_IN)),
            MilestoneTemplate.anchor == "gate",
            Milestone.state == "open",
            Milestone.due_set_at.is_(None),
        )
        .order_by(Idea.state, Milestone.idea_id, Milestone.id)
    )  # fmt: skip


def moved_milestones(
    found: Iterable[Row[Any]], shifts: Mapping[int, Shift], cohort: Cohort, today: date
) -> Iterator[tuple[Row[Any], date]]:
    """Yield those that stand on the day counted from the old gate, with their new day."""
    calendar = calendar_of(cohort.country, today.year)
    for row in found:
        shift = shifts[row.stage_id]
        if row.due_on == calendar.add(shift.was.gate_on, row.offset_days):
            new = max(calendar.add(shift.now.gate_on, row.offset_days), today)
            if new != row.due_on:
                yield row, new


def hand_in_event(
    actor: Actor,
    cohort: Cohort,
    shift: Shift,
    team: Row[Any],
    milestones: Sequence[tuple[Row[Any], date]],
) -> HandInMoved:
    """What a team hears whose hand-in moves, its milestones among it."""
    return HandInMoved(
        actor_id=actor.id, programme_id=cohort.programme_id, idea_id=team.idea_id,
        path=f"/ideas/{team.code}", code=team.code, title=team.title, stage=shift.stage.name,
        was=shift.was.hand_in_by.isoformat(), hand_in_by=shift.now.hand_in_by.isoformat(),
        milestones=_told(milestones),
    )  # fmt: skip


def milestones_event(
    actor: Actor, cohort: Cohort, stage: Stage, milestones: Sequence[tuple[Row[Any], date]]
) -> MilestonesMoved:
    """What a team hears of which only milestones move."""
    first = milestones[0][0]
    return MilestonesMoved(
        actor_id=actor.id, programme_id=cohort.programme_id, idea_id=first.idea_id,
        path=f"/ideas/{first.code}/milestones", code=first.code, title=first.title,
        stage=stage.name, milestones=_told(milestones),
    )  # fmt: skip


def reviews_event(
    actor: Actor, cohort: Cohort, shift: Shift, person_id: int, reviews: int
) -> ReviewsMoved:
    """What a reviewer hears whose reviews are due on another day."""
    return ReviewsMoved(
        actor_id=actor.id, programme_id=cohort.programme_id, person_id=person_id,
        subject=f"cohort:{cohort.code}", path="/reviews", cohort=cohort.name,
        stage=shift.stage.name, was=shift.was.review_by.isoformat(),
        review_by=shift.now.review_by.isoformat(), reviews=reviews,
    )  # fmt: skip


def _told(milestones: Sequence[tuple[Row[Any], date]]) -> list[dict[str, object]]:
    return [
        {
            "id": row.id,
            "name": row.name.as_dict(),
            "was": row.due_on.isoformat(),
            "due_on": day.isoformat(),
        }
        for row, day in milestones
    ]


def move(session: Session, *, actor: Actor, cohort: Cohort, shift: Shift, now: datetime) -> None:
    """Move everything of a stage to its new days, before these are saved; whoever must, hears."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    teams: Found = []
    told: dict[int, list[tuple[Row[Any], date]]] = {}
    stage_ids = [shift.stage.id]
    if shift.moves("gate_on"):
        rows = session.execute(gate_milestones(cohort, stage_ids)).all()
        for row, day in moved_milestones(rows, {shift.stage.id: shift}, cohort, today):
            told.setdefault(row.idea_id, []).append((row, day))
        days = [{"id": row.id, "due_on": day} for pairs in told.values() for row, day in pairs]
        for day in {one["due_on"] for one in days}:
            ids = [one["id"] for one in days if one["due_on"] == day]
            session.execute(
                update(Milestone)
                .where(Milestone.id.in_(ids))
                .values(due_on=day, version=Milestone.version + 1)
                .execution_options(synchronize_session=False)
            )
    if shift.moves("hand_in_by"):
        teams = session.execute(teams_at_work(cohort, stage_ids)).all()
        session.execute(
            update(Passage)
            .where(Passage.id.in_([team.passage_id for team in teams]))
            .values(hand_in_by=shift.now.hand_in_by)
            .execution_options(synchronize_session=False)
        )
        heard = [
            hand_in_event(actor, cohort, shift, team, told.pop(team.idea_id, [])) for team in teams
        ]
        record_for_teams(session, heard, now=now)
    others = [milestones_event(actor, cohort, shift.stage, pairs) for pairs in told.values()]
    record_for_teams(session, others, now=now)
    if shift.moves("review_by"):
        _move_reviews(session, actor, cohort, shift, now)


def _move_reviews(
    session: Session, actor: Actor, cohort: Cohort, shift: Shift, now: datetime
) -> None:
    reviewers = session.execute(open_reviews(cohort, [shift.stage.id])).all()
    passages = (
        select(Passage.id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(Idea.cohort_id == cohort.id, Passage.stage_id == shift.stage.id)
    )
    session.execute(
        update(Assignment)
        .where(
            Assignment.passage_id.in_(passages),
            Assignment.state.in_(OPEN_REVIEWS),
            Assignment.due_on == shift.was.review_by,
        )
        .values(due_on=shift.now.review_by)
        .execution_options(synchronize_session=False)
    )
    for row in reviewers:
        event = reviews_event(actor, cohort, shift, row.Person.id, row.reviews)
        record(session, event, now=now)
