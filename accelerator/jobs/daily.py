"""The day's one message: all that waits for somebody whose working morning has come, in one mail.

At most one leaves on a person's day, whatever was held up; what comes later waits for the next.
Lines that are done by now are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accelerator import clock, logs
from accelerator.activity.events.daily import DAILY
from accelerator.activity.events.reminders import TEMPLATE as REMINDER
from accelerator.i18n import N_
from accelerator.jobs.claims import why
from accelerator.jobs.lease import LeaseLost, Shift
from accelerator.standing.dues import still_due
from accelerator.standing.hours import Hours, hours_of
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Delivery, JobRun

DONE = N_("It was done before the day's message left.")
CLOSED = N_("The receiver's account was closed.")
# This morning's reminders are to be in this morning's message; a job that fails delays nobody long.
GRACE = timedelta(minutes=15)
HELD_UP = 12  # days for which a message may wait for a working morning
MOST_NEWS = 40  # in one message; the inbox has all
_AT_ONCE = 40  # people in one transaction
_WAITING = (Delivery.channel == "daily", Delivery.state == "waiting")

log = logs.get("daily")


def daily(shift: Shift) -> int:
    """Make the message of each whose morning has come; return how many were made."""
    now = clock.now()
    with shift.reading() as session:
        mornings = _mornings(session, now)
    people = sorted(mornings)
    made = 0
    for at in range(0, len(people), _AT_ONCE):
        if shift.stopping():
            break
        some = {id_: mornings[id_] for id_ in people[at : at + _AT_ONCE]}
        made += _carried(shift, some, now)
    return made


def _carried(shift: Shift, people: dict[int, Hours | None], now: datetime) -> int:
    """Carry what waits for these people; where one's cannot be understood, each one's by itself."""
    try:
        with shift.transaction() as session:
            return _carry(session, people, now)
    except (LeaseLost, DBAPIError):
        raise
    except Exception as error:
        if len(people) > 1:
            return sum(_carried(shift, {id_: hours}, now) for id_, hours in people.items())
        log.exception("a day's message cannot be made", people=list(people))
        theirs = (*_WAITING, Delivery.due_at <= now, Delivery.person_id.in_(people))
        with shift.transaction() as session:
            failed = update(Delivery).where(*theirs)
            session.execute(failed.values(state="failed", last_error=why(error)))
        return 0


def _mornings(session: Session, now: datetime) -> dict[int, Hours | None]:
    """Return who is awake and has something waiting; None stands for a closed account."""
    waiting = select(Delivery.person_id).where(*_WAITING, Delivery.due_at <= now).distinct()
    ids = [id_ for id_ in session.scalars(waiting) if id_ is not None]
    reminded = session.get(JobRun, "remind")
    hours = hours_of(session, ids, now=now)
    return {
        id_: hours.get(id_)
        for id_ in ids
        if id_ not in hours or _has_come(hours[id_], now, reminded)
    }


def _has_come(hours: Hours, now: datetime, reminded: JobRun | None) -> bool:
    """Say whether a person may be written to, and this morning's reminders are written down."""
    if hours.opens(now) > now:
        return False
    began = hours.opens(now - GRACE)
    fresh = reminded is not None and not (
        reminded.finished_at is not None and reminded.started_at >= began
    )
    return not (fresh and began > now - GRACE)


def _carry(session: Session, people: dict[int, Hours | None], now: datetime) -> int:
    """Put what waits for these people into one mail each; return how many mails."""
    told = _told_today(session, people, now)
    rows = session.scalars(
        select(Delivery)
        .where(*_WAITING, Delivery.due_at <= now, Delivery.person_id.in_(set(people) - told))
        .order_by(Delivery.person_id, Delivery.id)
        .with_for_update()
    ).all()
    _drop(session, [row.id for row in rows if people[row.person_id or 0] is None], CLOSED)
    rows = [row for row in rows if people[row.person_id or 0] is not None]
    reminders = [row for row in rows if row.template == REMINDER]
    lines = [row.data["line"] | {"for_id": _whose(row)} for row in reminders]
    due = still_due(session, lines, 0, now=now) if lines else []
    done = {row.id for row, open_now in zip(reminders, due, strict=True) if not open_now}
    _drop(session, done, DONE)
    waiting = defaultdict(list)
    for row in rows:
        if row.id not in done:
            waiting[row.person_id or 0].append(row)
    return sum(_write(session, id_, people[id_], theirs, now) for id_, theirs in waiting.items())


def _whose(row: Delivery) -> int | None:
    """Return who has in hand what a reminder tells of: its receiver, unless standing in."""
    return row.data["line"].get("for_id") or row.person_id


def _write(
    session: Session, person: int, hours: Hours | None, rows: Sequence[Delivery], now: datetime
) -> int:
    if hours is None:
        return 0
    new = {
        "key": _key(person, hours.day(now)), "person_id": person, "channel": "mail",
        "template": DAILY, "data": contents(rows), "state": "waiting", "urgent": False,
        "due_at": now, "created_at": now, "attempts": 0,
    }  # fmt: skip
    insert = insert_into(session, Delivery).values(new).on_conflict_do_nothing()
    mail = session.scalar(insert.returning(Delivery.id))
    if mail is None:
        return 0
    carried = update(Delivery).where(Delivery.id.in_([row.id for row in rows]))
    session.execute(
        carried.values(state="carried", carried_by_id=mail, sent_at=now),
        execution_options={"synchronize_session": False},
    )
    return 1


def contents(rows: Sequence[Delivery]) -> dict[str, Any]:
    """Return what a message says: what is due first, the oldest on top, then news by idea."""
    lines = [row.data["line"] | {"row": row.id} for row in rows if row.template == REMINDER]
    news = [row for row in rows if row.template != REMINDER]
    groups: dict[str, dict[str, Any]] = {}
    for row in news[:MOST_NEWS]:
        code, title = _idea(row.data)
        group = groups.setdefault(code, {"title": title, "code": code, "items": []})
        path = row.data.get("path") or "/inbox"
        group["items"].append({"template": row.template, "data": row.data, "path": path})
    return {
        "lines": sorted(lines, key=lambda line: (line["due_on"], line["kind"], line["code"])),
        "news": [groups[code] for code in sorted(groups, key=lambda code: code == "")],
        "more": max(0, len(news) - MOST_NEWS),
        "path": "/inbox",
    }


def _idea(data: dict[str, Any]) -> tuple[str, dict[str, str] | None]:
    """Return code and title of the one idea that a notice is about, if it is about one."""
    ideas = data.get("ideas")
    of = ideas[0] if isinstance(ideas, list) and len(ideas) == 1 else data
    code, title = of.get("code"), of.get("title")
    return (code, title) if code and title else ("", None)


def _drop(session: Session, ids: Iterable[int], why: str) -> None:
    dropped = sorted(ids)
    if dropped:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(dropped))
            .values(state="cancelled", last_error=why),
            execution_options={"synchronize_session": False},
        )


def _told_today(session: Session, people: dict[int, Hours | None], now: datetime) -> set[int]:
    """Return who had their message today, or has one that is still held up."""
    keys = {
        _key(id_, hours.day(now) - timedelta(days=n)): (id_, hours)
        for id_, hours in people.items()
        if hours is not None
        for n in range(-1, HELD_UP)
    }
    found = session.execute(
        select(Delivery.key, Delivery.state, Delivery.sent_at).where(Delivery.key.in_(keys))
    ).all()
    told = set()
    for row in found:
        id_, hours = keys[row.key]
        left = row.sent_at is not None and hours.day(row.sent_at) == hours.day(now)
        if left or row.state in ("waiting", "retrying") or row.key == _key(id_, hours.day(now)):
            told.add(id_)
    return told


def _key(person: int, day: date) -> str:
    return f"{DAILY}:{person}:{day}"
