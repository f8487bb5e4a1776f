"""Which cohorts take ideas in now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.cohort_dates import IntakeState, intake_state
from accelerator.standing.places import TAKEN
from accelerator.storage.tables import Cohort, Programme

MOST = 50


@dataclass(frozen=True, slots=True)
class OpenIntake:
    """A cohort that takes ideas in now."""

    code: str
    name: Bilingual
    programme: Bilingual
    about: Bilingual
    closes_on: date
    today: date
    free: int
    waiting_list: bool


def open_intakes(session: Session, *, now: datetime) -> list[OpenIntake]:
    """List the cohorts that take ideas in now, by when they close."""
    about = now.date()  # in UTC: no zone is further than a day away
    rows = session.execute(
        select(
            Cohort,
            Programme.name.label("programme"),
            Programme.summary.label("about"),
            TAKEN.label("taken"),
        )
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(
            Programme.archived_at.is_(None),
            Cohort.preparing.is_(False),
            Cohort.intake_opens_on <= about + timedelta(days=1),
            Cohort.intake_closes_on >= about - timedelta(days=1),
        )
        .order_by(Cohort.intake_closes_on, Cohort.id)
        .limit(MOST)
    )
    return [
        OpenIntake(
            row.Cohort.code,
            row.Cohort.name,
            row.programme,
            row.about,
            row.Cohort.intake_closes_on,
            today_of(row.Cohort, now),
            max(row.Cohort.capacity - row.taken, 0),
            row.Cohort.waiting_list,
        )
        for row in rows
        if intake_of(row.Cohort, now) is IntakeState.OPEN
    ]


def today_of(cohort: Cohort, now: datetime) -> date:
    """Return the day it is where a cohort is."""
    return now.astimezone(ZoneInfo(cohort.time_zone)).date()


def intake_of(cohort: Cohort, now: datetime) -> IntakeState:
    """Return whether a cohort takes ideas in now, by its dates."""
    return intake_state(cohort.intake_opens_on, cohort.intake_closes_on, today_of(cohort, now))
