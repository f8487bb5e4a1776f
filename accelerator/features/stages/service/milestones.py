"""Change what teams must show in a stage; milestones that exist stay as they are."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.stages import MilestonesChanged
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.features.stages.queries import effects, one
from accelerator.features.stages.queries.in_flight import in_flight
from accelerator.features.stages.service import rows
from accelerator.i18n import N_
from accelerator.storage.tables import MilestoneTemplate, Programme, Stage

NAMES = ("name", "evidence", "anchor", "offset_days", "owner_role")
MOST_MILESTONES = 30


def mark(milestones: one.Rows) -> str:
    """Return the mark of the milestone templates as a form shows them."""
    return rows.mark(milestones.living, NAMES)


def change(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    version: str,
    wanted: Sequence[rows.Row],
    seen: str,
    now: datetime,
) -> None:
    """Change the templates, for ideas that enter the stage from now on."""
    found = one.milestones(session, stage)
    rows.require_fresh(mark(found), version)
    fields = rows.differences(found, wanted)
    if not fields:
        return
    named = {each.key for each in wanted}
    left = [each for each in wanted if not each.gone]
    if len(left) + sum(row.key not in named for row in found.living) > MOST_MILESTONES:
        raise DomainError(
            "too_many_milestones",
            N_("A stage has at most %(most)s milestones."),
            most=MOST_MILESTONES,
        )
    ideas = in_flight(session, actor, [stage.id])[stage.id]
    effects.require_seen(effects.of_milestones(ideas), seen)
    rows.apply(session, MilestoneTemplate, stage, found, wanted, word="milestone", now=now)
    record(
        session,
        MilestonesChanged(
            actor_id=actor.id,
            programme_id=programme.id,
            subject=f"stage:{stage.key}",
            path=f"/programmes/{programme.key}/stages/{stage.key}/milestones",
            fields=fields,
        ),
        now=now,
    )
