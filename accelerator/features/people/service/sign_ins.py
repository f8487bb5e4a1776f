"""Signing in and out. Each browser has its own row; ending the row ends the sign-in at once."""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.people import SignedIn, SignedOut, SignInFailed
from accelerator.domain.policy import Actor
from accelerator.domain.tokens import token_hash
from accelerator.features.people.service.hashing import hash_of, matches, outdated
from accelerator.storage.tables import Person, SignIn


def sign_in(
    session: Session,
    *,
    email: str,
    password: str,
    address: str,
    browser: str,
    replaces: str,
    now: datetime,
) -> tuple[Person, str] | None:
    """Check a password and open a sign-in; return the person and the browser's token.

    `replaces` is the token of an older sign-in of the same browser, which ends.

    None means no, and nothing says whether the account exists, is closed, or has another
    password; each takes as long. The failure is recorded, so the caller must not raise.
    """
    person = session.scalar(select(Person).where(Person.email == email))
    known = person is not None and person.disabled_at is None
    right = matches(person.password_hash if person is not None and known else None, password)
    if person is None or not right:
        subject = f"person:{person.id}" if person else ""
        record(session, SignInFailed(subject=subject, address=address), now=now)
        return None
    if person.password_hash and outdated(person.password_hash):
        session.execute(
            update(Person).where(Person.id == person.id).values(password_hash=hash_of(password))
        )
    _end(session, replaces, now)
    return person, open_sign_in(session, person, address=address, browser=browser, now=now)


def open_sign_in(
    session: Session, person: Person, *, address: str, browser: str, now: datetime
) -> str:
    """Add a sign-in with a new random token and return the token, which is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=token_hash(token), person_id=person.id, created_at=now, seen_at=now,
            user_agent=browser[:200], address=address[:64],
        )
    )  # fmt: skip
    event = SignedIn(actor_id=person.id, subject=f"person:{person.id}", address=address)
    record(session, event, now=now)
    session.flush()
    return token


def sign_out(session: Session, *, actor: Actor, token: str, now: datetime) -> None:
    """End the sign-in of this browser."""
    _end(session, token, now)
    _signed_out(session, actor, "this", now)


def sign_out_one(session: Session, *, actor: Actor, sign_in_id: int, now: datetime) -> bool:
    """End one of the actor's own sign-ins; return False when there is none of that number."""
    ended = session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == actor.id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
        .returning(SignIn.id)
    ).one_or_none()
    if ended is not None:
        _signed_out(session, actor, "another", now)
    return ended is not None


def sign_out_everywhere(session: Session, *, actor: Actor, now: datetime) -> None:
    """End all sign-ins of a person, this browser's too."""
    end_all(session, person_id=actor.id, now=now)
    _signed_out(session, actor, "all", now)


def end_all(
    session: Session, *, person_id: int, now: datetime, but_token: str | None = None
) -> None:
    """End every sign-in of a person, except the browser of a token."""
    statement = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if but_token is not None:
        statement = statement.where(SignIn.token_hash != token_hash(but_token))
    session.execute(statement.values(ended_at=now))


def _end(session: Session, token: str, now: datetime) -> None:
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == token_hash(token), SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def _signed_out(session: Session, actor: Actor, which: str, now: datetime) -> None:
    record(
        session,
        SignedOut(actor_id=actor.id, subject=f"person:{actor.id}", which=which),
        now=now,
    )
