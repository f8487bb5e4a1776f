"""The stages of a programme on the designer's page, however many, in a fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.domain.policy import Actor
from accelerator.features.stages.queries.in_flight import InFlight, in_flight
from accelerator.storage.tables import (
    Criterion,
    Decider,
    MilestoneTemplate,
    Programme,
    Question,
    Stage,
)


def _living(table: Any) -> Any:
    return (
        select(func.count())
        .where(table.stage_id == Stage.id, table.removed_at.is_(None))
        .correlate(Stage)
        .scalar_subquery()
    )


_STAGES = (
    select(
        Stage, _living(Question), _living(Criterion), _living(MilestoneTemplate),
        select(func.count()).where(Decider.stage_id == Stage.id).correlate(Stage).scalar_subquery(),
    )
    .where(Stage.programme_id == bindparam("programme"))
    .order_by(Stage.position)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StageCard:
    """One stage in the designer: how much hangs on it, and the ideas in it."""

    stage: Stage
    questions: int
    criteria: int
    milestones: int
    deciders: int
    ideas: InFlight


@dataclass(frozen=True, slots=True)
class Design:
    """The stages of a programme: those that ideas enter, in their order, and those removed."""

    living: tuple[StageCard, ...]
    removed: tuple[StageCard, ...]


def design(session: Session, actor: Actor, programme: Programme) -> Design:
    """Load the designer's page; two queries."""
    rows = session.execute(_STAGES, {"programme": programme.id}).all()
    ideas = in_flight(session, actor, [row[0].id for row in rows])
    cards = [
        StageCard(stage, asked, marked, shown, decide, ideas[stage.id])
        for stage, asked, marked, shown, decide in rows
    ]
    return Design(
        tuple(card for card in cards if card.stage.removed_at is None),
        tuple(card for card in cards if card.stage.removed_at is not None),
    )


def stages_of(session: Session, programme: Programme) -> list[Stage]:
    """Load the stages in their order, those removed too."""
    return [row[0] for row in session.execute(_STAGES, {"programme": programme.id})]
