"""Who is asking. The cookie carries a random token; the row behind it can be ended at any time."""

from datetime import datetime, timedelta

from flask import g
from flask_login import AnonymousUserMixin, LoginManager, current_user
from sqlalchemy import bindparam, select, update

from accelerator import clock
from accelerator.domain.policy import Actor, Role
from accelerator.domain.tokens import token_hash
from accelerator.storage.engine import open_session
from accelerator.storage.tables import Membership, Person, SignIn
from accelerator.web.session import SAFE, config, db, engine

TOUCH = timedelta(minutes=5)

_WHO = (
    select(SignIn, Person, Membership.programme_id, Membership.role)
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .where(SignIn.token_hash == bindparam("token"), SignIn.ended_at.is_(None))
)


class SignedIn:
    """What flask-login needs to know; the rules use `actor`."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """Return what the cookie carries: the token, never the person's key."""
        return self.token


def login_manager() -> LoginManager:
    """Make flask-login's manager, without its header-based session protection."""
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(_load)
    return manager


def actor_or_none() -> Actor | None:
    """Return the person who asks, or None when nobody is signed in."""
    return getattr(current_user._get_current_object(), "actor", None)  # noqa: SLF001 - one look


def actor() -> Actor:
    """Return the person who asks; only behind `@allow`, which makes sure there is one."""
    found = actor_or_none()
    if found is None:
        raise RuntimeError("nobody is signed in; the view lacks its guard")
    return found


def ask_nobody() -> None:
    """Treat the reader as signed out for the rest of the request: the database cannot tell."""
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - where flask-login keeps its answer


def _load(token: str) -> SignedIn | None:
    now = clock.now()
    rows = db().execute(_WHO, {"token": token_hash(token)}).all()
    if not rows or rows[0].Person.disabled_at is not None or _expired(rows[0].SignIn, now):
        return None
    if now - rows[0].SignIn.seen_at > TOUCH:
        _touch(rows[0].SignIn.id, now)
    roles = frozenset((row.programme_id, Role(row.role)) for row in rows if row.role)
    return SignedIn(token, actor_of(rows[0].Person, roles))


def actor_of(person: Person, roles: frozenset[tuple[int, Role]]) -> Actor:
    """Make the rules' view of a person."""
    return Actor(
        id=person.id,
        display_name=person.display_name,
        is_admin=person.is_admin,
        is_guest=person.is_guest,
        roles=roles,
        language=person.language,
        time_zone=person.time_zone,
        country=person.country,
        theme=person.theme,
        single_keys=person.single_keys,
    )


def _expired(row: SignIn, now: datetime) -> bool:
    settings = config()
    return now - row.seen_at > timedelta(
        minutes=settings.idle_minutes
    ) or now - row.created_at > timedelta(days=settings.absolute_days)


def _touch(sign_in_id: int, now: datetime) -> None:
    """Note that the person is active: in this transaction if it writes, else in one of its own."""
    from flask import request

    statement = update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now)
    if request.method not in SAFE:
        db().execute(statement)
    elif not g.get("touched"):
        g.touched = True
        with open_session(engine(), writes=True) as session, session.begin():
            session.execute(statement)
