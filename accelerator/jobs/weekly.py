"""The week's summary for managers and sponsors, on the first working morning of their week."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accelerator import clock, logs
from accelerator.activity.events.daily import WEEKLY
from accelerator.domain.notices import Choice, Kind
from accelerator.domain.policy import Role
from accelerator.i18n import N_
from accelerator.jobs.lease import LeaseLost, Shift
from accelerator.standing.agenda import actor_now
from accelerator.standing.hours import Hours, hours_of
from accelerator.standing.week import week_of
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Delivery, Membership, Person, Preference

QUIET = N_("There was nothing to tell of the week.")
_ROLES = (Role.MANAGER, Role.SPONSOR)

log = logs.get("weekly")


def weekly(shift: Shift) -> int:
    """Write the summary of each whose week has begun; return how many were written."""
    now = clock.now()
    with shift.reading() as session:
        mornings = _mornings(session, now)
    written = 0
    for person, hours in sorted(mornings.items()):
        if shift.stopping():
            break
        try:
            with shift.transaction() as session:
                written += _write(session, person, hours, now)
        except (LeaseLost, DBAPIError):
            raise
        except Exception:  # one summary that cannot be written stops no other
            log.exception("a summary cannot be written", person=person)
    return written


def _mornings(session: Session, now: datetime) -> dict[int, Hours]:
    """Return who is awake, wants to hear, and has no summary of this week."""
    off = (
        select(Preference.person_id)
        .where(
            Preference.person_id == Membership.person_id,
            Preference.kind == Kind.WEEKLY,
            Preference.choice == Choice.OFF,
        )
        .exists()
    )
    ids = session.scalars(
        select(Membership.person_id).where(Membership.role.in_(_ROLES), ~off).distinct()
    ).all()
    awake = {
        id_: hours
        for id_, hours in hours_of(session, ids, now=now).items()
        if hours.opens(now) == now
    }
    keys = {_key(id_, hours.day(now)): id_ for id_, hours in awake.items()}
    told = {
        keys[key]
        for key in session.scalars(select(Delivery.key).where(Delivery.key.in_(list(keys))))
    }
    return {id_: hours for id_, hours in awake.items() if id_ not in told}


def _write(session: Session, person: int, hours: Hours, now: datetime) -> int:
    today = hours.day(now)
    actor = actor_now(session, session.get_one(Person, person))
    last = today + timedelta(days=6 - today.weekday())
    lines = week_of(session, actor, first=today, last=last)
    new: dict[str, Any] = {
        "key": _key(person, today), "person_id": person, "channel": "mail",
        "kind": str(Kind.WEEKLY), "template": WEEKLY, "urgent": False, "attempts": 0,
        "data": {"lines": [], "news": [], "cohorts": lines, "until": last.isoformat(), "path": "/"},
        "state": "waiting" if lines else "cancelled", "last_error": "" if lines else QUIET,
        "due_at": now, "created_at": now,
    }  # fmt: skip
    insert = insert_into(session, Delivery).values(new).on_conflict_do_nothing()
    added = session.scalar(insert.returning(Delivery.id))
    return int(added is not None and bool(lines))


def _key(person: int, day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{WEEKLY}:{person}:{year}-{week:02}"
