"""Setting passwords: by a mailed link that works once, or by the old password.

A link's token stands in the mail alone; the database keeps its hash, the audit log nothing.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accelerator.activity import notify, record
from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.activity.events.people import (
    PasswordChanged,
    PasswordResetAsked,
    PasswordSet,
    PersonInvited,
)
from accelerator.content import FOLDER
from accelerator.domain import passwords
from accelerator.domain.errors import DomainError
from accelerator.domain.notices import Kind
from accelerator.domain.policy import Actor
from accelerator.domain.tokens import token_hash
from accelerator.features.people.service import sign_ins
from accelerator.features.people.service.hashing import hash_of, matches
from accelerator.i18n import N_
from accelerator.storage.tables import MailedLink, Person

INVITATION = "invitation"
RESET = "reset"
LIFETIME = {INVITATION: timedelta(days=14), RESET: timedelta(hours=1)}
_MAIL = {
    INVITATION: Hears(
        Receivers.PERSON, "person_invited", channels=("mail",), urgent=True, kind=Kind.ACCOUNT
    ),
    RESET: Hears(
        Receivers.PERSON, "password_reset", channels=("mail",), urgent=True, kind=Kind.ACCOUNT
    ),
}


def ask_reset(session: Session, *, email: str, address: str, now: datetime) -> None:
    """Mail a link to whoever has this address; say nothing about whether anybody has."""
    person = session.scalar(
        select(Person).where(Person.email == email, Person.disabled_at.is_(None))
    )
    if person is None:
        return
    record(session, PasswordResetAsked(subject=f"person:{person.id}", address=address), now=now)
    mail_links(session, [person], purpose=RESET, now=now)


def invite(session: Session, person: Person, *, actor_id: int | None, now: datetime) -> str:
    """Mail a link by which to set the first password; return its path, for the command's use."""
    (path,) = invite_all(session, [person], actor_id=actor_id, now=now)
    return path


def invite_all(
    session: Session, people: Sequence[Person], *, actor_id: int | None, now: datetime
) -> list[str]:
    """Mail each a link by which to set the first password; return the paths."""
    for person in people:
        event = PersonInvited(actor_id=actor_id, subject=f"person:{person.id}", person_id=person.id)
        record(session, event, now=now)
    return mail_links(session, people, purpose=INVITATION, now=now)


def mail_links(
    session: Session, people: Sequence[Person], *, purpose: str, now: datetime
) -> list[str]:
    """Make and mail one link for each; older ones for the same purpose end. Return the paths."""
    made = new_links(session, people, purpose=purpose, now=now)
    for link, path in made:
        notify(
            session,
            [link.person_id],
            _MAIL[purpose],
            key=f"link:{link.id}",
            data={"path": path},
            due_at=now,
            now=now,
        )
    return [path for _, path in made]


def new_links(
    session: Session, people: Sequence[Person], *, purpose: str, now: datetime
) -> list[tuple[MailedLink, str]]:
    """Make one link for each, with its path; who shows the path and mails nothing calls this."""
    session.execute(
        update(MailedLink)
        .where(
            MailedLink.person_id.in_([person.id for person in people]),
            MailedLink.purpose == purpose,
            MailedLink.used_at.is_(None),
        )
        .values(used_at=now)
    )
    tokens = [secrets.token_urlsafe(32) for _ in people]
    links = [
        MailedLink(
            token_hash=token_hash(token), person_id=person.id, purpose=purpose,
            expires_at=now + LIFETIME[purpose],
        )
        for person, token in zip(people, tokens, strict=True)
    ]  # fmt: skip
    session.add_all(links)
    session.flush()
    return [(link, f"/set-password/{token}") for link, token in zip(links, tokens, strict=True)]


def find_link(
    session: Session, *, token: str, now: datetime, lock: bool
) -> tuple[MailedLink, Person] | None:
    """Return a link that still works, and whose it is; with `lock` nobody else uses it now."""
    working = (
        select(MailedLink, Person)
        .join(Person, Person.id == MailedLink.person_id)
        .where(
            MailedLink.token_hash == token_hash(token),
            MailedLink.used_at.is_(None),
            MailedLink.expires_at > now,
            Person.disabled_at.is_(None),
        )
    )
    if lock:
        working = working.with_for_update(of=MailedLink)
    row = session.execute(working).one_or_none()
    return None if row is None else (row.MailedLink, row.Person)


def set_by_link(
    session: Session, *, link: MailedLink, person: Person, password: str, now: datetime
) -> None:
    """Set a password by a mailed link; every link and every sign-in of the person ends."""
    first = person.password_hash is None
    check(person, password)
    _store(session, person, password)
    session.execute(
        update(MailedLink)
        .where(MailedLink.person_id == link.person_id, MailedLink.used_at.is_(None))
        .values(used_at=now)
    )
    sign_ins.end_all(session, person_id=person.id, now=now)
    kind = PasswordSet if first else PasswordChanged
    record(session, _about(kind, person), now=now)


def change(
    session: Session, *, actor: Actor, old: str, new: str, token: str, now: datetime
) -> None:
    """Replace one's own password, knowing the old one; all other browsers are signed out.

    Raise DomainError at "old" or "password".
    """
    person = session.get_one(Person, actor.id)
    if not matches(person.password_hash, old):
        raise DomainError("password_wrong", N_("This is not your present password."), field="old")
    check(person, new)
    _store(session, person, new)
    sign_ins.end_all(session, person_id=person.id, but_token=token, now=now)
    record(session, _about(PasswordChanged, person), now=now)


def set_directly(session: Session, person: Person, *, password: str, now: datetime) -> None:
    """Set a password without asking for the old one, as only the operator's command may."""
    check(person, password)
    _store(session, person, password)
    sign_ins.end_all(session, person_id=person.id, now=now)
    record(session, _about(PasswordChanged, person), now=now)


def _about(kind: type[PasswordSet | PasswordChanged], person: Person) -> Event:
    return kind(
        actor_id=person.id, subject=f"person:{person.id}", person_id=person.id, path="/forgot"
    )


def check(person: Person, password: str) -> None:
    """Raise DomainError at "password" unless this person may use it."""
    names = (person.family_name, person.given_name, person.family_reading, person.given_reading)
    passwords.check(password, about=(*names, person.email), common=common())


@lru_cache
def common() -> frozenset[str]:
    """Return the refused passwords, in small letters."""
    return frozenset((FOLDER / "common_passwords.txt").read_text(encoding="utf-8").split())


def _store(session: Session, person: Person, password: str) -> None:
    """Store the hash without touching the version: nobody's open profile form gets stale."""
    session.execute(
        update(Person).where(Person.id == person.id).values(password_hash=hash_of(password))
    )
