"""What the page of the portfolio shows; four queries, however many ideas."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.promise import Promise
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.promises import Figures, counted
from accelerator.storage.tables import Cohort, Idea, Passage, Programme, Stage


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: how many ideas ever reached it, stand in it, wait at its gate, how ready."""

    key: str
    name: Bilingual
    reached: int
    inside: int
    waiting: int
    promises: Figures
    readiness: float | None


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """One programme of the portfolio."""

    key: str
    name: Bilingual
    stages: tuple[StageRow, ...]
    states: dict[str, int]

    @property
    def handed_in(self) -> int:
        """Return how many ideas were ever handed in."""
        return sum(n for state, n in self.states.items() if state not in _PRIVATE)


_PRIVATE = (IdeaState.DRAFT, IdeaState.DISCARDED)


def portfolio(
    session: Session, programme_ids: Collection[int], *, day: date
) -> list[ProgrammeView]:
    """Load the programmes somebody sponsors or manages."""
    programmes = session.execute(
        select(Programme.id, Programme.key, Programme.name)
        .where(Programme.id.in_(programme_ids))
        .order_by(Programme.id)
    ).all()
    states: dict[int, dict[str, int]] = {}
    for programme_id, state, n in session.execute(
        select(Cohort.programme_id, Idea.state, func.count())
        .join(Idea, Idea.cohort_id == Cohort.id)
        .where(Cohort.programme_id.in_(programme_ids))
        .group_by(Cohort.programme_id, Idea.state)
    ):
        states.setdefault(programme_id, {})[state] = n
    promises: dict[int, dict[Promise, int]] = {}
    told = counted(Passage.stage_id).where(
        Passage.stage_id.in_(select(Stage.id).where(Stage.programme_id.in_(programme_ids)))
    )
    for stage_id, state, n in session.execute(told, {"day": day}):
        if state:
            promises.setdefault(stage_id, {})[Promise(state)] = n
    stages: dict[int, list[StageRow]] = {}
    for row in session.execute(_stages(programme_ids)):
        stages.setdefault(row.programme_id, []).append(
            StageRow(
                row.key,
                row.name,
                row.reached or 0,
                row.inside or 0,
                row.waiting or 0,
                Figures(promises.get(row.id, {})),
                row.readiness,
            )
        )
    return [
        ProgrammeView(row.key, row.name, tuple(stages.get(row.id, ())), states.get(row.id, {}))
        for row in programmes
    ]


def _stages(programme_ids: Collection[int]) -> Select[tuple[object, ...]]:
    current = (Idea.passage_id == Passage.id) & (Idea.state == IdeaState.ACTIVE)
    gate = current & Passage.state.in_((PassageState.HANDED_IN, PassageState.DECIDED))
    handed_in = Idea.state.not_in(_PRIVATE)
    return (
        select(
            Stage.id,
            Stage.programme_id,
            Stage.key,
            Stage.name,
            func.count(func.distinct(case((handed_in, Idea.id)))).label("reached"),
            func.sum(case((current, 1), else_=0)).label("inside"),
            func.sum(case((gate, 1), else_=0)).label("waiting"),
            func.avg(case((current, Idea.readiness))).label("readiness"),
        )
        .outerjoin(Passage, Passage.stage_id == Stage.id)
        .outerjoin(Idea, Idea.id == Passage.idea_id)
        .where(Stage.programme_id.in_(programme_ids))
        .group_by(Stage.id)
        .having(Stage.removed_at.is_(None) | (func.count(Passage.id) > 0))
        .order_by(Stage.programme_id, Stage.position)
    )
