"""What a milestone waits for, among the others of its idea."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accelerator.activity.events import milestones as events
from accelerator.domain import milestones as rules
from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor
from accelerator.features.milestones.service.base import write_down
from accelerator.i18n import N_
from accelerator.storage.tables import Idea, Milestone, MilestoneDependency


def set_needs(
    session: Session, *, actor: Actor, milestone: Milestone, needs: Collection[int], now: datetime
) -> None:
    """Say which milestones of the idea must be done before this one; no circles."""
    rules.require_open(MilestoneState(milestone.state))
    others = {
        one.id: one
        for one in session.scalars(
            select(Milestone).where(
                Milestone.idea_id == milestone.idea_id,
                Milestone.state != MilestoneState.DROPPED,
            )
        )
    }
    wanted = set(needs)
    if not wanted <= others.keys():
        raise DomainError(
            "unknown_milestone", N_("Choose among the milestones of this idea."), field="needs"
        )
    graph: dict[int, set[int]] = {}
    for one, need in session.execute(
        select(MilestoneDependency.milestone_id, MilestoneDependency.needs_id)
        .join(Milestone, Milestone.id == MilestoneDependency.milestone_id)
        .where(Milestone.idea_id == milestone.idea_id)
    ):
        graph.setdefault(one, set()).add(need)
    here = graph.pop(milestone.id, set())
    rules.require_no_circle(graph, milestone.id, wanted)
    if wanted == here:
        return
    session.execute(
        delete(MilestoneDependency).where(MilestoneDependency.milestone_id == milestone.id)
    )
    session.add_all(
        MilestoneDependency(milestone_id=milestone.id, needs_id=need) for need in sorted(wanted)
    )
    write_down(
        session, events.NeedsChanged, actor, session.get_one(Idea, milestone.idea_id), milestone,
        now, needs=[others[need].name.as_dict() for need in sorted(wanted)],
    )  # fmt: skip
