"""The yes-or-no questions that a cohort asks before a hand-in."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import Stale
from accelerator.domain.policy import Permission
from accelerator.features.cohorts.forms.places import EligibilityEditor
from accelerator.features.cohorts.routes.blueprint import bp
from accelerator.features.cohorts.service import places as service
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.meanwhile import meanwhile
from accelerator.web.once import once
from accelerator.web.session import db


@bp.route("/cohorts/<cohort_code>/eligibility", methods=["GET", "POST"])
@allow(Permission.COHORT_EDIT, subject="cohort")
@once
def eligibility(cohort: Any) -> ResponseReturnValue:
    """Show and change the questions."""
    editor, found = EligibilityEditor(cohort.eligibility, version=cohort.version), None
    more = "more" in request.form
    if not more and editor.validate_on_submit():
        try:
            service.ask_eligibility(
                db(),
                actor=actor(),
                cohort=cohort,
                version=editor.version(),
                asked=editor.asked(),
                now=clock.now(),
            )
        except Stale as error:
            saved = EligibilityEditor(
                cohort.eligibility, version=int(error.version), saved=True, least=len(editor.rows)
            )
            # What somebody else added meanwhile stands behind what was typed.
            editor = EligibilityEditor(
                cohort.eligibility, version=cohort.version, least=len(saved.rows)
            )
            found = meanwhile(editor, saved)
            editor.head["version"].process_data(error.version)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("cohorts.eligibility", cohort_code=cohort.code), 303)
    page = render_template(
        "cohorts/eligibility.html", cohort=cohort, editor=editor, meanwhile=found
    )
    wrong = any(form.errors for form in editor) and not more
    return page, 422 if wrong else 409 if found is not None else 200
