"""Each idea's stay in a stage, with how it ended: what the speed of a stage is told from.

Rework and a decision that was taken back lead into another passage of the same stage: one stay.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import ColumnElement, Date, case, func, select
from sqlalchemy.orm import Session

from accelerator.domain.speed import (
    LONG,
    MIDDLE,
    Ages,
    Step,
    Visit,
    ages,
    curve,
    day_by,
    rubber_stamp,
)
from accelerator.domain.stages import ADVANCING, PRIVATE, IdeaState, Outcome
from accelerator.storage.tables import Cohort, Idea, Passage


class Way(StrEnum):
    """How an idea leaves a stage."""

    ADVANCE = auto()
    PARK = auto()
    STOP = auto()
    WITHDRAWN = auto()


DECIDED = (Way.ADVANCE, Way.PARK, Way.STOP)
_JOINED = case(
    (
        func.coalesce(
            func.lag(Passage.outcome).over(
                partition_by=(Passage.idea_id, Passage.stage_id), order_by=Passage.number
            ),
            Outcome.REWORK,
        )
        == Outcome.REWORK,
        0,
    ),
    else_=1,
)
_PASSAGES = (
    select(
        Passage.id, Passage.idea_id, Passage.stage_id, Passage.number, Passage.entered_at,
        Passage.left_at, Passage.outcome, Idea.state, _JOINED.label("other"),
    )
    .join(Idea, Idea.id == Passage.idea_id)
    .join(Cohort, Cohort.id == Idea.cohort_id)
    .where(Idea.state.not_in((*PRIVATE, IdeaState.WAITING)))
)  # fmt: skip


def stays(*conditions: ColumnElement[bool]) -> Any:
    """Select stays as a subquery: idea_id, stage_id, newest (passage), entered, left_on, way."""
    one = _PASSAGES.where(*conditions).subquery()
    stay = func.sum(one.c.other).over(
        partition_by=(one.c.idea_id, one.c.stage_id), order_by=one.c.number
    )
    numbered = select(one, stay.label("stay")).subquery()
    told = case((numbered.c.outcome != Outcome.REWORK, numbered.c.outcome))
    inside = (func.count() > func.count(numbered.c.left_at)) & (
        func.min(numbered.c.state) == IdeaState.ACTIVE
    )
    way = case(
        (inside, ""),
        (func.max(told).in_(ADVANCING), str(Way.ADVANCE)),
        (func.max(told).is_not(None), func.max(told)),
        (func.min(numbered.c.state) == IdeaState.WITHDRAWN, str(Way.WITHDRAWN)),
    )
    return (
        select(
            numbered.c.idea_id, numbered.c.stage_id, func.max(numbered.c.id).label("newest"),
            func.min(numbered.c.entered_at).label("entered_at"),
            func.max(numbered.c.left_at).label("left_at"), way.label("way"),
        )
        .group_by(numbered.c.idea_id, numbered.c.stage_id, numbered.c.stay)
        .subquery()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast one stage is, in calendar days, and what its gate decides."""

    visits: tuple[Visit[Way], ...] = ()

    @property
    def steps(self) -> tuple[Step[Way], ...]:
        """Return the share inside and the shares that left, by day."""
        return curve(self.visits)

    @property
    def middle(self) -> int | None:
        """Return the day by which half have left; None where that is not so far."""
        return day_by(self.steps, MIDDLE)

    @property
    def long(self) -> int | None:
        """Return the day by which 85 per cent have left."""
        return day_by(self.steps, LONG)

    @property
    def inside(self) -> Ages | None:
        """Return how old what is inside is."""
        return ages(self.visits)

    def left(self, way: str) -> int:
        """Return how many left by a way."""
        return sum(visit.ideas for visit in self.visits if visit.left_by == way)

    @property
    def decided(self) -> int:
        """Return how many the gate let leave."""
        return sum(self.left(way) for way in DECIDED)

    @property
    def stopped_share(self) -> float | None:
        """Return the share of those that the gate stopped, in per cent."""
        return 100 * self.left(Way.STOP) / self.decided if self.decided else None

    @property
    def rubber_stamp(self) -> bool:
        """Whether the gate stops and parks nobody at all."""
        return rubber_stamp(self.decided, self.decided - self.left(Way.ADVANCE))


def speeds(session: Session, programme_ids: Collection[int], *, day: date) -> Mapping[int, Speed]:
    """Return the speed of each stage of programmes; one query that counts in the database."""
    stay = stays(Cohort.programme_id.in_(programme_ids))
    entered = func.date(stay.c.entered_at, type_=Date)
    left = func.date(stay.c.left_at, type_=Date)
    found: dict[int, list[Visit[Way]]] = defaultdict(list)
    for stage_id, came, went, way, ideas in session.execute(
        select(stay.c.stage_id, entered, left, stay.c.way, func.count())
        .where(stay.c.way.is_not(None))
        .group_by(stay.c.stage_id, entered, left, stay.c.way)
    ):
        end = went if way else day
        found[stage_id].append(Visit(max(0, (end - came).days), Way(way) if way else None, ideas))
    return {stage_id: Speed(tuple(visits)) for stage_id, visits in found.items()}
