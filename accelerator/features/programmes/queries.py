"""What the pages of programmes show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator import content
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.checklist import Checklist
from accelerator.domain.cohort_dates import IntakeState, intake_state
from accelerator.domain.policy import Actor, Role
from accelerator.domain.stages import IdeaState
from accelerator.standing.checklist import checklist
from accelerator.standing.outlines.reading import ready_made
from accelerator.storage.tables import (
    Cohort,
    Criterion,
    Idea,
    MilestoneTemplate,
    Programme,
    Question,
    Stage,
)
from accelerator.storage.visibility import is_shown, visible_ideas, visible_programmes

MOST = 50


@dataclass(frozen=True, slots=True)
class ProgrammeCard:
    """A programme in the list; `ideas` counts the living ones that the reader may see."""

    key: str
    name: Bilingual
    summary: Bilingual
    stages: tuple[Bilingual, ...]
    ideas: int
    managed: bool
    preparing: bool  # none of its cohorts was opened yet


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """A page of programmes; `next` is the key after which the next page begins, or empty."""

    cards: tuple[ProgrammeCard, ...]
    next: str


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A ready-made programme to start from."""

    key: str
    name: Bilingual
    summary: Bilingual
    stages: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage and how much hangs on it."""

    stage: Stage
    questions: int
    criteria: int
    milestones: int


@dataclass(frozen=True, slots=True)
class StageRead:
    """Everything that hangs on the one stage that is read in full, in order."""

    questions: tuple[Question, ...]
    criteria: tuple[Criterion, ...]
    milestones: tuple[MilestoneTemplate, ...]

    def share(self, criterion: Criterion) -> float:
        """Return how much of the score a criterion makes up, in percent."""
        counted = sum(c.weight for c in self.criteria if c.counted)
        return 100 * criterion.weight / counted if criterion.counted and counted else 0.0


@dataclass(frozen=True, slots=True)
class CohortCard:
    """A cohort of a programme, with its intake."""

    code: str
    name: Bilingual
    preparing: bool
    opens_on: date
    closes_on: date
    capacity: int
    intake: IntakeState


def programmes(session: Session, actor: Actor, *, after: str = "") -> ProgrammePage:
    """List programmes that are not archived, the oldest first; those in preparation to few."""
    wanted = (
        select(Programme, is_shown().label("shown"))
        .where(Programme.archived_at.is_(None), visible_programmes(actor))
        .order_by(Programme.id)
    )
    if after:
        last = select(Programme.id).where(Programme.key == after).scalar_subquery()
        wanted = wanted.where(Programme.id > last)
    found = session.execute(wanted.limit(MOST + 1)).all()
    rows = found[:MOST]
    ids = [row.Programme.id for row in rows]
    stages: dict[int, list[Bilingual]] = {}
    for programme_id, name in session.execute(
        select(Stage.programme_id, Stage.name)
        .where(Stage.programme_id.in_(ids), Stage.removed_at.is_(None))
        .order_by(Stage.programme_id, Stage.position)
    ):
        stages.setdefault(programme_id, []).append(name)
    counts = session.execute(
        select(Cohort.programme_id, func.count().label("ideas"))
        .join(Idea, Idea.cohort_id == Cohort.id)
        .where(Cohort.programme_id.in_(ids), Idea.state == IdeaState.ACTIVE, visible_ideas(actor))
        .group_by(Cohort.programme_id)
    )
    living = {row.programme_id: row.ideas for row in counts}
    managed = actor.programmes(Role.MANAGER)
    cards = tuple(
        ProgrammeCard(
            key=row.Programme.key,
            name=row.Programme.name,
            summary=row.Programme.summary,
            stages=tuple(stages.get(row.Programme.id, ())),
            ideas=living.get(row.Programme.id, 0),
            managed=row.Programme.id in managed,
            preparing=not row.shown,
        )
        for row in rows
    )
    return ProgrammePage(cards, cards[-1].key if len(found) > MOST else "")


def templates() -> list[TemplateCard]:
    """List the ready-made programmes."""
    return [
        TemplateCard(
            key,
            outline["name"],
            outline["summary"],
            tuple(stage["name"] for stage in outline["stages"]),
        )
        for key in content.programme_templates()
        for outline in [ready_made(key)]
    ]


def stages(session: Session, programme: Programme) -> list[StageView]:
    """Load the stages that ideas enter, with counts of what hangs on them, in one query."""

    def count(table: Any) -> Any:
        return (
            select(func.count())
            .where(table.stage_id == Stage.id, table.removed_at.is_(None))
            .scalar_subquery()
        )

    wanted = (
        select(Stage, *map(count, (Question, Criterion, MilestoneTemplate)))
        .where(Stage.programme_id == programme.id, Stage.removed_at.is_(None))
        .order_by(Stage.position)
    )
    return [StageView(*row) for row in session.execute(wanted)]


def read_in_full(session: Session, stage: Stage) -> StageRead:
    """Load all that hangs on one stage, in three queries."""

    def all_of(table: Any) -> tuple[Any, ...]:
        return tuple(
            session.scalars(
                select(table)
                .where(table.stage_id == stage.id, table.removed_at.is_(None))
                .order_by(table.position)
            )
        )

    return StageRead(all_of(Question), all_of(Criterion), all_of(MilestoneTemplate))


def missing(
    session: Session,
    programme: Programme,
    stages: Sequence[StageView],
    cohorts: Sequence[CohortCard],
    *,
    now: datetime,
) -> Checklist:
    """Return what is missing before intake can open; two queries."""
    return checklist(
        session,
        programme,
        now=now,
        stages=[view.stage for view in stages],
        has_cohort=bool(cohorts),
    )


def cohorts(
    session: Session, programme: Programme, *, now: datetime, preparing: bool
) -> list[CohortCard]:
    """List a programme's newest cohorts; those in preparation only when asked for."""
    wanted = select(Cohort).where(Cohort.programme_id == programme.id)
    if not preparing:
        wanted = wanted.where(Cohort.preparing.is_(False))
    rows = session.scalars(
        wanted.order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc()).limit(MOST)
    )
    return [
        CohortCard(
            code=row.code,
            name=row.name,
            preparing=row.preparing,
            opens_on=row.intake_opens_on,
            closes_on=row.intake_closes_on,
            capacity=row.capacity,
            intake=intake_state(
                row.intake_opens_on,
                row.intake_closes_on,
                now.astimezone(ZoneInfo(row.time_zone)).date(),
            ),
        )
        for row in rows
    ]
