"""Send the mails that are due: claim one, write it in the receiver's language, send, mark.

Each message has its own two transactions, so whatever kills the process, at most the one message
between the mail server's yes and our commit goes out again, with the same Message-ID.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accelerator import clock, logs
from accelerator.activity import ics
from accelerator.activity.events.daily import DAILY, WEEKLY
from accelerator.activity.events.reminders import TEMPLATE as REMINDER
from accelerator.activity.letters import Letter, Reader, letter, veiled
from accelerator.activity.post import Post, Refused, TryLater, compose, message_id, post_of
from accelerator.activity.replies import ending, reply_to
from accelerator.i18n import N_
from accelerator.jobs.claims import BACK_OFF, claim, later, note, put, why, worn_out
from accelerator.jobs.lease import Shift
from accelerator.standing import agenda
from accelerator.standing.dues import still_due
from accelerator.standing.hours import hours_of
from accelerator.storage.tables import Delivery, Person

__all__ = ["BACK_OFF", "deliver"]
DONE = N_("Everything it told of is done.")

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
    reply_to: str
    thread: str
    unsubscribe: str
    calendar: bytes


def deliver(shift: Shift) -> int:
    """Send what is due until nothing is, or the mail server takes nothing; return how many."""
    post = post_of(shift.config.mail_url)
    sent = 0
    try:
        while not shift.stopping():
            with shift.transaction() as session:
                row = claim(session, "mail", shift.hold.mark, now=clock.now())
                ready = None if row is None else _looked_at(shift, session, row)
            if row is None:
                break
            if ready is not None:
                sent += _send(shift, post, ready)
    except TryLater:
        log.warning("the mail server takes nothing now")
    finally:
        post.close()
    return sent


def _looked_at(shift: Shift, session: Session, row: Delivery) -> Claimed | None:
    """Return the message to send, if it is to be sent; one that nobody understands has failed."""
    try:
        return _ready(shift, session, row, now=clock.now())
    except DBAPIError:
        raise
    except Exception as error:
        log.exception("a message cannot be understood", delivery=row.id)
        put(row, state="failed", error=why(error))
        return None


def _ready(shift: Shift, session: Session, row: Delivery, *, now: datetime) -> Claimed | None:
    """Return the message to send, unless it has lost its reason or may not be sent now."""
    person = session.get_one(Person, row.person_id)
    if worn_out(row):
        put(row, state="failed", error=row.last_error or N_("Its sending never came to an end."))
        return None
    if person.disabled_at is not None:
        put(row, state="cancelled", error=N_("The receiver's account was closed."))
        return None
    if row.template in (REMINDER, DAILY, WEEKLY):
        opens = hours_of(session, [person.id], now=now)[person.id].opens(now)
        if opens > now:
            put(row, state=row.state, error=row.last_error, due_at=opens)
            row.attempts -= 1
            return None
        if not _has_reason(session, row, now):
            put(row, state="cancelled", error=DONE)
            return None
    row.reply_to = reply_to(session, row)
    config = shift.config
    token = ending(config.secret_key, person.id, row.template)
    return Claimed(
        id=row.id, key=row.key, template=row.template, data=row.data, email=person.email,
        reader=Reader(person.display_name, person.language, person.time_zone),
        written_at=row.created_at, attempts=row.attempts, reply_to=row.reply_to,
        thread=f"{row.about}:{person.id}" if row.about else "",
        unsubscribe=f"{config.base_url}/unsubscribe/{token}"
        if row.template in (DAILY, WEEKLY)
        else "",
        calendar=_calendar(shift, session, row, person, now),
    )  # fmt: skip


def _calendar(
    shift: Shift, session: Session, row: Delivery, person: Person, now: datetime
) -> bytes:
    """Return the dates that a mail sets or moves; without them it still says what it has to say."""
    try:
        entries = agenda.of_mail(session, row, person, now=now)
        base_url = shift.config.base_url
        return ics.calendar(entries, reader=person.language, base_url=base_url) if entries else b""
    except DBAPIError:
        raise
    except Exception:
        log.exception("the dates of a message cannot be written", delivery=row.id)
        return b""


def _has_reason(session: Session, row: Delivery, now: datetime) -> bool:
    """Say whether a message still tells of something; what is done by now is taken out of it."""
    if row.template == REMINDER:
        return still_due(session, [row.data["line"]], row.person_id or 0, now=now)[0]
    lines = row.data.get("lines", [])
    due = still_due(session, lines, row.person_id or 0, now=now) if lines else []
    if not all(due):
        gone = [line["row"] for line, open_now in zip(lines, due, strict=True) if not open_now]
        done = update(Delivery).where(Delivery.id.in_(gone))
        session.execute(done.values(state="cancelled", last_error=DONE))
        kept = [line for line, open_now in zip(lines, due, strict=True) if open_now]
        row.data = row.data | {"lines": kept}
    return row.template == WEEKLY or bool(row.data["lines"] or row.data["news"])


def _send(shift: Shift, post: Post, claimed: Claimed) -> int:
    """Write and send one message and note how it went; return 1 when it was sent.

    Raises TryLater when the mail server takes no message at all at present.
    """
    config = shift.config
    noted: dict[str, Any] = {"message_id": message_id(claimed.key, config.mail_from)}
    try:
        text = letter(
            claimed.template,
            claimed.data | {"unsubscribe": claimed.unsubscribe},
            claimed.reader,
            base_url=config.base_url,
        )
        noted |= _shown(text)
        message = compose(
            text, sender=config.mail_from, to_name=claimed.reader.name, to_email=claimed.email,
            key=claimed.key, at=claimed.written_at, reply_to=claimed.reply_to,
            thread=claimed.thread, unsubscribe=claimed.unsubscribe, calendar=claimed.calendar,
        )  # fmt: skip
    except Exception as error:  # one message that cannot be written stops no other
        log.exception("a message cannot be written", delivery=claimed.id)
        note(shift, claimed.id, noted | {"state": "failed", "last_error": why(error)})
        return 0
    shift.still_mine()
    try:
        post.send(message)
    except TryLater as error:
        note(shift, claimed.id, noted | later(claimed.attempts, str(error)))
        if error.server:
            raise
        return 0
    except Refused as error:
        note(shift, claimed.id, noted | {"state": "failed", "last_error": str(error)})
        return 0
    except Exception as error:
        log.exception("a message cannot be sent", delivery=claimed.id)
        note(shift, claimed.id, noted | {"state": "failed", "last_error": why(error)})
        return 0
    sent = {
        "state": "sent",
        "sent_at": clock.now(),
        "last_error": "",
        "data": _veiled(claimed.data),
    }
    note(shift, claimed.id, noted | sent)
    return 1


def _shown(text: Letter) -> dict[str, str]:
    """Return what the administrator's page shows, without what would open an account."""
    return {"subject": text.subject[:400], "body": veiled(text.text)}


def _veiled(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: veiled(value) if isinstance(value, str) else value for name, value in data.items()
    }
