"""Launch a cohort: its dates from the one before, and the moment everybody sees it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.cohorts import CohortOpened
from accelerator.calendars import calendar_of
from accelerator.domain.cohort_dates import StageDates, StageSpan
from accelerator.domain.errors import DomainError
from accelerator.domain.launch import Run, shifted
from accelerator.domain.policy import Actor
from accelerator.domain.stages import Timing
from accelerator.i18n import N_
from accelerator.standing.checklist import checklist
from accelerator.storage.tables import Cohort, CohortStage, Programme, Stage


def clone_dates(
    source: Cohort,
    dates: Mapping[int, CohortStage],
    stages: Sequence[Stage],
    opens_on: date,
) -> Run:
    """Move the dates of a cohort to another start; `dates` are its own, by stage id."""
    run = Run(
        source.intake_opens_on,
        source.intake_closes_on,
        {
            stage.key: StageDates(row.hand_in_by, row.review_by, row.gate_on)
            for stage in stages
            if (row := dates.get(stage.id)) is not None
        },
    )
    spans = {
        stage.key: StageSpan(stage.time_box_days, stage.promise_days)
        for stage in stages
        if stage.timing == Timing.COHORT
    }
    was = calendar_of(source.country, source.intake_opens_on.year)
    return shifted(run, opens_on, spans, was, calendar_of(source.country, opens_on.year))


def open_cohort(
    session: Session, *, actor: Actor, cohort: Cohort, from_today: bool, now: datetime
) -> None:
    """Show a prepared cohort to everybody; its intake opens on its day, or `from_today`.

    Raises DomainError while something that blocks is missing.
    """
    session.refresh(cohort, with_for_update=True)
    if not cohort.preparing:
        raise DomainError("cohort_open", N_("This cohort is visible to everybody already."))
    programme = session.get_one(Programme, cohort.programme_id)
    if (
        programme.archived_at is not None
        or not checklist(session, programme, now=now, cohort=cohort).ready
    ):
        raise DomainError(
            "not_ready", N_("Something must be mended before the intake can open; see the list.")
        )
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    if from_today and today < cohort.intake_opens_on:
        cohort.intake_opens_on = today
    cohort.preparing = False
    session.flush()
    event = CohortOpened(
        actor_id=actor.id,
        programme_id=cohort.programme_id,
        subject=f"cohort:{cohort.code}",
        path=f"/cohorts/{cohort.code}",
        code=cohort.code,
        opens_on=cohort.intake_opens_on.isoformat(),
    )
    record(session, event, now=now)
