"""A cohort's milestones: as a board, as a table by lateness, and along the days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.milestones import MilestoneState, Progress, Urgency
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState
from accelerator.features.milestones.queries.rows import (
    PAGE,
    MilestoneRow,
    rows,
    statement,
    urgencies,
    waits,
)
from accelerator.storage.tables import Cohort, CohortStage, Idea, Milestone, Passage, Stage
from accelerator.storage.tables import TeamMember as Member

DIGITS = 9  # every number of so many digits is one that a row can have
CARDS = 20  # in a column of the board
RECENT = 8  # that are done
LANES = 25  # ideas on a page of the timeline
MOST_MARKS = 1000
MOST_TICKS = 6
LAST_TICK = 92  # percent; what lies behind has no room for its day
COLUMNS = (Progress.WAITING, Progress.TO_DO, Progress.UNDER_WAY, Progress.DONE)


@dataclass(frozen=True, slots=True)
class StageChoice:
    """A stage to narrow the lists to."""

    key: str
    name: Bilingual


@dataclass(frozen=True, slots=True)
class Table:
    """A page of a cohort's milestones, and how many there are of each urgency."""

    rows: tuple[MilestoneRow, ...]
    counts: dict[str, int]
    after: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board: the first cards of `total`."""

    progress: Progress
    rows: tuple[MilestoneRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Lane:
    """An idea with its milestones along the days; `marks` are rows with their place in percent."""

    code: str
    title: Bilingual
    marks: tuple[tuple[MilestoneRow, float], ...]
    waits: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Ideas and their milestones on one axis of days."""

    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[date, float], ...]
    gates: tuple[tuple[Bilingual, date, float], ...]
    today: float
    after: str


def stages(session: Session, cohort: Cohort) -> list[StageChoice]:
    """List the stages a cohort's milestones can be of."""
    found = session.execute(
        select(Stage.key, Stage.name)
        .where(Stage.programme_id == cohort.programme_id, Stage.removed_at.is_(None))
        .order_by(Stage.position)
    )
    return [StageChoice(key, name) for key, name in found]


def counts(session: Session, cohort: Cohort, *, stage: str, now: datetime) -> dict[str, int]:
    """Count a cohort's milestones by urgency."""
    groups = urgencies(_today(cohort, now))
    found = session.execute(
        select(*(func.count().filter(group).label(name) for name, group in groups.items()))
        .select_from(Milestone)
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(*inside(cohort, stage))
    ).one()
    return dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's own name for a row as a mapping


def table(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    urgency: str,
    stage: str,
    after: str,
    now: datetime,
) -> Table:
    """List a cohort's milestones of one urgency, the most pressing first; four queries."""
    found = counts(session, cohort, stage=stage, now=now)
    groups = urgencies(_today(cohort, now))
    condition = groups.get(urgency, groups[Urgency.LATE])
    start = _cursor(after)
    if start is not None:
        condition &= (Milestone.due_on > start[0]) | (
            (Milestone.due_on == start[0]) & (Milestone.id > start[1])
        )
    listed = session.execute(
        statement(own(actor).label("mine"))
        .where(*inside(cohort, stage), condition)
        .order_by(Milestone.due_on, Milestone.id)
        .limit(PAGE + 1)
    ).all()
    made = rows(session, listed[:PAGE], now)
    more = len(listed) > PAGE
    last = f"{made[-1].due_on.isoformat()}.{made[-1].id}" if more else ""
    return Table(tuple(made), found, last)


def board(
    session: Session, cohort: Cohort, *, actor: Actor, stage: str, now: datetime
) -> list[Column]:
    """Put a cohort's milestones into columns, the most pressing on top; three queries."""
    column = case(
        (Milestone.state == MilestoneState.DONE, literal(Progress.DONE)),
        (waits(), literal(Progress.WAITING)),
        (Milestone.started_at.is_not(None), literal(Progress.UNDER_WAY)),
        else_=literal(Progress.TO_DO),
    )
    inner = (
        select(Milestone.id, Milestone.due_on, Milestone.done_at, column.label("stands"))
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(
            *inside(cohort, stage), Milestone.state.in_((MilestoneState.OPEN, MilestoneState.DONE))
        )
        .subquery()
    )
    order = (inner.c.done_at.desc(), inner.c.due_on, inner.c.id)
    placed = select(
        inner.c.id, inner.c.stands,
        func.row_number().over(partition_by=inner.c.stands, order_by=order).label("place"),
        func.count().over(partition_by=inner.c.stands).label("total"),
    ).subquery()  # fmt: skip
    found = session.execute(
        statement(own(actor).label("mine"), placed.c.stands, placed.c.total)
        .join(placed, placed.c.id == Milestone.id)
        .where(placed.c.place <= case((placed.c.stands == Progress.DONE, RECENT), else_=CARDS))
        .order_by(placed.c.place)
    ).all()
    made = rows(session, found, now)
    cards: dict[str, list[MilestoneRow]] = defaultdict(list)
    totals: dict[str, int] = {}
    for row, one in zip(found, made, strict=True):
        cards[row.stands].append(one)
        totals[row.stands] = row.total
    return [Column(name, tuple(cards[name]), totals.get(name, 0)) for name in COLUMNS]


def timeline(
    session: Session, cohort: Cohort, *, actor: Actor, stage: str, after: str, now: datetime
) -> Timeline:
    """Draw the milestones of a page of ideas along the days; five queries."""
    of_stage = (
        select(Milestone.idea_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(Milestone.state != MilestoneState.DROPPED, *_in(stage))
    )
    ideas = session.execute(
        select(Idea.id, Idea.code, Idea.title)
        .where(
            Idea.cohort_id == cohort.id,
            Idea.state == IdeaState.ACTIVE,
            Idea.code > after,
            Idea.id.in_(of_stage),
        )
        .order_by(Idea.code)
        .limit(LANES + 1)
    ).all()
    shown = ideas[:LANES]
    found = session.execute(
        statement(Milestone.idea_id, own(actor).label("mine"))
        .where(
            Milestone.idea_id.in_([one.id for one in shown]),
            Milestone.state != MilestoneState.DROPPED,
            *_in(stage),
        )
        .order_by(Milestone.due_on, Milestone.id)
        .limit(MOST_MARKS)
    ).all()
    made: dict[int, list[MilestoneRow]] = defaultdict(list)
    for row, one in zip(found, rows(session, found, now), strict=True):
        made[row.idea_id].append(one)
    gates = session.execute(
        select(Stage.name, CohortStage.gate_on)
        .join(Stage, Stage.id == CohortStage.stage_id)
        .where(CohortStage.cohort_id == cohort.id, Stage.removed_at.is_(None), *_in(stage))
        .order_by(CohortStage.gate_on)
    ).all()
    today = _today(cohort, now)
    days = [row.due_on for some in made.values() for row in some] + [today]
    axis = _Axis(min(days) - timedelta(days=3), max(days) + timedelta(days=3))
    return Timeline(
        lanes=tuple(_lane(axis, one.code, one.title, made[one.id]) for one in shown),
        ticks=tuple(axis.ticks()),
        gates=tuple(
            (name, day, axis.x(day)) for name, day in gates if axis.first <= day <= axis.last
        ),
        today=axis.x(today),
        after=shown[-1].code if len(ideas) > LANES else "",
    )


def _lane(axis: "_Axis", code: str, title: Bilingual, own_rows: list[MilestoneRow]) -> Lane:
    places = {row.id: axis.x(row.due_on) for row in own_rows}
    return Lane(
        code,
        title,
        tuple((row, places[row.id]) for row in own_rows),
        tuple(
            (places[need.id], places[row.id])
            for row in own_rows
            for need in row.needs
            if need.id in places
        ),
    )


class _Axis:
    """Turns days into shares of the width, in percent."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last

    def x(self, day: date) -> float:
        return round(100 * (day - self.first).days / (self.last - self.first).days, 2)

    def ticks(self) -> list[tuple[date, float]]:
        """Return firsts of months, as many as have room, or Mondays where it is short."""
        mondays = [
            day
            for n in range((self.last - self.first).days + 1)
            if (day := self.first + timedelta(days=n)).weekday() == 0
        ]
        months = [
            day
            for n in range((self.last - self.first).days + 1)
            if (day := self.first + timedelta(days=n)).day == 1
        ]
        found = mondays if len(mondays) <= MOST_TICKS else months
        step = -(-len(found) // MOST_TICKS) or 1
        places = ((day, self.x(day)) for day in found[::step])
        return [(day, x) for day, x in places if x <= LAST_TICK]


def inside(cohort: Cohort, stage: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a cohort's milestones; what a draft plans is its team's affair."""
    return [Idea.cohort_id == cohort.id, Idea.state == IdeaState.ACTIVE, *_in(stage)]


def _in(stage: str) -> list[ColumnElement[bool]]:
    return [Stage.key == stage] if stage else []


def own(actor: Actor) -> ColumnElement[bool]:
    """Say of an idea that somebody is in its team, or asked to join."""
    member = select(Member.idea_id).where(
        Member.person_id == actor.id, Member.state.in_(("accepted", "pending"))
    )
    return or_(Idea.owner_id == actor.id, Idea.id.in_(member))


def _today(cohort: Cohort, now: datetime) -> date:
    return now.astimezone(ZoneInfo(cohort.time_zone)).date()


def _cursor(after: str) -> tuple[date, int] | None:
    day, _, number = after.partition(".")
    if not number.isascii() or not number.isdecimal() or len(number) > DIGITS:
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None
