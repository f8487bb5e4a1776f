"""Pause all reminders about an idea until a day, and let them go on."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from accelerator.activity.events.ladders import RemindersPaused, RemindersResumed
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.i18n import N_
from accelerator.storage.tables import Cohort, Idea

LONGEST = timedelta(days=365)


def pause_reminders(
    session: Session, *, actor: Actor, idea: Idea, until: date | None, reason: str, now: datetime
) -> None:
    """Let nobody be reminded of anything about an idea before a day; its team hears why.

    On that day the reminders go on with the step that is reached then. Nothing is done or late by
    it: dates stay as they are.
    """
    cohort = session.get_one(Cohort, idea.cohort_id)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    if until is None or not today < until <= today + LONGEST:
        raise DomainError(
            "pause_day", N_("Choose a day from tomorrow on, within a year."), field="until"
        )
    if not reason.strip():
        raise DomainError("empty", N_("Write something here."), field="reason")
    idea.reminders_paused_until = until
    session.flush()
    record(
        session,
        RemindersPaused(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id, code=idea.code,
            title=idea.title, until=until.isoformat(), reason=reason.strip(),
            path=f"/ideas/{idea.code}",
        ),
        now=now,
    )  # fmt: skip


def resume_reminders(session: Session, *, actor: Actor, idea: Idea, now: datetime) -> None:
    """Let the reminders about an idea go on from now; its team hears."""
    cohort = session.get_one(Cohort, idea.cohort_id)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    if idea.reminders_paused_until is None or idea.reminders_paused_until <= today:
        raise DomainError("not_paused", N_("The reminders about this idea are not paused."))
    was, idea.reminders_paused_until = idea.reminders_paused_until, today
    session.flush()
    record(
        session,
        RemindersResumed(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id, code=idea.code,
            title=idea.title, was=was.isoformat(), path=f"/ideas/{idea.code}",
        ),
        now=now,
    )  # fmt: skip
