"""What the launch of a cohort needs: cohorts to clone, and what its dates conflict with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of, holiday_name
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.checklist import Checklist
from accelerator.domain.cohort_dates import StageDates
from accelerator.domain.launch import Conflict, OtherStage, Run, conflicts
from accelerator.domain.policy import Actor, Role
from accelerator.features.cohorts.queries.pages import dates_of, stages_of
from accelerator.i18n import language
from accelerator.standing.checklist import checklist
from accelerator.storage.tables import Cohort, CohortStage, Programme, Stage

SOURCES = 5
OTHERS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A conflict with what a reader wants to know of it: the holiday, the next working day."""

    conflict: Conflict
    holiday: str
    better: date | None


def sources(session: Session, programme_id: int) -> Sequence[Cohort]:
    """List the cohorts that can be cloned, the last one first."""
    return session.scalars(
        select(Cohort)
        .where(Cohort.programme_id == programme_id)
        .order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
        .limit(SOURCES)
    ).all()


def source(session: Session, programme_id: int, code: str) -> Cohort | None:
    """Return a cohort of the programme by its code."""
    return session.scalars(
        select(Cohort).where(Cohort.programme_id == programme_id, Cohort.code == code)
    ).one_or_none()


def found_conflicts(
    session: Session, actor: Actor, run: Run, *, country: str, programme_id: int, code: str = ""
) -> list[Found]:
    """List the conflicts of a run with holidays and with the other cohorts that the actor runs.

    `code` is the cohort's own, which does not conflict with itself.
    """
    calendar = calendar_of(country, run.opens_on.year)
    others = _others(session, actor, run, programme_id, code)
    return [
        Found(
            one,
            holiday_name(country, one.on, language()),
            None if calendar.is_working(one.on) else calendar.on_or_after(one.on),
        )
        for one in conflicts(run, calendar, others)
    ]


def _others(
    session: Session, actor: Actor, run: Run, programme_id: int, code: str
) -> list[OtherStage]:
    if not run.stages:
        return []
    first = min(dates.hand_in_by for dates in run.stages.values()) - timedelta(days=7)
    last = max(dates.gate_on for dates in run.stages.values()) + timedelta(days=7)
    rows = session.execute(
        select(Cohort, CohortStage, Stage.name)
        .join(CohortStage, CohortStage.cohort_id == Cohort.id)
        .join(Stage, Stage.id == CohortStage.stage_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(
            Cohort.programme_id.in_(actor.programmes(Role.MANAGER) | {programme_id}),
            Cohort.code != code,
            Programme.archived_at.is_(None),
            Stage.removed_at.is_(None),
            CohortStage.gate_on >= first,
            CohortStage.hand_in_by <= last,
        )
        .order_by(CohortStage.gate_on)
        .limit(OTHERS)
    )
    return [
        OtherStage(
            cohort.name,
            cohort.code,
            stage,
            cohort.programme_id == programme_id,
            StageDates(days.hand_in_by, days.review_by, days.gate_on),
        )
        for cohort, days, stage in rows
    ]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a prepared cohort still lacks, and what its dates conflict with."""

    programme: Programme
    stages: dict[str, Bilingual]
    missing: Checklist
    conflicts: list[Found]
    today: date


def readiness(session: Session, actor: Actor, cohort: Cohort, *, now: datetime) -> Readiness:
    """Load what the last page of a launch shows; six queries."""
    programme = session.get_one(Programme, cohort.programme_id)
    stages = stages_of(session, cohort.programme_id)
    dates = dates_of(session, cohort)
    run = Run(
        cohort.intake_opens_on,
        cohort.intake_closes_on,
        {
            stage.key: StageDates(row.hand_in_by, row.review_by, row.gate_on)
            for stage in stages
            if (row := dates.get(stage.id)) is not None
        },
    )
    return Readiness(
        programme,
        {stage.key: stage.name for stage in stages},
        checklist(session, programme, now=now, cohort=cohort, stages=stages, dates=dates),
        found_conflicts(
            session,
            actor,
            run,
            country=cohort.country,
            programme_id=cohort.programme_id,
            code=cohort.code,
        ),
        now.astimezone(ZoneInfo(cohort.time_zone)).date(),
    )
