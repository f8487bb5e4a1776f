"""Who waits for a place in a cohort, who may come late, and who could join it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.places import line, place_in_line, taken
from accelerator.storage import search
from accelerator.storage.tables import Cohort, Idea, LateEntry, Passage, Person, Stage
from accelerator.storage.visibility import outside_team, visible_ideas

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A page of the line; `first` is the place of its first idea, `next` its last one's code."""

    rows: Sequence[Any]
    first: int
    total: int
    taken: int
    next: str


def waiting(session: Session, actor: Actor, cohort: Cohort, *, after: str = "") -> Line:
    """List the ideas that wait, in the order in which they are admitted; four queries."""
    last = (
        session.scalars(
            select(Idea).where(
                Idea.code == after, Idea.cohort_id == cohort.id, Idea.state == IdeaState.WAITING
            )
        ).one_or_none()
        if after
        else None
    )
    wanted = line(cohort.id).join(Person, Person.id == Idea.owner_id)
    if last is not None:
        wanted = wanted.where(
            or_(
                Idea.waiting_since > last.waiting_since,
                and_(Idea.waiting_since == last.waiting_since, Idea.id > last.id),
            )
        )
    narrow = wanted.with_only_columns(
        Idea.code, Idea.title, Idea.waiting_since, Person, outside_team(actor).label("outside")
    )
    rows = session.execute(narrow.limit(PAGE + 1)).all()
    total = session.scalar(
        select(func.count())
        .select_from(Idea)
        .where(Idea.cohort_id == cohort.id, Idea.state == IdeaState.WAITING)
    )
    return Line(
        rows[:PAGE],
        1 if last is None else place_in_line(session, last) + 1,
        total or 0,
        taken(session, cohort.id),
        rows[PAGE - 1].code if len(rows) > PAGE else "",
    )


def late_entries(session: Session, cohort: Cohort) -> Sequence[Any]:
    """List the leaves given, the newest first."""
    by = Person.__table__.alias("granted_by")
    return session.execute(
        select(LateEntry, Person, by.c.family_name, by.c.given_name)
        .join(Person, Person.id == LateEntry.person_id)
        .join(by, by.c.id == LateEntry.granted_by_id)
        .where(LateEntry.cohort_id == cohort.id)
        .order_by(LateEntry.id.desc())
        .limit(PAGE)
    ).all()


def candidates(session: Session, actor: Actor, cohort: Cohort, q: str) -> Sequence[Any]:
    """List ideas of the programme that can join a cohort: parked, waiting, or in another one.

    Not those of one's own teams: others bring them in.
    """
    words = search.matches(session, q) if q else None
    home = (
        select(
            Idea.code,
            Idea.title,
            Idea.state,
            Passage.state.label("passage"),
            Cohort.name.label("cohort"),
            Stage.name,
        )
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(
            Cohort.programme_id == cohort.programme_id,
            visible_ideas(actor),
            outside_team(actor),
            or_(
                Idea.state.in_((IdeaState.WAITING, IdeaState.PARKED)),
                and_(
                    Idea.state == IdeaState.ACTIVE,
                    Idea.cohort_id != cohort.id,
                    Passage.state.in_((PassageState.OPEN, PassageState.HANDED_IN)),
                ),
            ),
        )
        .order_by(Idea.updated_at.desc(), Idea.id.desc())
        .limit(PAGE)
    )
    if q:
        home = home.where(or_(Idea.code == q.upper(), *([] if words is None else [words])))
    return session.execute(home).all()


def running(session: Session, idea: Idea) -> Sequence[Cohort]:
    """List the cohorts of an idea's programme that everybody sees, the newest first."""
    programme = select(Cohort.programme_id).where(Cohort.id == idea.cohort_id).scalar_subquery()
    return session.scalars(
        select(Cohort)
        .where(Cohort.programme_id == programme, Cohort.preparing.is_(False))
        .order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
        .limit(PAGE)
    ).all()
