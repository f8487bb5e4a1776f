"""Launch a cohort by clicks: choose, look at the dates, mend what is missing, open the intake."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.calendars import calendar_of
from accelerator.domain.errors import DomainError
from accelerator.domain.launch import starts
from accelerator.domain.policy import Permission
from accelerator.features.cohorts.queries import intakes, launching
from accelerator.features.cohorts.routes.blueprint import bp
from accelerator.features.cohorts.service import launching as service
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.get("/programmes/<programme_key>/cohorts/launch")
@allow(Permission.COHORT_EDIT, subject="programme")
def launch(programme: Any) -> ResponseReturnValue:
    """Ask which cohort to start from, and when."""
    sources = launching.sources(db(), programme.id)
    zone = sources[0].time_zone if sources else actor().time_zone
    country = sources[0].country if sources else actor().country
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    return render_template(
        "cohorts/launch.html",
        programme=programme,
        sources=sources,
        starts=starts(today, calendar_of(country, today.year)),
        today=today,
    )


@bp.get("/cohorts/<cohort_code>/prepare")
@allow(Permission.COHORT_EDIT, subject="cohort")
def prepare(cohort: Any) -> ResponseReturnValue:
    """Show what is missing before the intake can open."""
    return _prepare_page(cohort, "")


@bp.post("/cohorts/<cohort_code>/open")
@allow(Permission.COHORT_EDIT, subject="cohort")
@once
def open_intake(cohort: Any) -> ResponseReturnValue:
    """Let everybody see the cohort; the intake opens on its day, or today."""
    from_today = request.form.get("when") == "today"
    try:
        service.open_cohort(
            db(), actor=actor(), cohort=cohort, from_today=from_today, now=clock.now()
        )
    except DomainError as error:
        return _prepare_page(cohort, _(error.message)), 422
    flash(_("The cohort is open to everybody now."), "good")
    return redirect(url_for("cohorts.show", cohort_code=cohort.code), 303)


def _prepare_page(cohort: Any, refusal: str) -> str:
    now = clock.now()
    page = launching.readiness(db(), actor(), cohort, now=now)
    return render_template(
        "cohorts/prepare.html",
        cohort=cohort,
        page=page,
        refusal=refusal,
        intake=intakes.intake_of(cohort, now),
        edit_link=lambda stage, what: url_for(
            "cohorts.edit",
            cohort_code=cohort.code,
            _anchor=f"stage-{stage}-{what}" if stage else what,
        ),
    )
