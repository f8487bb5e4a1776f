"""How an idea enters a stage: a new passage, and the stage's milestones with their dates."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.milestones import OwnerRole, first_owner
from accelerator.domain.stages import PassageState
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Idea,
    Milestone,
    MilestoneTemplate,
    Passage,
    Stage,
    TeamMember,
)


@dataclass(frozen=True, slots=True)
class Entrance:
    """What every idea is given that enters a stage on a day: when to hand in, and milestones."""

    hand_in_by: date
    milestones: tuple[tuple[MilestoneTemplate, date], ...]


def entrance(session: Session, *, cohort: Cohort, stage: Stage, now: datetime) -> Entrance:
    """Work out the dates of a stage that is entered now.

    The hand-in date is the cohort's date for the stage; where there is none (a rolling stage) or
    it has passed (a rework), it is the stage's time box in working days from now. Where no gate
    has a date, milestones before the gate are counted from the day the promise would fall on.
    """
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    calendar = calendar_of(cohort.country, today.year)
    dates = session.get(CohortStage, (cohort.id, stage.id))
    hand_in_by = calendar.add(today, stage.time_box_days)
    if dates is not None and dates.hand_in_by > today:
        hand_in_by = dates.hand_in_by
    gate_on = calendar.add(hand_in_by, stage.promise_days)
    if dates is not None and dates.gate_on > today:
        gate_on = dates.gate_on
    templates = session.scalars(
        select(MilestoneTemplate)
        .where(MilestoneTemplate.stage_id == stage.id, MilestoneTemplate.removed_at.is_(None))
        .order_by(MilestoneTemplate.position)
    )
    due = []
    for template in templates:
        start = today if template.anchor == "entry" else gate_on
        due.append((template, max(calendar.add(start, template.offset_days), today)))
    return Entrance(hand_in_by, tuple(due))


def enter_stage(
    session: Session, *, idea: Idea, cohort: Cohort, stage: Stage, now: datetime
) -> Passage:
    """Open the idea's next passage, in `stage`, and make the stage's milestones."""
    given = entrance(session, cohort=cohort, stage=stage, now=now)
    number = session.scalar(
        select(func.coalesce(func.max(Passage.number), 0)).where(Passage.idea_id == idea.id)
    )
    passage = Passage(
        idea_id=idea.id,
        cohort_id=cohort.id,
        stage_id=stage.id,
        number=(number or 0) + 1,
        state=PassageState.OPEN,
        entered_at=now,
        hand_in_by=given.hand_in_by,
    )
    session.add(passage)
    session.flush()
    idea.passage_id = passage.id
    members = _members(session, idea, given)
    session.add_all(
        Milestone(
            idea_id=idea.id,
            passage_id=passage.id,
            template_id=template.id,
            name=template.name,
            wanted=template.evidence,
            owner_id=first_owner(template.owner_role, idea.owner_id, members),
            due_on=due_on,
        )
        for template, due_on in given.milestones
    )
    session.flush()
    return passage


def _members(session: Session, idea: Idea, given: Entrance) -> list[int]:
    """Return who is in the team, the longest first; only where a milestone asks for it."""
    if all(template.owner_role == OwnerRole.LEAD for template, _ in given.milestones):
        return []
    team = select(TeamMember.person_id).where(
        TeamMember.idea_id == idea.id, TeamMember.state == "accepted"
    )
    return list(session.scalars(team.order_by(TeamMember.answered_at, TeamMember.id)))
