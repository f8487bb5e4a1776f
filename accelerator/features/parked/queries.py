"""The lists of parked and stopped ideas, each a fixed number of queries and 50 rows at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.gates import Change
from accelerator.domain.policy import Actor, Role
from accelerator.domain.stages import IdeaState
from accelerator.storage import search
from accelerator.storage.holding import holding
from accelerator.storage.tables import (
    Cohort,
    Decision,
    Idea,
    Membership,
    Passage,
    Person,
    Stage,
)
from accelerator.storage.visibility import managed_ideas, outside_team, visible_ideas

Row = TypeVar("Row")
PAGE, COHORTS, WATCHERS = 50, 200, 100


@dataclass(frozen=True, slots=True)
class Filters:
    """What the sentence above the list says."""

    q: str = ""
    kind: str = ""
    cohort: str = ""
    mine: bool = False
    back: bool = False

    def values(self) -> dict[str, str]:
        """Return what the address carries."""
        said = {
            "q": self.q, "kind": self.kind, "cohort": self.cohort,
            "mine": "1" if self.mine else "", "back": "1" if self.back else "",
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """An idea that waits for something to change."""

    code: str
    title: Bilingual
    owner: str
    cohort: Bilingual
    stage: Bilingual
    kind: str
    would_change: str
    revisit_on: date | None
    back: bool
    watcher: str
    cohorts: tuple[tuple[str, Bilingual], ...]  # into which it can be revived, the newest first
    outside: bool  # whoever looks is not in its team


@dataclass(frozen=True, slots=True)
class StoppedRow:
    """An idea whose way has ended, and what stays of it."""

    code: str
    title: Bilingual
    owner: str
    cohort: Bilingual
    stage: Bilingual
    stopped_at: datetime | None
    reason: str
    learned: str
    may_write: bool


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """A page of a list."""

    rows: tuple[Row, ...]
    total: int
    after: str
    cohorts: tuple[tuple[str, Bilingual], ...]


def parked(
    session: Session, actor: Actor, filters: Filters, *, today: date, after: str = ""
) -> Found[ParkedRow]:
    """List the parked ideas of the programmes one manages; those that are back come first."""
    watcher = aliased(Person)
    wanted: list[ColumnElement[bool]] = [
        managed_ideas(actor), Idea.state == IdeaState.PARKED, *_said(session, filters),
    ]  # fmt: skip
    if filters.kind in set(Change):
        wanted.append(Decision.change_kind == filters.kind)
    if filters.mine:
        wanted.append(Decision.watcher_id == actor.id)
    if filters.back:
        wanted.append(Decision.revisit_on <= today)
    order = func.coalesce(Decision.revisit_on, date.max)
    total = session.scalar(_about(func.count()).where(*wanted)) or 0
    rows = session.execute(
        _about(
            Idea, Person, Cohort.name.label("cohort"), Cohort.programme_id,
            Stage.name.label("stage"), Decision, watcher, outside_team(actor).label("outside"),
        )
        .join(Person, Person.id == Idea.owner_id)
        .outerjoin(watcher, watcher.id == Decision.watcher_id)
        .where(*wanted, *_following(after, order))
        .order_by(order, Idea.id)
        .limit(PAGE + 1)
    ).all()  # fmt: skip
    running = _cohorts(session, actor)
    shown = tuple(
        ParkedRow(
            row.Idea.code, row.Idea.title, row[1].display_name, row.cohort, row.stage,
            row.Decision.change_kind, row.Decision.would_change, row.Decision.revisit_on,
            row.Decision.revisit_on is not None and row.Decision.revisit_on <= today,
            row[6].display_name if row[6] else "",
            tuple((c.code, c.name) for c in running
                  if c.programme_id == row.programme_id and not c.preparing),
            bool(row.outside),
        )
        for row in rows[:PAGE]
    )  # fmt: skip
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = f"{last.Decision.revisit_on.isoformat()}.{last.Idea.id}" if last else ""
    return Found(shown, total, following, tuple((c.code, c.name) for c in running))


def stopped(
    session: Session, actor: Actor, filters: Filters, *, after: int = 0
) -> Found[StoppedRow]:
    """List the stopped ideas one may read, the newest first."""
    wanted = [
        visible_ideas(actor),
        Idea.state == IdeaState.STOPPED,
        *_said(session, filters, learned=True),
    ]
    total = session.scalar(_about(func.count()).where(*wanted)) or 0
    rows = session.execute(
        _about(
            Idea, Person, Cohort.name.label("cohort"), Cohort.programme_id,
            Stage.name.label("stage"), Decision, outside_team(actor).label("outside"),
        )
        .join(Person, Person.id == Idea.owner_id)
        .where(*wanted, *([Decision.id < after] if after else []))
        .order_by(Decision.id.desc())
        .limit(PAGE + 1)
    ).all()  # fmt: skip
    manages = actor.programmes(Role.MANAGER)
    shown = tuple(
        StoppedRow(
            row.Idea.code, row.Idea.title, row[1].display_name, row.cohort, row.stage,
            row.Decision.announced_at, row.Decision.reason, row.Decision.learned,
            bool(row.outside) and row.programme_id in manages,
        )
        for row in rows[:PAGE]
    )  # fmt: skip
    following = str(rows[PAGE - 1].Decision.id) if len(rows) > PAGE else ""
    return Found(shown, total, following, ())


def watchers(session: Session, idea: Idea) -> list[tuple[int, str]]:
    """Return who can keep an eye on an idea: the managers of its programme."""
    people = session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Cohort, Cohort.programme_id == Membership.programme_id)
        .where(
            Cohort.id == idea.cohort_id,
            Membership.role == Role.MANAGER,
            Person.disabled_at.is_(None),
        )
        .order_by(Person.id)
        .limit(WATCHERS)
    )
    return [(person.id, person.display_name) for person in people]


def _about(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Idea)
        .join(Decision, Decision.passage_id == Idea.passage_id)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(Decision.announced_at.is_not(None))
    )


def _said(
    session: Session, filters: Filters, *, learned: bool = False
) -> list[ColumnElement[bool]]:
    """Return what the cohort and the words of the filter ask for."""
    wanted: list[ColumnElement[bool]] = []
    if filters.cohort:
        wanted.append(Cohort.code == filters.cohort)
    if filters.q:
        column = Decision.learned if learned else Decision.would_change
        found = [holding(filters.q, column, Decision.reason), Idea.code == filters.q.upper()]
        words = search.matches(session, filters.q)
        wanted.append(or_(*found, *([] if words is None else [words])))
    return wanted


def _following(after: str, order: Any) -> list[ColumnElement[bool]]:
    day, _, number = after.partition(".")
    try:
        start, last = date.fromisoformat(day), max(0, min(int(number), 2**31 - 1))
    except ValueError:
        return []
    return [or_(order > start, and_(order == start, Idea.id > last))]


def _cohorts(session: Session, actor: Actor) -> Sequence[Cohort]:
    return session.scalars(
        select(Cohort)
        .where(Cohort.programme_id.in_(actor.programmes(Role.MANAGER)))
        .order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
        .limit(COHORTS)
    ).all()
