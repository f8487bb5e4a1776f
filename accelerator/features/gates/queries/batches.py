"""What became of the batches of a gate, idea by idea; of one's own ideas one learns nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from accelerator.domain.batches import BatchState, ItemState
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.gates import Verdict
from accelerator.domain.policy import Actor
from accelerator.storage.tables import (
    Batch,
    BatchItem,
    Cohort,
    Decision,
    Idea,
    Passage,
    Person,
    Stage,
)
from accelerator.storage.visibility import outside_team

ITEMS, NEWEST = 100, 3


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One idea of a batch."""

    id: int
    code: str
    title: Bilingual
    state: str
    problem: str
    announced_at: datetime | None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A batch, how far it is, and its ideas."""

    id: int
    state: str
    made_by: str
    made_at: datetime
    verdict: Verdict
    announce_at: datetime | None
    last_error: str
    letters: Mapping[str, Any]
    counts: Mapping[str, int]
    announced: int
    items: tuple[ItemRow, ...]
    more: bool

    @property
    def total(self) -> int:
        """Return the ideas of the batch that may be seen."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Return the ideas that had their turn."""
        return self.total - self.counts.get(ItemState.WAITING, 0)

    @property
    def under_way(self) -> bool:
        """Say whether ideas still wait for their turn."""
        return self.state == BatchState.WAITING

    @property
    def undoable(self) -> int:
        """Return the decisions whose teams do not know yet."""
        return self.counts.get(ItemState.DECIDED, 0) - self.announced


def batch_page(session: Session, actor: Actor, batch: Batch, *, after: int = 0) -> BatchPage | None:
    """Load a batch, three queries; None when all its ideas are the actor's own."""
    counts = session.execute(
        _items(actor, batch)
        .with_only_columns(
            BatchItem.state,
            func.count().label("ideas"),
            func.count(Decision.announced_at).label("announced"),
        )
        .group_by(BatchItem.state)
    ).all()
    if not counts:
        return None
    rows = session.execute(
        _items(actor, batch).where(BatchItem.id > after).order_by(BatchItem.id).limit(ITEMS + 1)
    ).all()
    maker = session.get_one(Person, batch.made_by_id)
    return BatchPage(
        id=batch.id, state=batch.state, made_by=maker.display_name, made_at=batch.made_at,
        verdict=Verdict.of(batch.verdict), announce_at=batch.announce_at,
        last_error=batch.last_error, letters=batch.letters,
        counts={row.state: row.ideas for row in counts},
        announced=sum(row.announced for row in counts if row.state == ItemState.DECIDED),
        items=tuple(ItemRow(*row) for row in rows[:ITEMS]), more=len(rows) > ITEMS,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchCard:
    """A batch that is under way or whose teams have not heard yet."""

    id: int
    state: str
    outcome: str
    made_by: str
    made_at: datetime
    announce_at: datetime | None
    ideas: int


def batches_of_gate(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage, *, now: datetime
) -> tuple[BatchCard, ...]:
    """List the newest batches of a gate that are not over yet; one query."""
    seen = (
        select(func.count())
        .select_from(BatchItem)
        .join(Passage, Passage.id == BatchItem.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(
            BatchItem.batch_id == Batch.id, outside_team(actor),
            BatchItem.state.in_((ItemState.WAITING, ItemState.DECIDED)),
        )
        .correlate(Batch)
        .scalar_subquery()
    )  # fmt: skip
    untold = exists().where(Decision.batch_id == Batch.id, Decision.announced_at.is_(None))
    rows = session.execute(
        select(Batch, Person, seen.label("ideas"))
        .join(Person, Person.id == Batch.made_by_id)
        .where(
            Batch.cohort_id == cohort.id, Batch.stage_id == stage.id,
            (Batch.state == BatchState.WAITING)
            | (Batch.announce_at > now)
            | (Batch.announce_at.is_(None) & untold),
        )
        .order_by(Batch.id.desc())
        .limit(NEWEST)
    )  # fmt: skip
    return tuple(
        BatchCard(
            row.Batch.id, row.Batch.state, row.Batch.verdict["outcome"], row.Person.display_name,
            row.Batch.made_at, row.Batch.announce_at, row.ideas,
        )
        for row in rows
        if row.ideas
    )  # fmt: skip


def _items(actor: Actor, batch: Batch) -> Any:
    return (
        select(
            BatchItem.id, Idea.code, Idea.title, BatchItem.state, BatchItem.problem,
            Decision.announced_at,
        )
        .join(Passage, Passage.id == BatchItem.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .outerjoin(
            Decision,
            (Decision.passage_id == Passage.id) & (Decision.batch_id == BatchItem.batch_id),
        )
        .where(BatchItem.batch_id == batch.id, outside_team(actor))
    )  # fmt: skip
