"""How much reviewers take, and which ideas they would like to review."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import GONE
from accelerator.features.assignment.queries.field import programme_reviewers, waiting_ideas
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.holding import holding
from accelerator.storage.tables import (
    Assignment,
    Capacity,
    Cohort,
    CohortStage,
    Idea,
    Interest,
    Passage,
    Person,
    Stage,
)

PAGE = 50


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """A reviewer in the grid. `load` are the reviews they have at this stage."""

    id: int
    name: str
    department: str
    skills: tuple[str, ...]
    load: int
    least: int | None
    most: int | None
    wish: int | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of reviewers by family name; `after` continues."""

    rows: tuple[CapacityRow, ...]
    count: int
    after: str


def grid(session: Session, *, cohort: Cohort, stage: Stage, who: str, after: str) -> Grid:
    """Load a page of reviewers with what was said about their capacity; two queries."""
    people = programme_reviewers(stage.programme_id)
    for word in who.split():
        people = people.where(
            holding(word, Person.family_name, Person.given_name, Person.department)
        )
    count = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    load = (
        select(func.count())
        .select_from(Assignment)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.passage_id == Passage.id)
        .where(
            Assignment.reviewer_id == Person.id, Assignment.state.not_in(GONE),
            Passage.stage_id == stage.id, Idea.cohort_id == cohort.id,
        )
        .correlate(Person)
        .scalar_subquery()
    )  # fmt: skip
    start = int(after) if after.isdecimal() and len(after) < 10 else 0  # noqa: PLR2004
    rows = session.execute(
        people.add_columns(Capacity.least, Capacity.most, Capacity.wish, load.label("load"))
        .outerjoin(
            Capacity,
            and_(
                Capacity.person_id == Person.id, Capacity.cohort_id == cohort.id,
                Capacity.stage_id == stage.id,
            ),
        )
        .where(Person.id > start)
        .order_by(Person.id)
        .limit(PAGE + 1)
    ).all()  # fmt: skip
    return Grid(
        tuple(
            CapacityRow(
                row.Person.id, row.Person.display_name, row.Person.department,
                tuple(row.Person.skills), row.load, row.least, row.most, row.wish,
            )
            for row in rows[:PAGE]
        ),
        count,
        str(rows[PAGE - 1].Person.id) if len(rows) > PAGE else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class InterestRow:
    """An idea that somebody may say something about. `owner` is empty where teams are hidden."""

    id: int
    code: str
    title: Bilingual
    summary: Bilingual
    owner: str
    wish: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """A reviewer's page: whether they are asked, which ideas there are, and what they said."""

    open: bool
    review_by: date | None
    ideas: tuple[InterestRow, ...] = ()
    most: int | None = None
    after: str = ""


def wishes(session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, after: str) -> Wishes:
    """Load the ideas somebody may review; those they are in conflict with are left out."""
    dates = session.get(CohortStage, (cohort.id, stage.id))
    own = session.get(Capacity, (cohort.id, stage.id, actor.id))
    most = own.wish if own else None
    if dates is None or not dates.interests_open:
        return Wishes(open=False, review_by=dates.review_by if dates else None, most=most)
    start = int(after) if after.isdecimal() and len(after) < 10 else 0  # noqa: PLR2004
    rows = session.execute(
        waiting_ideas(actor, cohort.id, stage.id)
        .add_columns(Idea.code, Idea.title, Idea.summary, Person, Interest.wish)
        .join(Person, Person.id == Idea.owner_id)
        .outerjoin(Interest, (Interest.idea_id == Idea.id) & (Interest.person_id == actor.id))
        .where(Idea.id > start)
        .order_by(Idea.id)
        .limit(PAGE + 1)
    ).all()
    shown = rows[:PAGE]
    barred = {idea for idea, _ in conflicts_between(session, [row.id for row in shown], [actor.id])}
    hidden = stage.teams_hidden
    return Wishes(
        open=True,
        review_by=dates.review_by,
        ideas=tuple(_row(row, hidden=hidden) for row in shown if row.id not in barred),
        most=most,
        after=str(shown[-1].id) if len(rows) > PAGE else "",
    )


def _row(row: Any, *, hidden: bool) -> InterestRow:
    owner = "" if hidden else row.Person.display_name
    return InterestRow(row.id, row.code, row.title, row.summary, owner, row.wish or 0)
