"""Read cohorts: the list, one cohort, its picture."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.cohorts.queries import intakes, pages
from accelerator.features.cohorts.routes.blueprint import bp
from accelerator.i18n import language
from accelerator.i18n.places import countries
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db


@bp.get("/cohorts")
@allow(Permission.COHORT_VIEW)
def index() -> ResponseReturnValue:
    """List the intakes that are open, and the cohorts the reader oversees."""
    now = clock.now()
    return render_template(
        "cohorts/index.html",
        intakes=intakes.open_intakes(db(), now=now),
        overseen=pages.overseen(db(), actor(), now=now, after=request.args.get("after", "")),
    )


@bp.get("/cohorts/<cohort_code>")
@allow(Permission.COHORT_VIEW, subject="cohort")
def show(cohort: Any) -> ResponseReturnValue:
    """Show a cohort: its dates, and how many ideas stand where."""
    page = pages.page(db(), actor(), cohort, now=clock.now())
    country = dict(countries(language())).get(cohort.country, cohort.country)
    return render_template("cohorts/show.html", cohort=cohort, page=page, country=country)
