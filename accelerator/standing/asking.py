"""Whom one could ask for a review, and asking: conflicts are never broken, loads kept even."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import ASKED, AssignmentState
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.conflicts import conflicts_between
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

LOOKED_AT = 50  # of the least busy reviewers, when somebody is looked for
DAYS_TO_REVIEW = 5  # working days, where the round's own day is nearer or past


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reviewer of the programme; `open` are the reviews they owe in all programmes."""

    id: int
    name: str
    department: str
    open: int


class Pair(NamedTuple):
    """An idea's passage and a reviewer for it."""

    idea_id: int
    passage_id: int
    reviewer_id: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An idea that waits for reviews; `known` are all who were asked already and not let go."""

    idea_id: int
    passage_id: int
    code: str
    title: Bilingual
    known: frozenset[int]


def candidates(
    session: Session, programme_id: int, *, only: Collection[int] | None = None
) -> tuple[Candidate, ...]:
    """List the least busy reviewers of a programme, the least busy first; one query.

    A review is owed until the gate has decided, in whatever programme it was asked.
    """
    members = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.programme_id == programme_id,
            Membership.role == Role.REVIEWER,
            Person.disabled_at.is_(None),
        )
    )
    if only is not None:
        members = members.where(Person.id.in_(only))
    load = (
        select(Assignment.reviewer_id, func.count().label("open"))
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(Assignment.state.in_(ASKED), Passage.state == PassageState.HANDED_IN)
        .group_by(Assignment.reviewer_id)
        .subquery()
    )
    owed = func.coalesce(load.c.open, 0)
    rows = session.execute(
        members.add_columns(owed)
        .outerjoin(load, load.c.reviewer_id == Person.id)
        .order_by(owed, Person.family_name, Person.id)
        .limit(LOOKED_AT if only is None else None)
    )
    return tuple(Candidate(one.id, one.display_name, one.department, open_) for one, open_ in rows)


def waiting(
    session: Session, actor: Actor, cohort_id: int, stage_id: int, passages: Collection[int]
) -> tuple[Waiting, ...]:
    """Return those of the passages that wait for reviews; nobody asks for reviews of their own."""
    known = and_(Assignment.passage_id == Passage.id, Assignment.state != AssignmentState.REMOVED)
    rows = session.execute(
        _open(actor, cohort_id, stage_id)
        .add_columns(Assignment.reviewer_id)
        .outerjoin(Assignment, known)
        .where(Passage.id.in_(passages))
        .order_by(Passage.id)
    )
    found: dict[int, Waiting] = {}
    for idea_id, passage_id, code, title, reviewer in rows:
        before = found.get(passage_id)
        known_ = before.known if before else frozenset()
        more = frozenset() if reviewer is None else frozenset({reviewer})
        found[passage_id] = Waiting(idea_id, passage_id, code, title, known_ | more)
    return tuple(found.values())


def _open(actor: Actor, cohort_id: int, stage_id: int) -> Select[int, int, str, Bilingual]:
    return (
        select(Idea.id, Passage.id, Idea.code, Idea.title)
        .select_from(Idea)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(
            Idea.cohort_id == cohort_id,
            Idea.state == IdeaState.ACTIVE,
            Passage.stage_id == stage_id,
            Passage.state == PassageState.HANDED_IN,
            outside_team(actor),
        )
    )


def passage_of(
    session: Session, actor: Actor, cohort_id: int, stage_id: int, code: str
) -> Waiting | None:
    """Return the passage of one idea, if it waits for reviews here."""
    passage = session.scalar(
        _open(actor, cohort_id, stage_id).with_only_columns(Passage.id).where(Idea.code == code)
    )
    return next(iter(waiting(session, actor, cohort_id, stage_id, {passage or 0})), None)


def least_busy(
    session: Session, ideas: Sequence[Waiting], people: Sequence[Candidate]
) -> dict[int, Candidate]:
    """Propose for each idea the least busy reviewer without a conflict who was not asked yet.

    Whoever is proposed counts as busier for the next idea. Ideas for whom nobody is free are left
    out. Found by passage.
    """
    conflicts = conflicts_between(
        session, [idea.idea_id for idea in ideas], [one.id for one in people]
    )
    loads = {one.id: one.open for one in people}
    found: dict[int, Candidate] = {}
    for idea in ideas:
        free = (
            one
            for one in people
            if one.id not in idea.known and (idea.idea_id, one.id) not in conflicts
        )
        chosen = min(free, key=lambda one: loads[one.id], default=None)
        if chosen is not None:
            loads[chosen.id] += 1
            found[idea.passage_id] = chosen
    return found


def due_day(session: Session, cohort: Cohort, stage: Stage, now: datetime) -> date:
    """Return by when a review asked for now is wanted: the round's day, or a few days from now."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    least = calendar_of(cohort.country, today.year).add(today, DAYS_TO_REVIEW)
    dates = session.get(CohortStage, (cohort.id, stage.id))
    return max(dates.review_by, least) if dates else least
