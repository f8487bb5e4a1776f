"""What administrators do about accounts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.base import Event
from accelerator.activity.events.people import (
    AdministratorMade,
    AdministratorUnmade,
    PersonAdded,
    PersonDisabled,
    PersonEnabled,
)
from accelerator.domain.errors import DomainError, Refused
from accelerator.domain.people import Details
from accelerator.domain.policy import Actor
from accelerator.features.people.service import passwords, profiles, sign_ins
from accelerator.i18n import N_, gettext
from accelerator.storage.tables import Person


def add(session: Session, *, actor_id: int | None, typed: dict[str, str], now: datetime) -> Person:
    """Make an account of what was typed, by field; raise DomainError at a field."""
    details = profiles.checked_texts({"skills": ""} | typed)
    profiles.refuse_taken(session, details.email)
    (person,) = add_all(session, actor_id=actor_id, details=[details], now=now)
    return person


def add_all(
    session: Session, *, actor_id: int | None, details: Sequence[Details], now: datetime
) -> list[Person]:
    """Make accounts of checked details, still without their line managers."""
    people = [Person(created_at=now) for _ in details]
    for person, said in zip(people, details, strict=True):
        profiles.apply(person, said, line_manager_id=None)
    session.add_all(people)
    session.flush()
    for person in people:
        _record(session, PersonAdded, actor_id, person, now)
    return people


def invite(session: Session, *, actor_id: int | None, person: Person, now: datetime) -> str:
    """Mail somebody a first or another link, and return its path.

    Raise DomainError when they can sign in already, or their account is closed.
    """
    if person.password_hash is not None:
        raise DomainError(
            "has_password", N_("This person has a password already; they can ask for a reset.")
        )
    if person.disabled_at is not None:
        raise DomainError("disabled", N_("This account is closed. Open it first."))
    return passwords.invite(session, person, actor_id=actor_id, now=now)


def disable(session: Session, *, actor: Actor, person: Person, now: datetime) -> None:
    """Close an account: no sign-in works any more, from the next request on."""
    if person.id == actor.id:
        raise DomainError("oneself", N_("You cannot close your own account."))
    _take_turns(session, actor)
    if person.disabled_at is None:
        person.disabled_at = now
        session.flush()
        sign_ins.end_all(session, person_id=person.id, now=now)
        _record(session, PersonDisabled, actor.id, person, now)


def enable(session: Session, *, actor: Actor, person: Person, now: datetime) -> None:
    """Open a closed account again; its sign-ins stay ended."""
    if person.disabled_at is not None:
        person.disabled_at = None
        session.flush()
        _record(session, PersonEnabled, actor.id, person, now)


def make_administrator(
    session: Session, *, actor_id: int | None, person: Person, now: datetime
) -> None:
    """Let somebody administer everything; only an active employee."""
    if person.is_guest or person.disabled_at is not None:
        raise DomainError("no_employee", N_("Only an active employee can be an administrator."))
    if not person.is_admin:
        person.is_admin = True
        session.flush()
        _record(session, AdministratorMade, actor_id, person, now)


def _take_turns(session: Session, actor: Actor) -> None:
    """Let two administrators who put each other out take turns: the second is none any more."""
    administrators = session.scalars(
        select(Person.id)
        .where(Person.is_admin, Person.disabled_at.is_(None))
        .order_by(Person.id)
        .with_for_update()
    )
    if actor.id not in administrators.all():
        raise Refused("refused", N_("This is open to: %(who)s."), who=gettext("administrators"))


def unmake_administrator(session: Session, *, actor: Actor, person: Person, now: datetime) -> None:
    """Take the administration from somebody else, so that one administrator always remains."""
    if person.id == actor.id:
        raise DomainError(
            "oneself", N_("Another administrator has to take the administration from you.")
        )
    _take_turns(session, actor)
    if person.is_admin:
        person.is_admin = False
        session.flush()
        _record(session, AdministratorUnmade, actor.id, person, now)


def _record(
    session: Session, kind: type[Event], actor_id: int | None, person: Person, now: datetime
) -> None:
    event = kind(actor_id=actor_id, subject=f"person:{person.id}", person_id=person.id)
    record(session, event, now=now)
