"""Tell the channels of chat programs what waits for them, with the patience that mail has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from accelerator import clock, logs
from accelerator.activity.chats import call as post
from accelerator.activity.events.reminders import TEMPLATE as REMINDER
from accelerator.activity.letters import Reader, subject
from accelerator.activity.post import Refused, TryLater
from accelerator.domain.errors import DomainError
from accelerator.domain.hooks import payload, require_callable
from accelerator.i18n import N_, gettext, speaking
from accelerator.jobs.claims import claim, later, note, put, why, worn_out
from accelerator.jobs.deliver import DONE
from accelerator.jobs.lease import Shift
from accelerator.jobs.run import transaction
from accelerator.standing.dues import still_due
from accelerator.storage.tables import Delivery, Hook, Programme

log = logs.get("call")


@dataclass(frozen=True, slots=True)
class Said:
    """One message that is ours to say, and where."""

    id: int
    hook_id: int
    url: str
    payload: dict[str, Any]
    text: str
    attempts: int


def call(shift: Shift) -> int:
    """Say what is due until nothing is; return how many were said.

    A channel that does not answer is left alone until its next try, so that it holds up no other.
    """
    said = 0
    silent: dict[int, str] = {}
    while not shift.stopping():
        with shift.transaction() as session:
            row = claim(session, "hook", shift.hold.mark, now=clock.now())
            ready = None if row is None else _ready(shift, session, row)
        if row is None:
            break
        if ready is not None and ready.hook_id in silent:
            note(shift, ready.id, later(ready.attempts, silent[ready.hook_id]))
        elif ready is not None:
            said += _say(shift, ready, silent)
    return said


def _ready(shift: Shift, session: Session, row: Delivery) -> Said | None:
    hook = session.get_one(Hook, row.hook_id)
    if worn_out(row):
        put(row, state="failed", error=row.last_error or N_("Its sending never came to an end."))
        return None
    if hook.stopped_at is not None:
        put(row, state="cancelled", error=N_("The channel is not told any more."))
        return None
    if row.template == REMINDER and not still_due(
        session, [row.data["line"]], 0, now=clock.now()
    )[0]:  # fmt: skip
        put(row, state="cancelled", error=DONE)
        return None
    config = shift.config
    programme = session.get_one(Programme, hook.programme_id)
    try:
        require_callable(hook.url, config.hook_hosts)
        reader = Reader("", hook.language, "UTC")
        text = subject(row.template, row.data, reader)
        with speaking(hook.language):
            where, label = programme.name.pick(hook.language), gettext("Open it")
        body = payload(
            hook.form, text=text, place=where, label=label,
            link=config.base_url + (row.data.get("path") or "/"),
        )  # fmt: skip
    except DomainError as error:
        put(row, state="failed", error=error.code)
        return None
    except Exception as error:  # one message that cannot be written stops no other
        log.exception("a message to a channel cannot be written", delivery=row.id)
        put(row, state="failed", error=why(error))
        return None
    return Said(row.id, hook.id, hook.url, body, text, row.attempts)


def _say(shift: Shift, ready: Said, silent: dict[int, str]) -> int:
    shift.still_mine()
    shown = {"subject": ready.text[:400], "body": ready.text}
    try:
        post(ready.url, ready.payload)
    except TryLater as error:
        silent[ready.hook_id] = str(error)
        _note(shift, ready, shown | later(ready.attempts, str(error)), str(error))
        return 0
    except Refused as error:
        _note(shift, ready, shown | {"state": "failed", "last_error": str(error)}, str(error))
        return 0
    _note(shift, ready, shown | {"state": "sent", "sent_at": clock.now(), "last_error": ""}, "")
    return 1


def _note(shift: Shift, ready: Said, values: Mapping[str, Any], error: str) -> None:
    note(shift, ready.id, dict(values))
    with transaction(shift.engine) as session:
        session.execute(
            update(Hook).where(Hook.id == ready.hook_id).values(last_error=error),
            execution_options={"synchronize_session": False},
        )
