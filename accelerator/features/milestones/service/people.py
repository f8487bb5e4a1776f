"""Who works on a milestone: its owner, who hears of it first, and helpers, who hear too."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accelerator.activity.events import milestones as events
from accelerator.domain import milestones as rules
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor
from accelerator.features.milestones.service.base import require_in_team, write_down
from accelerator.storage.tables import Idea, Milestone, MilestoneHelper


def hand_over(
    session: Session, *, actor: Actor, milestone: Milestone, owner_id: int, now: datetime
) -> None:
    """Give the milestone to another member of the team, who is told."""
    rules.require_open(MilestoneState(milestone.state))
    if owner_id == milestone.owner_id:
        return
    require_in_team(session, milestone.idea_id, owner_id)
    milestone.owner_id = owner_id
    _drop(session, milestone, {owner_id})
    write_down(
        session,
        events.MilestoneGiven,
        actor,
        session.get_one(Idea, milestone.idea_id),
        milestone,
        now,
        person_id=owner_id,
        due_on=milestone.due_on.isoformat(),
    )


def set_helpers(
    session: Session,
    *,
    actor: Actor,
    milestone: Milestone,
    people: Collection[int],
    now: datetime,
) -> None:
    """Say who helps, besides the owner; whoever is asked to help is told."""
    rules.require_open(MilestoneState(milestone.state))
    wanted = set(people) - {milestone.owner_id}
    here = set(
        session.scalars(
            select(MilestoneHelper.person_id).where(MilestoneHelper.milestone_id == milestone.id)
        )
    )
    idea = session.get_one(Idea, milestone.idea_id)
    for person in sorted(wanted - here):
        require_in_team(session, milestone.idea_id, person, "helpers")
        session.add(MilestoneHelper(milestone_id=milestone.id, person_id=person))
        write_down(
            session, events.HelperAdded, actor, idea, milestone, now,
            person_id=person, due_on=milestone.due_on.isoformat(),
        )  # fmt: skip
    gone = here - wanted
    _drop(session, milestone, gone)
    for person in sorted(gone):
        write_down(session, events.HelperRemoved, actor, idea, milestone, now, person_id=person)


def _drop(session: Session, milestone: Milestone, people: Collection[int]) -> None:
    if people:
        session.execute(
            delete(MilestoneHelper).where(
                MilestoneHelper.milestone_id == milestone.id, MilestoneHelper.person_id.in_(people)
            )
        )
