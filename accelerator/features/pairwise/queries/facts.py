"""A final round as the rules see it: its ideas, and what was picked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.storage.tables import Cohort, Final, FinalIdea, Idea, Passage, Pick, Stage

if TYPE_CHECKING:
    from accelerator.domain.pairwise import Fitted

AT_GATE = and_(
    Idea.passage_id == Passage.id,
    Idea.state == IdeaState.ACTIVE,
    Passage.state == PassageState.HANDED_IN,
)


@dataclass(frozen=True, slots=True)
class Contender:
    """An idea of the round; `open` while it waits at the gate, afterwards it is shown no more."""

    passage_id: int
    idea_id: int
    code: str
    title: Bilingual
    open: bool


class Picked(NamedTuple):
    """What was picked of one pair, how often, and how often by the judge who looks."""

    lower: int
    higher: int
    better: int | None
    times: int
    mine: int


def final_of(session: Session, cohort: Cohort, stage: Stage, *, lock: bool = False) -> Final | None:
    """Load the final round of a cohort's stage, if one was opened."""
    statement = select(Final).where(Final.cohort_id == cohort.id, Final.stage_id == stage.id)
    return session.scalar(statement.with_for_update() if lock else statement)


def contenders(session: Session, final: Final) -> tuple[Contender, ...]:
    """Load the ideas of a round, in the order of their passages."""
    rows = session.execute(
        select(Passage.id, Idea.id, Idea.code, Idea.title, AT_GATE)
        .select_from(FinalIdea)
        .join(Passage, Passage.id == FinalIdea.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(FinalIdea.final_id == final.id)
        .order_by(Passage.id)
    )
    return tuple(Contender(*row[:4], bool(row[4])) for row in rows)


def picks(session: Session, final: Final, *, judge_id: int = 0) -> tuple[Picked, ...]:
    """Count the picks of a round by pair and answer."""
    rows = session.execute(
        select(
            Pick.lower_id, Pick.higher_id, Pick.better_id, func.count(),
            func.count().filter(Pick.judge_id == judge_id),
        )
        .where(Pick.final_id == final.id)
        .group_by(Pick.lower_id, Pick.higher_id, Pick.better_id)
        .order_by(Pick.lower_id, Pick.higher_id, Pick.better_id)
    )  # fmt: skip
    return tuple(Picked(*row) for row in rows)


def fitted(ideas: Sequence[Contender], picked: Sequence[Picked]) -> "Fitted[int]":
    """Fit the scores of the passages; kept in the process, found by the picks themselves."""
    return _fitted(
        tuple(idea.passage_id for idea in ideas), tuple((*pick[:3], pick.times) for pick in picked)
    )


@lru_cache(maxsize=8)
def _fitted(
    passages: tuple[int, ...], picked: tuple[tuple[int, int, int | None, int], ...]
) -> "Fitted[int]":
    from accelerator.domain.pairwise import Pick as Compared
    from accelerator.domain.pairwise import fit

    return fit(
        passages,
        [
            Compared(
                better=lower if better is None else better,
                other=higher if better in (None, lower) else lower,
                tie=better is None,
                times=times,
            )
            for lower, higher, better, times in picked
        ],
    )
