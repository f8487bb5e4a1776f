"""To whom an answer to a mail goes, and how a reader ends the mails that come by themselves."""

from itertools import accumulate

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.notices import Kind
from accelerator.storage.tables import Cohort, Delivery, Event, Idea, Membership, Person

LONGEST = 254  # letters of all addresses together
_SALT = "unsubscribe"


def reply_to(session: Session, row: Delivery) -> str:
    """Return who is answered: whoever the words name as asking, else the programme's managers.

    Never a reviewer as such. Passwords, and what tells of many things, have nobody to answer.
    """
    if row.reply_to or row.kind == Kind.ACCOUNT:
        return row.reply_to
    managers = (
        select(Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.programme_id == _programme(session, row),
            Membership.role == "manager",
            Person.disabled_at.is_(None),
            Person.id != row.person_id,
        )
        .order_by(Membership.id)
    )
    emails = list(session.scalars(managers))
    joined = accumulate(emails, lambda one, other: f"{one}, {other}")
    return max((text for text in joined if len(text) <= LONGEST), key=len, default="")


def _programme(session: Session, row: Delivery) -> int | None:
    if row.event_id is not None:
        return session.scalar(select(Event.programme_id).where(Event.id == row.event_id))
    if not row.about.startswith("idea:"):
        return None
    return session.scalar(
        select(Cohort.programme_id)
        .join(Idea, Idea.cohort_id == Cohort.id)
        .where(Idea.id == int(row.about.removeprefix("idea:")))
    )


def ending(secret: str, person_id: int, kind: str) -> str:
    """Return the signed words by which a reader ends a kind of mail without signing in."""
    return str(URLSafeSerializer(secret, salt=_SALT).dumps([person_id, kind]))


def ended(secret: str, token: str) -> tuple[int, str] | None:
    """Return whose mails of which kind such words end; None when they are not ours."""
    try:
        person_id, kind = URLSafeSerializer(secret, salt=_SALT).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(kind)
