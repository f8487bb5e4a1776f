"""The ideas on which a decider votes before the meeting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.conflicts import Conflict
from accelerator.domain.policy import Actor
from accelerator.features.meetings.queries.facts import AT_GATE
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import Cohort, Idea, Passage, Stage, Vote
from accelerator.storage.visibility import outside_team

PAGE = 25


@dataclass(frozen=True, slots=True)
class BallotRow:
    """An idea with one's own vote; `why` says why one cannot vote."""

    passage_id: int
    code: str
    title: Bilingual
    summary: Bilingual
    choice: str
    note: str
    why: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Ballot:
    """One page of the ideas at a gate."""

    rows: tuple[BallotRow, ...]
    total: int
    after: int


def ballot(session: Session, actor: Actor, cohort: Cohort, stage: Stage, *, after: int) -> Ballot:
    """Load a page of the ideas that wait at a gate with one's own votes; four queries."""
    waiting: Any = (
        select(Passage.id, Idea.id.label("idea_id"), Idea.code, Idea.title, Idea.summary,
               Vote.choice, Vote.note)
        .select_from(Idea)
        .join(Passage, AT_GATE)
        .outerjoin(Vote, and_(Vote.passage_id == Passage.id, Vote.person_id == actor.id))
        .where(Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, outside_team(actor))
        .order_by(Idea.id)
    )  # fmt: skip
    total = session.scalar(
        select(func.count())
        .select_from(Idea)
        .join(Passage, AT_GATE)
        .where(Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, outside_team(actor))
    )
    rows = session.execute(waiting.limit(PAGE).offset(after)).all()
    barred = conflicts_between(session, [row.idea_id for row in rows], [actor.id]) if rows else {}
    return Ballot(tuple(_row(row, actor, barred) for row in rows), total or 0, after)


def _row(
    row: Any, actor: Actor, barred: Mapping[tuple[int, int], frozenset[Conflict]]
) -> BallotRow:
    why = barred.get((row.idea_id, actor.id), frozenset())
    return BallotRow(
        row.id, row.code, row.title, row.summary, row.choice or "", row.note or "",
        tuple(sorted(why)),
    )  # fmt: skip
