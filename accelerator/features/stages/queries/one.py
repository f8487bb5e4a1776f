"""One stage with its rubric, milestones and deciders, for the designer's forms."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.domain.policy import Role
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Criterion,
    Decider,
    Membership,
    MilestoneTemplate,
    Person,
    Programme,
    Review,
    Rubric,
    Stage,
)

MOST = 100

_STAGE = select(Stage).where(
    Stage.programme_id == bindparam("programme"), Stage.key == bindparam("key")
)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that hang on a stage, in order, and those removed, which keep their keys."""

    living: tuple[Any, ...]
    removed: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Old:
    """A rubric that was replaced, and how many reviews were given under it."""

    rubric: Rubric
    reviews: int


def one(session: Session, programme: Programme, key: str, *, lock: bool) -> Stage | None:
    """Load a stage; locked, so that two managers who save it take turns."""
    wanted = _STAGE.with_for_update() if lock else _STAGE
    return session.scalar(wanted, {"programme": programme.id, "key": key})


def criteria(session: Session, stage: Stage) -> Rows:
    """Load the rubric that holds, and the criteria that were removed."""
    return _rows(session, Criterion, stage)


def milestones(session: Session, stage: Stage) -> Rows:
    """Load the milestone templates, and those that were removed."""
    return _rows(session, MilestoneTemplate, stage)


def _rows(session: Session, table: Any, stage: Stage) -> Rows:
    found = session.scalars(
        select(table).where(table.stage_id == stage.id).order_by(table.position, table.id)
    ).all()
    return Rows(
        tuple(row for row in found if row.removed_at is None),
        tuple(row for row in found if row.removed_at is not None),
    )


def old_rubrics(session: Session, stage: Stage) -> list[Old]:
    """List the rubrics that were replaced, the newest first."""
    reviews = (
        select(func.count())
        .where(Review.rubric_id == Rubric.id)
        .correlate(Rubric)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Rubric, reviews)
        .where(Rubric.stage_id == stage.id)
        .order_by(Rubric.number.desc())
        .limit(MOST)
    )
    return [Old(*row) for row in rows]


def deciders(session: Session, stage: Stage) -> list[int]:
    """Return who decides at the gate; nobody named means the managers."""
    return list(
        session.scalars(
            select(Decider.person_id)
            .where(Decider.stage_id == stage.id)
            .order_by(Decider.person_id)
        )
    )


def candidates(session: Session, programme: Programme, chosen: list[int]) -> list[tuple[int, str]]:
    """List who can decide: the programme's managers and sponsors, and whoever does already."""
    members = select(Membership.person_id).where(
        Membership.programme_id == programme.id,
        Membership.role.in_((Role.MANAGER, Role.SPONSOR)),
    )
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(members) | Person.id.in_(chosen))
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(MOST)
    )
    return [(person.id, person.display_name) for person in people]


@dataclass(frozen=True, slots=True)
class CohortDates:
    """A cohort that is not over, and the days it has for one stage, if any."""

    code: str
    dates: CohortStage | None


def cohort_dates(session: Session, stage: Stage) -> list[CohortDates]:
    """List the newest cohorts of the programme with their dates for a stage."""
    rows = session.execute(
        select(Cohort.code, CohortStage)
        .outerjoin(
            CohortStage, (CohortStage.cohort_id == Cohort.id) & (CohortStage.stage_id == stage.id)
        )
        .where(Cohort.programme_id == stage.programme_id)
        .order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
        .limit(MOST)
    )
    return [CohortDates(*row) for row in rows]
