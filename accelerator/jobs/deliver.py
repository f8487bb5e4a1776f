"""Send the mails that are due: claim one, write it in the receiver's language, send, mark.

Each message has its own two transactions, so whatever kills the process, at most the one message
between the mail server's yes and our commit goes out again, with the same Message-ID.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accelerator import clock, logs
from accelerator.activity.events.reminders import TEMPLATE as REMINDER
from accelerator.activity.letters import Letter, Reader, letter, veiled
from accelerator.activity.post import Post, Refused, TryLater, compose, message_id, post_of
from accelerator.i18n import N_
from accelerator.jobs.lease import Shift
from accelerator.jobs.run import transaction
from accelerator.standing.dues import still_due
from accelerator.standing.hours import hours_of
from accelerator.storage.tables import Delivery, Person
from accelerator.storage.tables.activity import TO_SEND

# Together four hours; then the message has failed and waits for the administrator.
BACK_OFF = tuple(timedelta(minutes=n) for n in (1, 2, 4, 8, 15, 30, 60, 60, 60))
CLAIM = timedelta(minutes=3)

log = logs.get("deliver")


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message that is ours to send."""

    id: int
    key: str
    template: str
    data: dict[str, Any]
    reader: Reader
    email: str
    written_at: datetime
    attempts: int


def deliver(shift: Shift) -> int:
    """Send what is due until nothing is, or the mail server takes nothing; return how many."""
    post = post_of(shift.config.mail_url)
    sent = 0
    try:
        while not shift.stopping():
            with shift.transaction() as session:
                row = _claim(session, shift.hold.mark, now=clock.now())
                ready = None if row is None else _ready(session, row, now=clock.now())
            if row is None:
                break
            if ready is not None:
                sent += _send(shift, post, ready)
    except TryLater:
        log.warning("the mail server takes nothing now")
    finally:
        post.close()
    return sent


def _claim(session: Session, mark: str, *, now: datetime) -> Delivery | None:
    """Take the next due message. Claims of a former holder of the lease are void.

    What is urgent goes first, then what was tried less often, so that a message that kills its
    process stops no other.
    """
    due = func.coalesce(*(_next(mark, now, urgent=urgent) for urgent in (True, False)))
    return session.scalars(
        update(Delivery)
        .where(Delivery.id == due)
        .values(claimed_by=mark, claimed_until=now + CLAIM, attempts=Delivery.attempts + 1)
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _next(mark: str, now: datetime, *, urgent: bool) -> ScalarSelect[int]:
    return (
        select(Delivery.id)
        .where(
            TO_SEND,
            Delivery.urgent == urgent,
            Delivery.channel == "mail",
            Delivery.due_at <= now,
            or_(
                Delivery.claimed_by.is_(None),
                Delivery.claimed_by != mark,
                Delivery.claimed_until <= now,
            ),
        )
        .order_by(Delivery.attempts, Delivery.due_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )


def _ready(session: Session, row: Delivery, *, now: datetime) -> Claimed | None:
    """Return the message to send, unless it has lost its reason or may not be sent now."""
    person = session.get_one(Person, row.person_id)
    data = row.data
    if row.attempts > len(BACK_OFF) + 1:
        _put(row, state="failed", error=row.last_error or N_("Its sending never came to an end."))
        return None
    if person.disabled_at is not None:
        _put(row, state="cancelled", error=N_("The receiver's account was closed."))
        return None
    if row.template == REMINDER:
        opens = hours_of(session, [person.id], now=now)[person.id].opens(now)
        if opens > now:
            _put(row, state=row.state, error=row.last_error, due_at=opens)
            row.attempts -= 1
            return None
        if not still_due(session, [data["line"]], person.id, now=now)[0]:
            _put(row, state="cancelled", error=N_("Everything it told of is done."))
            return None
    return Claimed(
        id=row.id, key=row.key, template=row.template, data=data, email=person.email,
        reader=Reader(person.display_name, person.language, person.time_zone),
        written_at=row.created_at, attempts=row.attempts,
    )  # fmt: skip


def _put(row: Delivery, *, state: str, error: str, due_at: datetime | None = None) -> None:
    row.state, row.last_error = state, error
    row.due_at = due_at or row.due_at
    row.claimed_by = row.claimed_until = None


def _send(shift: Shift, post: Post, claimed: Claimed) -> int:
    """Write and send one message and note how it went; return 1 when it was sent.

    Raises TryLater when the mail server takes no message at all at present.
    """
    config = shift.config
    noted: dict[str, Any] = {"message_id": message_id(claimed.key, config.mail_from)}
    try:
        text = letter(claimed.template, claimed.data, claimed.reader, base_url=config.base_url)
        noted |= _shown(text)
        message = compose(
            text, sender=config.mail_from, to_name=claimed.reader.name, to_email=claimed.email,
            key=claimed.key, at=claimed.written_at,
        )  # fmt: skip
    except Exception as error:  # one message that cannot be written stops no other
        log.exception("a message cannot be written", delivery=claimed.id)
        _note(shift, claimed, noted | {"state": "failed", "last_error": _why(error)})
        return 0
    shift.still_mine()
    try:
        post.send(message)
    except TryLater as error:
        _note(shift, claimed, noted | _later(claimed, str(error)))
        if error.server:
            raise
        return 0
    except Refused as error:
        _note(shift, claimed, noted | {"state": "failed", "last_error": str(error)})
        return 0
    except Exception as error:
        log.exception("a message cannot be sent", delivery=claimed.id)
        _note(shift, claimed, noted | {"state": "failed", "last_error": _why(error)})
        return 0
    sent = {
        "state": "sent",
        "sent_at": clock.now(),
        "last_error": "",
        "data": _veiled(claimed.data),
    }
    _note(shift, claimed, noted | sent)
    return 1


def _later(claimed: Claimed, error: str) -> dict[str, Any]:
    if claimed.attempts > len(BACK_OFF):
        return {"state": "failed", "last_error": error}
    due_at = clock.now() + BACK_OFF[claimed.attempts - 1]
    return {"state": "retrying", "due_at": due_at, "last_error": error}


def _note(shift: Shift, claimed: Claimed, values: dict[str, Any]) -> None:
    """Write down how it went, if the message is still ours; a short outage is waited for.

    This needs no lease: what was sent was sent, and a claim that was taken over is left alone.
    """
    pauses = [0.2, 1.0, 3.0, 6.0]
    while True:
        try:
            with transaction(shift.engine) as session:
                session.execute(
                    update(Delivery)
                    .where(Delivery.id == claimed.id, Delivery.claimed_by == shift.hold.mark)
                    .values(values | {"claimed_by": None, "claimed_until": None})
                    .execution_options(synchronize_session=False)
                )
        except DBAPIError:
            if not pauses:
                raise
            time.sleep(pauses.pop(0))
        else:
            return


def _shown(text: Letter) -> dict[str, str]:
    """Return what the administrator's page shows, without what would open an account."""
    return {"subject": text.subject[:400], "body": veiled(text.text)}


def _veiled(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: veiled(value) if isinstance(value, str) else value for name, value in data.items()
    }


def _why(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:400]
