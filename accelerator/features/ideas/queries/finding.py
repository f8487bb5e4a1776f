"""Finding ideas: what resembles a title, what a search finds, and where one can start."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.intake import Intake
from accelerator.domain.policy import Actor
from accelerator.standing.places import TAKEN
from accelerator.storage import search
from accelerator.storage.tables import Cohort, Idea, LateEntry, Programme
from accelerator.storage.visibility import visible_ideas

MOST_SIMILAR = 5
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SimilarRow:
    """An idea that resembles what is typed."""

    code: str
    title: Bilingual
    summary: Bilingual


@dataclass(frozen=True, slots=True)
class CohortRow:
    """A cohort whose intake is open; with a waiting list one can hand in when none is free."""

    code: str
    name: Bilingual
    programme: Bilingual
    closes_at: datetime
    about: Bilingual
    free: int
    waiting_list: bool


def similar(session: Session, *, actor: Actor, text: str) -> list[SimilarRow]:
    """Return the visible ideas that share most words with a text."""
    likely = search.alike(session, text)
    if not likely:
        return []
    rows = session.execute(
        select(Idea.id, Idea.code, Idea.title, Idea.summary).where(
            Idea.id.in_(likely), visible_ideas(actor)
        )
    ).all()
    ranked = sorted(rows, key=lambda row: likely.index(row.id))
    return [SimilarRow(row.code, row.title, row.summary) for row in ranked[:MOST_SIMILAR]]


def open_cohorts(session: Session, *, actor: Actor, now: datetime) -> list[CohortRow]:
    """Return the cohorts that take in what this person brings now, each by its own calendar."""
    today = now.date()
    late = late_until(actor.id)
    rows = session.execute(
        select(Cohort, Programme.name, Programme.summary, late.label("late"), TAKEN.label("taken"))
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(
            Programme.archived_at.is_(None),
            Cohort.preparing.is_(False),
            Cohort.intake_opens_on <= today + DAY,
            or_(Cohort.intake_closes_on >= today - DAY, late >= today - DAY),
        )
        .order_by(Cohort.intake_closes_on, Cohort.id)
    )
    found = []
    for cohort, programme, about, late_day, places in rows:
        intake = intake_of(cohort, late_day)
        if intake.is_open(now):
            free = max(cohort.capacity - places, 0)
            found.append(
                CohortRow(
                    cohort.code, cohort.name, programme, intake.closes_at, about, free,
                    cohort.waiting_list,
                )
            )  # fmt: skip
    return found


def late_until(person_id: int | BindParameter[int]) -> ScalarSelect[date]:
    """The last day of the leave that a person has to come late into a Cohort row."""
    return (
        select(func.max(LateEntry.until))
        .where(LateEntry.cohort_id == Cohort.id, LateEntry.person_id == person_id)
        .correlate(Cohort)
        .scalar_subquery()
    )


def intake_of(cohort: Cohort, late: date | None) -> Intake:
    """Return a cohort's window, as it is for somebody with this leave."""
    return Intake(
        cohort.intake_opens_on, cohort.intake_closes_on, ZoneInfo(cohort.time_zone),
        cohort.capacity, cohort.preparing, cohort.waiting_list, late,
    )  # fmt: skip
