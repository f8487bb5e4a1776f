"""Who could review what: the ideas of a stage, the reviewers of a programme, and pairs of both."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, select, tuple_
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.conflicts import Conflict
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import ASKED, GONE, AssignmentState, is_late
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage import search
from accelerator.storage.holding import holding
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Idea,
    Membership,
    Passage,
    Person,
    Stage,
)
from accelerator.storage.visibility import outside_team

PAGE = 50
DIGITS = 10


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """An idea handed in, with the reviewers it has."""

    code: str
    title: Bilingual
    owner: str
    department: str
    assigned: int
    submitted: int
    reviewers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """A reviewer with their load over all programmes."""

    id: int
    name: str
    department: str
    skills: tuple[str, ...]
    open: int
    done: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What there is to choose from; `after` continues the list of ideas."""

    ideas: tuple[IdeaRow, ...]
    reviewers: tuple[ReviewerRow, ...]
    idea_count: int
    reviewer_count: int
    required: int
    due_on: date | None
    after: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the lists are narrowed to; `show` is "short", "full" or empty for all."""

    show: str = ""
    words: str = ""
    who: str = ""
    after: str = ""


def choice(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    narrowed: Filter,
    now: datetime,
) -> Choice:
    """Load ideas, those with fewest reviewers first, and reviewers, least busy first."""
    chosen = _ideas(actor, cohort, stage)
    short = stage.reviews_per_idea > _ASSIGNED
    if narrowed.show == "short":
        chosen = chosen.where(short)
    elif narrowed.show == "full":
        chosen = chosen.where(not_(short))
    if (found := search.matches(session, narrowed.words)) is not None:
        chosen = chosen.where(found)
    count = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    few, _, last = narrowed.after.partition("-")
    if all(part.isdecimal() and len(part) < DIGITS for part in (few, last)):
        chosen = chosen.where(tuple_(_ASSIGNED, Idea.id) > (int(few), int(last)))
    rows = session.execute(
        chosen.add_columns(Idea.code, Idea.title, Person, _ASSIGNED.label("assigned"))
        .order_by(_ASSIGNED, Idea.id)
        .limit(PAGE + 1)
    ).all()
    page = rows[:PAGE]
    names = _names(session, [row.passage_id for row in page])
    people, people_count = reviewers(session, stage.programme_id, name=narrowed.who)
    dates = session.get(CohortStage, (cohort.id, stage.id))
    return Choice(
        ideas=tuple(_idea_row(row, names[row.passage_id]) for row in page),
        reviewers=people,
        idea_count=count,
        reviewer_count=people_count,
        required=stage.reviews_per_idea,
        due_on=dates.review_by
        if dates and not is_late(now, dates.review_by, cohort.time_zone)
        else None,
        after=f"{page[-1].assigned}-{page[-1].id}" if len(rows) > PAGE else "",
    )


_ASSIGNED: ColumnElement[int] = (
    select(func.count())
    .where(Assignment.passage_id == Passage.id, Assignment.state.not_in(GONE))
    .correlate(Passage)
    .scalar_subquery()
)


def _ideas(actor: Actor, cohort: Cohort, stage: Stage) -> Select[int, int]:
    """The ideas that wait for reviews; nobody assigns reviewers to an idea of their own."""
    return (
        select(Idea.id, Passage.id.label("passage_id"))
        .select_from(Idea)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Person, Person.id == Idea.owner_id)
        .where(
            Idea.cohort_id == cohort.id,
            Idea.state == IdeaState.ACTIVE,
            Passage.stage_id == stage.id,
            Passage.state == PassageState.HANDED_IN,
            outside_team(actor),
        )
    )


def _idea_row(row: Any, names: Sequence[tuple[str, str]]) -> IdeaRow:
    return IdeaRow(
        code=row.code,
        title=row.title,
        owner=row.Person.display_name,
        department=row.Person.department,
        assigned=row.assigned,
        submitted=sum(state == AssignmentState.SUBMITTED for _, state in names),
        reviewers=tuple(name for name, _ in names),
    )


def _names(session: Session, passage_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    names: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = session.execute(
        select(Assignment.passage_id, Assignment.state, Person)
        .join(Person, Person.id == Assignment.reviewer_id)
        .where(Assignment.passage_id.in_(passage_ids), Assignment.state.not_in(GONE))
        .order_by(Assignment.id)
    )
    for passage, state, person in rows:
        names[passage].append((person.display_name, state))
    return names


def _members(programme_id: int) -> Select[Any]:
    return (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.programme_id == programme_id,
            Membership.role == Role.REVIEWER,
            Person.disabled_at.is_(None),
        )
    )


def reviewers(
    session: Session, programme_id: int, *, name: str = ""
) -> tuple[tuple[ReviewerRow, ...], int]:
    """List the reviewers of a programme whose name or department holds a word, with their count."""
    members = _members(programme_id)
    for word in name.split():
        members = members.where(
            holding(word, Person.family_name, Person.given_name, Person.department)
        )
    count = session.scalar(select(func.count()).select_from(members.subquery())) or 0
    open_now = and_(Assignment.state.in_(ASKED), Passage.state == PassageState.HANDED_IN)
    load = (
        select(
            Assignment.reviewer_id,
            func.count().filter(open_now).label("open"),
            func.count().filter(Assignment.state == AssignmentState.SUBMITTED).label("done"),
        )
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(Assignment.reviewer_id.in_(members.with_only_columns(Person.id)))
        .group_by(Assignment.reviewer_id)
        .subquery()
    )
    waiting = func.coalesce(load.c.open, 0)
    rows = session.execute(
        members.add_columns(waiting, func.coalesce(load.c.done, 0))
        .outerjoin(load, load.c.reviewer_id == Person.id)
        .order_by(waiting, Person.family_name, Person.id)
        .limit(PAGE)
    )
    return tuple(
        ReviewerRow(
            person.id, person.display_name, person.department, tuple(person.skills), busy, done
        )
        for person, busy, done in rows
    ), count


@dataclass(frozen=True, slots=True)
class Pair:
    """One idea and one reviewer. `conflicts` or `declined` say why not."""

    idea_id: int
    passage_id: int
    code: str
    title: Bilingual
    reviewer_id: int
    reviewer: str
    conflicts: frozenset[Conflict] = frozenset()
    declined: str = ""
    removed: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an assignment of several reviewers to several ideas would do, pair by pair."""

    new: tuple[Pair, ...]
    kept: tuple[Pair, ...]
    refused: tuple[Pair, ...]


def plan(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Collection[str],
    reviewer_ids: Collection[int],
) -> Plan:
    """Sort the pairs into new ones, ones that exist, and refused ones; seven queries.

    Codes and people that are not of this stage and programme are left out.
    """
    ideas = session.execute(
        _ideas(actor, cohort, stage)
        .add_columns(Idea.code, Idea.title)
        .where(Idea.code.in_(codes))
        .order_by(Idea.id)
    ).all()
    people = session.scalars(
        _members(stage.programme_id).where(Person.id.in_(reviewer_ids)).order_by(Person.id)
    ).all()
    there = {
        (row.passage_id, row.reviewer_id): row
        for row in session.execute(
            select(
                Assignment.id, Assignment.passage_id, Assignment.reviewer_id, Assignment.state,
                Assignment.decline_reason,
            ).where(
                Assignment.passage_id.in_([row.passage_id for row in ideas]),
                Assignment.reviewer_id.in_([person.id for person in people]),
            )
        )
    }  # fmt: skip
    conflicts = conflicts_between(
        session, [row.id for row in ideas], [person.id for person in people]
    )
    sorted_: dict[str, list[Pair]] = {"new": [], "kept": [], "refused": []}
    for row in ideas:
        for person in people:
            old = there.get((row.passage_id, person.id))
            pair = Pair(
                row.id, row.passage_id, row.code, row.title, person.id, person.display_name,
                conflicts.get((row.id, person.id), frozenset()),
                old.decline_reason or "" if old and old.state == AssignmentState.DECLINED else "",
                old.id if old and old.state == AssignmentState.REMOVED else None,
            )  # fmt: skip
            sorted_[_sort(pair, old)].append(pair)
    return Plan(tuple(sorted_["new"]), tuple(sorted_["kept"]), tuple(sorted_["refused"]))


def _sort(pair: Pair, old: Any) -> str:
    if old and old.state not in GONE:
        return "kept"
    if pair.conflicts or (old and old.state == AssignmentState.DECLINED):
        return "refused"
    return "new"
