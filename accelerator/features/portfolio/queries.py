"""What the pages of the portfolio show; a fixed number of queries, however many ideas."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, false, func, literal, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.domain.promise import Promise
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.features.portfolio.drawing import Line, Point, Trend, incidence, trend
from accelerator.features.portfolio.readiness import AHEAD, PAGE, CohortRow, Means, under_way
from accelerator.features.portfolio.visits import Speed, Way, speeds, stays
from accelerator.standing.promises import Figures, counted
from accelerator.standing.scores import newest
from accelerator.storage.tables import (
    Cohort,
    Decision,
    Idea,
    Passage,
    Programme,
    ReadinessScore,
    ReadinessTrend,
    Stage,
)

LOOKED_BACK = timedelta(weeks=78)


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: how many ideas ever reached it, stand in it, wait at its gate, how ready."""

    key: str
    name: Bilingual
    reached: int
    inside: int
    waiting: int
    promises: Figures
    ready: Means | None
    speed: Speed


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """One programme of the portfolio."""

    key: str
    name: Bilingual
    stages: tuple[StageRow, ...]
    states: dict[str, int]
    cohorts: tuple[CohortRow, ...]
    trend: Trend | None

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
    speed = speeds(session, programme_ids, day=day)
    cohorts, ready = under_way(session, programme_ids)
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
                ready.get(row.id),
                speed.get(row.id, Speed()),
            )
        )
    trends = _trends(session, programme_ids, day)
    return [
        ProgrammeView(
            row.key, row.name, tuple(stages.get(row.id, ())), states.get(row.id, {}),
            tuple(cohorts.get(row.id, ())), trends.get(row.id),
        )
        for row in programmes
    ]  # fmt: skip


def _trends(session: Session, programme_ids: Collection[int], day: date) -> dict[int, Trend]:
    """Load how ready the ideas were on the Mondays of the last year and a half."""
    points: dict[int, list[Point]] = {}
    for programme_id, on, mean, low, high in session.execute(
        select(
            ReadinessTrend.programme_id, ReadinessTrend.on, ReadinessTrend.mean,
            ReadinessTrend.low, ReadinessTrend.high,
        )
        .where(
            ReadinessTrend.programme_id.in_(programme_ids), ReadinessTrend.on > day - LOOKED_BACK
        )
        .order_by(ReadinessTrend.on)
    ):  # fmt: skip
        points.setdefault(programme_id, []).append(Point(on, mean, low, high))
    drawn = {programme_id: trend(known) for programme_id, known in points.items()}
    return {programme_id: one for programme_id, one in drawn.items() if one is not None}


@dataclass(frozen=True, slots=True)
class StayRow:
    """One idea's stay in a stage; the reason is the gate's, once the team was told."""

    code: str
    title: Bilingual
    cohort: Bilingual
    entered_on: date
    left_on: date | None
    days: int
    way: str
    reason: str
    score: float
    ahead: int

    @property
    def language(self) -> str:
        """Return the language the reason is written in."""
        return language_of(self.reason)


@dataclass(frozen=True, slots=True)
class StagePage:
    """The speed of one stage, and the stays of one sort."""

    key: str
    name: Bilingual
    speed: Speed
    lines: tuple[Line, ...]
    last_day: int
    rows: tuple[StayRow, ...]
    counts: dict[str, int]
    show: str
    after: int

    @property
    def total(self) -> int:
        """Return how many stays are of the sort shown."""
        return self.counts[self.show]


def stage_page(
    session: Session, programme: Programme, stage_key: str, *, show: str, after: int, day: date
) -> StagePage | None:
    """Load the speed of one stage with its stays; None where there is no such stage."""
    stage = session.scalars(
        select(Stage).where(Stage.programme_id == programme.id, Stage.key == stage_key)
    ).one_or_none()
    if stage is None:
        return None
    speed = speeds(session, [programme.id], day=day).get(stage.id, Speed())
    steps = speed.steps
    inside = speed.inside
    last = max([steps[-1].day if steps else 0, inside.oldest if inside else 0])
    counts = {"inside": inside.ideas if inside else 0, **{str(w): speed.left(w) for w in Way}}
    return StagePage(
        key=stage.key, name=stage.name, speed=speed,
        lines=incidence(steps, (Way.ADVANCE, Way.PARK, Way.STOP, Way.WITHDRAWN), last)
        if steps else (),
        last_day=last, rows=_stays(session, programme, stage, show, after, day), counts=counts,
        show=show, after=after,
    )  # fmt: skip


def _stays(
    session: Session, programme: Programme, stage: Stage, show: str, after: int, day: date
) -> tuple[StayRow, ...]:
    found_all = stays(Cohort.programme_id == programme.id, Passage.stage_id == stage.id)
    inside = show == "inside"

    def order(table: Any) -> tuple[Any, Any]:
        return (table.c.entered_at if inside else table.c.left_at.desc(), table.c.idea_id)

    # The page first: SQLite would go through all stays again for each idea that it joins.
    stay = (
        select(found_all)
        .where(found_all.c.way == ("" if inside else show))
        .order_by(*order(found_all))
        .limit(PAGE)
        .offset(after)
        .subquery()
    )
    rows = session.execute(
        select(
            Idea.code,
            Idea.title,
            Cohort.name,
            stay.c.entered_at,
            stay.c.left_at,
            stay.c.way,
            Decision.reason,
            func.coalesce(Idea.readiness, 0.0),
            AHEAD if inside else literal(0),
        )
        .join(stay, stay.c.idea_id == Idea.id)
        .outerjoin(ReadinessScore, newest() if inside else false())
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .outerjoin(
            Decision,
            (Decision.passage_id == stay.c.newest) & Decision.announced_at.is_not(None),
        )
        .order_by(*order(stay))
    )
    found = []
    for code, title, cohort, entered_at, left_at, way, reason, score, ahead in rows:
        entered, left = entered_at.date(), left_at.date() if way and left_at else None
        days = max(0, ((left or day) - entered).days)
        found.append(
            StayRow(code, title, cohort, entered, left, days, way, reason or "", score, ahead)
        )
    return tuple(found)


def _stages(programme_ids: Collection[int]) -> Any:
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
        )
        .outerjoin(Passage, Passage.stage_id == Stage.id)
        .outerjoin(Idea, Idea.id == Passage.idea_id)
        .where(Stage.programme_id.in_(programme_ids))
        .group_by(Stage.id)
        .having(Stage.removed_at.is_(None) | (func.count(Passage.id) > 0))
        .order_by(Stage.programme_id, Stage.position)
    )
