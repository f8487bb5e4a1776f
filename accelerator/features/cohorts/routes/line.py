"""The line of ideas that wait for a place in a cohort."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.cohorts.queries import places
from accelerator.features.cohorts.routes.blueprint import bp
from accelerator.features.cohorts.service import places as service
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db


@bp.get("/cohorts/<cohort_code>/line")
@allow(Permission.COHORT_EDIT, subject="cohort")
def waiting(cohort: Any) -> ResponseReturnValue:
    """Show who waits, the first in line on top."""
    found = places.waiting(db(), actor(), cohort, after=request.args.get("after", ""))
    return render_template("cohorts/line.html", cohort=cohort, line=found)


@bp.post("/ideas/<code>/admit")
@allow(Permission.IDEA_PLACE, subject="idea")
def admit(idea: Any) -> ResponseReturnValue:
    """Let one idea in by hand."""
    back = request.form.get("cohort", "")
    try:
        service.admit_by_hand(db(), actor=actor(), idea=idea, now=clock.now())
    except DomainError as error:
        flash(_(error.message), "warn")
    else:
        flash(_("%(code)s has a place now; its team hears of it.", code=idea.code), "good")
    if not back:
        return redirect(url_for("ideas.show", code=idea.code), 303)
    return redirect(url_for("cohorts.waiting", cohort_code=back), 303)
