"""Roles per programme: given and taken, each time with a notice and an audit row."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.people import RoleGiven, RoleTaken
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import ASKED, AssignmentState
from accelerator.features.people.service.profiles import find_colleague
from accelerator.i18n import N_
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Assignment, Cohort, Idea, Membership, Person, Programme


def give(
    session: Session, *, actor: Actor, programme: Programme, who: str, role: Role, now: datetime
) -> Person:
    """Give an active employee, named by address or whole name, a role; again changes nothing.

    Raise DomainError at "person" when nobody or several are meant.
    """
    person = find_colleague(session, who, field="person")
    given = session.execute(
        insert_into(session, Membership)
        .values(programme_id=programme.id, person_id=person.id, role=role)
        .on_conflict_do_nothing()
        .returning(Membership.id)
    ).one_or_none()
    if given is not None:
        record(session, _event(RoleGiven, actor, programme, person.id, role), now=now)
    return person


def take(
    session: Session, *, actor: Actor, programme: Programme, person_id: int, role: Role,
    now: datetime,
) -> None:  # fmt: skip
    """Take a role away, and a reviewer's open reviews; the last manager of a programme stays."""
    if role is Role.MANAGER and not _other_managers(session, programme, person_id):
        raise DomainError(
            "last_manager", N_("A programme keeps at least one manager. Give the role first.")
        )
    taken = session.execute(
        delete(Membership)
        .where(
            Membership.programme_id == programme.id,
            Membership.person_id == person_id,
            Membership.role == role,
        )
        .returning(Membership.id)
    ).one_or_none()
    if taken is not None:
        if role is Role.REVIEWER:
            _close_reviews(session, programme, person_id)
        record(session, _event(RoleTaken, actor, programme, person_id, role), now=now)


def _close_reviews(session: Session, programme: Programme, person_id: int) -> None:
    """Ask for no more reviews: an assignment alone would keep every idea open to its reviewer."""
    cohorts = select(Cohort.id).where(Cohort.programme_id == programme.id)
    session.execute(
        update(Assignment)
        .where(
            Assignment.reviewer_id == person_id,
            Assignment.state.in_(ASKED),
            Assignment.idea_id.in_(select(Idea.id).where(Idea.cohort_id.in_(cohorts))),
        )
        .values(state=AssignmentState.REMOVED)
        .execution_options(synchronize_session=False)
    )


def _other_managers(session: Session, programme: Programme, person_id: int) -> int:
    """Count the other active managers; all rows stay locked, so that two cannot leave at once."""
    managers = session.scalars(
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.programme_id == programme.id,
            Membership.role == Role.MANAGER,
            Person.disabled_at.is_(None),
        )
        .order_by(Membership.id)
        .with_for_update(of=Membership)
    )
    return len(set(managers) - {person_id})


def _event(
    kind: type[RoleGiven | RoleTaken],
    actor: Actor,
    programme: Programme,
    person_id: int,
    role: Role,
) -> RoleGiven | RoleTaken:
    return kind(
        actor_id=actor.id,
        programme_id=programme.id,
        person_id=person_id,
        subject=f"person:{person_id}",
        path=f"/programmes/{programme.key}",
        role=role.value,
        programme=programme.name,
    )
