"""What the pages about people show: frozen rows, a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.tokens import token_hash
from accelerator.features.people.service.profiles import details_of, manager_email, texts_of
from accelerator.storage.tables import Person, SignIn

MOST_SIGN_INS = 20
_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """A person's details as the texts of a form."""

    email: str
    name: str
    version: int
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One signed-in browser."""

    id: int
    browser: str
    system: str
    address: str
    created_at: datetime
    seen_at: datetime
    this: bool


def profile(session: Session, *, person: Person) -> Profile:
    """Return somebody's details; one query for the line manager's address."""
    texts = texts_of(details_of(person, manager_email(session, person)))
    return Profile(person.email, person.display_name, person.version, texts)


def myself(session: Session, *, person_id: int) -> Person:
    """Return the row of the person who asks."""
    return session.get_one(Person, person_id)


def sign_ins(
    session: Session, *, person_id: int, token: str, idle_minutes: int, days: int, now: datetime
) -> list[SignInRow]:
    """List the browsers signed in now, this one first, then by last use."""
    rows = session.scalars(
        select(SignIn)
        .where(
            SignIn.person_id == person_id,
            SignIn.ended_at.is_(None),
            SignIn.seen_at > now - timedelta(minutes=idle_minutes),
            SignIn.created_at > now - timedelta(days=days),
        )
        .order_by((SignIn.token_hash == token_hash(token)).desc(), SignIn.seen_at.desc())
        .limit(MOST_SIGN_INS)
    )
    return [
        SignInRow(
            id=row.id,
            browser=_named(row.user_agent, _BROWSERS),
            system=_named(row.user_agent, _SYSTEMS),
            address=row.address,
            created_at=row.created_at,
            seen_at=row.seen_at,
            this=row.token_hash == token_hash(token),
        )
        for row in rows
    ]


def _named(user_agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
