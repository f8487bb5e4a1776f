"""How ready the ideas of a portfolio are, and how far their claims run ahead of what is proven."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import groupby
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.readiness import Dimension
from accelerator.domain.stages import IdeaState
from accelerator.standing import trend
from accelerator.standing.scores import EACH, newest
from accelerator.storage.tables import Cohort, Idea, Passage, ReadinessScore

PAGE = 50


class Means(NamedTuple):
    """Means over ideas: the score, and the levels claimed but not proven."""

    readiness: float
    ahead: float


@dataclass(frozen=True, slots=True)
class CohortRow:
    """One cohort with ideas under way, and how ready they are."""

    code: str
    name: Bilingual
    ideas: int
    ready: Means


def _levels(dimension: Dimension, kind: str) -> ColumnElement[int]:
    level: ColumnElement[int] = ReadinessScore.parts[dimension.value][kind].as_integer()
    return level


# Levels claimed but not proven, all dimensions together.
# A dimension that does not apply is absent, and an idea without a score claims nothing yet.
AHEAD: ColumnElement[int] = reduce(
    add,
    (func.coalesce(_levels(one, "claimed") - _levels(one, "proven"), 0) for one in Dimension),
)


def under_way(
    session: Session, programme_ids: Collection[int]
) -> tuple[dict[int, list[CohortRow]], dict[int, Means]]:
    """Load the cohorts, by programme, and the means by stage."""
    cohorts: dict[int, list[CohortRow]] = {}
    stages: dict[int, _Sums] = {}
    rows = session.execute(
        select(
            Cohort.programme_id, Cohort.code, Cohort.name, Passage.stage_id,
            func.count(Idea.id).label("ideas"),
            func.sum(func.coalesce(Idea.readiness, 0.0)).label("score"),
            func.sum(AHEAD, type_=Integer).label("ahead"),
        )
        .join(Idea, Idea.cohort_id == Cohort.id)
        .join(Passage, Passage.id == Idea.passage_id)
        .outerjoin(ReadinessScore, newest())
        .where(Cohort.programme_id.in_(programme_ids), Idea.state == IdeaState.ACTIVE)
        .group_by(Cohort.id, Passage.stage_id)
        .order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
    ).all()  # fmt: skip
    for (programme_id, code), same in groupby(rows, key=lambda row: (row[0], row[1])):
        group = list(same)
        total = reduce(_Sums.plus, group, _Sums())
        cohorts.setdefault(programme_id, []).append(
            CohortRow(code, group[0].name, total.ideas, total.means)
        )
        for row in group:
            stages[row.stage_id] = stages.get(row.stage_id, _Sums()).plus(row)
    return cohorts, {stage_id: sums.means for stage_id, sums in stages.items()}


class _Sums(NamedTuple):
    """Sums over the ideas of a cohort or stage."""

    ideas: int = 0
    score: float = 0.0
    ahead: int = 0

    def plus(self, more: Any) -> "_Sums":
        return _Sums(
            self.ideas + more.ideas, self.score + more.score, self.ahead + (more.ahead or 0)
        )

    @property
    def means(self) -> Means:
        return Means(self.score / self.ideas, self.ahead / self.ideas)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One idea as it stood on a day."""

    code: str
    title: Bilingual
    cohort: Bilingual
    ready: Means


@dataclass(frozen=True, slots=True)
class DayPage:
    """The ideas that were under way on a day, the lowest scores first; `means` are of them all."""

    on: date
    rows: tuple[ScoreRow, ...]
    total: int
    means: Means
    after: int


def of_day(session: Session, programme_id: int, on: date, *, after: int) -> DayPage:
    """Load what a mark of the line through time stands for; two queries."""
    score, there = func.coalesce(ReadinessScore.score, 0.0), trend.under_way(programme_id, on)
    known = newest(EACH.on <= on)
    total, mean, ahead = session.execute(
        select(func.count(Idea.id), func.avg(score), func.avg(AHEAD))
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .outerjoin(ReadinessScore, known)
        .where(*there)
    ).one()
    rows = session.execute(
        select(Idea.code, Idea.title, Cohort.name, score, AHEAD)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .outerjoin(ReadinessScore, known)
        .where(*there)
        .order_by(score, Idea.id)
        .limit(PAGE)
        .offset(after)
    )
    return DayPage(
        on=on, rows=tuple(ScoreRow(*row[:3], Means(*row[3:])) for row in rows), total=total,
        means=Means(float(mean or 0), float(ahead or 0)), after=after,
    )  # fmt: skip
