"""Remind people of what is due: each in their own language, on their own working mornings.

The ladder names the step everybody has reached; the keys of what was told already are the unique
keys of the notices, so a repeated run, a second scheduler or a changed clock adds nothing. What
goes by mail waits for the day's one message, which `jobs/daily.py` makes.
"""

from datetime import datetime
from itertools import groupby
from typing import Any

from accelerator import clock
from accelerator.activity.events.reminders import notice_of
from accelerator.activity.outbox import Notice, notify_all, tell_hooks
from accelerator.domain.ladder import Channel
from accelerator.jobs.lease import Shift
from accelerator.standing.dues import Owed, lines, owed

AT_ONCE = 400  # reminders in one transaction; whoever hears of many hears of all at once


def remind(shift: Shift) -> int:
    """Write down every reminder that is owed now; return how many people hear."""
    now = clock.now()
    with shift.reading() as session:
        found = sorted(owed(session, now), key=lambda one: one.reminder.person)
        said = lines(session, found, now=now)
    pairs = zip(found, said, strict=True)
    heard = 0
    batch: list[tuple[Owed, dict[str, Any]]] = []
    for _, theirs in groupby(pairs, key=lambda pair: pair[0].reminder.person):
        batch += theirs
        heard += 1
        if len(batch) >= AT_ONCE:
            _tell(shift, batch, now)
            batch = []
            if shift.stopping():
                return heard
    if batch:
        _tell(shift, batch, now)
    return heard


def _tell(shift: Shift, batch: list[tuple[Owed, dict[str, Any]]], now: datetime) -> None:
    told = [(one.reminder.person, _notice(one, line, now)) for one, line in batch]
    chats = {
        one.reminder.told_once: _notice(one, line, now, to_all=True)
        for one, line in batch
        if Channel.HOOK in one.reminder.step.channels and not one.task.private
    }
    with shift.transaction() as session:
        notify_all(session, told, now=now)
        tell_hooks(session, list(chats.values()), now=now)


def _notice(one: Owed, line: dict[str, Any], now: datetime, *, to_all: bool = False) -> Notice:
    """Make the notice of a reminder; in a chat nobody is named who may be hidden from some."""
    key = one.reminder.key
    if to_all:
        key, line = one.reminder.told_once, one.task.line_for_all(line)
    return Notice(
        notice_of(one.reminder), key, {"line": line, "path": line["path"]}, due_at=now,
        about=one.task.about, programme_id=one.task.programme_id,
    )  # fmt: skip
