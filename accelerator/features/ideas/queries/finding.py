"""Finding ideas: what resembles a title, what a search finds, and where one can start."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.intake import Intake
from accelerator.domain.policy import Actor
from accelerator.storage import search
from accelerator.storage.tables import Cohort, Idea, Programme
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
    """A cohort whose intake is open."""

    code: str
    name: Bilingual
    programme: Bilingual
    closes_at: datetime


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


def open_cohorts(session: Session, *, now: datetime) -> list[CohortRow]:
    """Return the cohorts that take ideas in now, each by its own calendar."""
    today = now.date()
    rows = session.execute(
        select(Cohort, Programme.name)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(
            Programme.archived_at.is_(None),
            Cohort.intake_opens_on <= today + DAY,
            Cohort.intake_closes_on >= today - DAY,
        )
        .order_by(Cohort.intake_closes_on, Cohort.id)
    )
    found = []
    for cohort, programme in rows:
        zone = ZoneInfo(cohort.time_zone)
        intake = Intake(cohort.intake_opens_on, cohort.intake_closes_on, zone)
        if intake.is_open(now):
            found.append(CohortRow(cohort.code, cohort.name, programme, intake.closes_at))
    return found
