"""Leave for one person to come late."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.cohorts.forms.places import LateForm
from accelerator.features.cohorts.queries import places
from accelerator.features.cohorts.routes.blueprint import bp
from accelerator.features.cohorts.service import places as service
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.route("/cohorts/<cohort_code>/late", methods=["GET", "POST"])
@allow(Permission.COHORT_EDIT, subject="cohort")
@once
def late(cohort: Any) -> ResponseReturnValue:
    """Show who may come late, and let one more."""
    form = LateForm()
    if form.validate_on_submit():
        try:
            person = service.grant_late_entry(
                db(),
                actor=actor(),
                cohort=cohort,
                email=form.who.data or "",
                until=form.day(),
                reason=form.reason.data or "",
                now=clock.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("%(name)s may come late and hears of it.", name=person.display_name), "good")
            return redirect(url_for("cohorts.late", cohort_code=cohort.code), 303)
    page = render_template(
        "cohorts/late.html", cohort=cohort, form=form, rows=places.late_entries(db(), cohort)
    )
    return page, 422 if form.errors else 200
