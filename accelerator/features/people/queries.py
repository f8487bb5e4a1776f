"""What the pages about people show: frozen rows, a fixed number of queries."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Role
from accelerator.domain.tokens import token_hash
from accelerator.features.people.service.profiles import details_of, manager_email, texts_of
from accelerator.storage.holding import holding
from accelerator.storage.tables import Membership, Person, Programme, SignIn

MOST_SIGN_INS = 20
PAGE = 50
MOST_FOUND = 10
MOST_WORDS = 6
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


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person in a list, with the roles held; `state` is active, waiting or disabled."""

    id: int
    name: str
    email: str
    department: str
    state: str
    is_admin: bool
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Part of a list of people; `after` continues it, none at its end."""

    rows: list[PersonRow]
    count: int
    after: int | None


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role somebody holds in a programme."""

    programme_key: str
    programme: Bilingual
    role: Role


@dataclass(frozen=True, slots=True)
class Found:
    """A colleague, as little as is needed to name one."""

    email: str
    name: str
    department: str


def people(session: Session, *, words: str, state: str, role: str, after: int | None) -> PeoplePage:
    """List people by name; role is one of a programme's, "administrator", or empty for all."""
    wanted = [*_matching(words), *_in_state(state)]
    if role == "administrator":
        wanted.append(Person.is_admin.is_(True))
    elif role:
        wanted.append(_holds(Membership.role == role))
    return _page(session, wanted, after, None)


def holders(
    session: Session, *, programme_id: int, words: str, role: str, after: int | None
) -> PeoplePage:
    """List the people who hold a role in a programme, by name."""
    here = Membership.programme_id == programme_id
    wanted = [*_matching(words), _holds(and_(here, Membership.role == role) if role else here)]
    return _page(session, wanted, after, here)


def roles_of(session: Session, *, person_id: int) -> list[HeldRole]:
    """List the roles somebody holds, by programme."""
    rows = session.execute(
        select(Programme, Membership.role)
        .join(Membership, Membership.programme_id == Programme.id)
        .where(Membership.person_id == person_id)
        .order_by(Programme.id, Membership.role)
        .limit(PAGE)
    )
    return [HeldRole(row.Programme.key, row.Programme.name, Role(row.role)) for row in rows]


def colleagues(session: Session, *, words: str) -> list[Found]:
    """Find active employees by parts of their name, reading, address or department."""
    if not words.strip():
        return []
    rows = session.scalars(
        select(Person)
        .where(Person.disabled_at.is_(None), Person.is_guest.is_(False), *_matching(words))
        .order_by(_sorting(Person), Person.id)
        .limit(MOST_FOUND)
    )
    return [Found(row.email, row.display_name, row.department) for row in rows]


def _page(
    session: Session,
    wanted: list[ColumnElement[bool]],
    after: int | None,
    held: ColumnElement[bool] | None,
) -> PeoplePage:
    count = session.scalar(select(func.count()).select_from(Person).where(*wanted)) or 0
    found = session.scalars(_after(select(Person).where(*wanted), after)).all()
    rows = found[:PAGE]
    memberships = select(Membership.person_id, Membership.role).where(
        Membership.person_id.in_([row.id for row in rows])
    )
    if held is not None:
        memberships = memberships.where(held)
    roles: dict[int, set[Role]] = {}
    for person_id, role in session.execute(memberships):
        roles.setdefault(person_id, set()).add(Role(role))
    return PeoplePage(
        [_row(row, tuple(r for r in Role if r in roles.get(row.id, ()))) for row in rows],
        count,
        rows[-1].id if len(found) > PAGE else None,
    )


def _after(statement: Select[Person], after: int | None) -> Select[Person]:
    """Continue a list behind one person, by the key it is sorted by; one more tells of a next."""
    if after is not None:
        last = aliased(Person)
        key = select(_sorting(last)).where(last.id == after).scalar_subquery()
        statement = statement.where(tuple_(_sorting(Person), Person.id) > tuple_(key, after))
    return statement.order_by(_sorting(Person), Person.id).limit(PAGE + 1)


def _sorting(person: type[Person]) -> ColumnElement[str]:
    """Sort by how a name is read, where that is known; Japanese names sort by nothing else."""
    reading = func.coalesce(func.nullif(person.family_reading, ""), person.family_name)
    return func.lower(reading + " " + person.given_name)


def _matching(words: str) -> list[ColumnElement[bool]]:
    """Ask that each word stands somewhere in a person's names, readings, address, department."""
    columns = (
        Person.family_name, Person.given_name, Person.family_reading, Person.given_reading,
        Person.email, Person.department,
    )  # fmt: skip
    return [
        holding(word, *columns)
        for word in unicodedata.normalize("NFKC", words).split()[:MOST_WORDS]
    ]


def _in_state(state: str) -> list[ColumnElement[bool]]:
    if state == "disabled":
        return [Person.disabled_at.is_not(None)]
    if state == "waiting":
        return [Person.disabled_at.is_(None), Person.password_hash.is_(None)]
    return [Person.disabled_at.is_(None)] if state == "active" else []


def _holds(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Membership.person_id == Person.id, which)


def state_of(person: Person) -> str:
    """Say whether an account works, waits for its first password, or is closed."""
    if person.disabled_at is not None:
        return "disabled"
    return "active" if person.password_hash else "waiting"


def _row(person: Person, roles: tuple[Role, ...]) -> PersonRow:
    return PersonRow(
        id=person.id, name=person.display_name, email=person.email, department=person.department,
        state=state_of(person), is_admin=person.is_admin, roles=roles,
    )  # fmt: skip


def _named(user_agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
