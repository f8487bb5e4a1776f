"""Bring an idea into a running cohort."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.cohorts.forms.places import JoinForm
from accelerator.features.cohorts.queries import places
from accelerator.features.cohorts.routes.blueprint import bp
from accelerator.features.cohorts.service import places as service
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.standing.joining import Landing, landing
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.get("/cohorts/<cohort_code>/join")
@allow(Permission.COHORT_EDIT, subject="cohort")
def joinable(cohort: Any) -> ResponseReturnValue:
    """List the ideas that could join the cohort."""
    q = request.args.get("q", "").strip()[:200]
    rows = places.candidates(db(), actor(), cohort, q)
    return render_template("cohorts/joinable.html", cohort=cohort, rows=rows, q=q)


@bp.route("/ideas/<code>/join", methods=["GET", "POST"])
@allow(Permission.IDEA_PLACE, subject="idea")
@once
def join(idea: Any) -> ResponseReturnValue:
    """Choose the cohort and the day, both proposed; then bring the idea in."""
    cohorts = {c.code: c for c in places.running(db(), idea)}
    form = JoinForm()
    form.cohort.choices = [SelectChoice(c.code, c.name.pick(language())) for c in cohorts.values()]
    wanted = form.cohort.data if form.is_submitted() else request.args.get("cohort")
    cohort = cohorts.get(wanted or next(iter(cohorts), ""))
    found: Landing | None = None
    try:
        if cohort is not None:
            found = landing(db(), idea=idea, cohort=cohort, now=clock.now())
        if cohort and "look" not in request.form and form.validate_on_submit():
            service.bring_in(
                db(),
                actor=actor(),
                idea=idea,
                cohort=cohort,
                hand_in_by=form.hand_in_by.data,
                now=clock.now(),
            )
            flash(_("%(code)s joined the cohort; its team hears of it.", code=idea.code), "good")
            return redirect(url_for("ideas.show", code=idea.code), 303)
    except DomainError as error:
        form.refuse(error)
    if not form.is_submitted() or "look" in request.form:
        form.cohort.data = cohort.code if cohort else None
        form.hand_in_by.data = found.hand_in_by if found else None
    page = render_template("cohorts/join.html", idea=idea, cohort=cohort, form=form, landing=found)
    return page, 422 if form.is_submitted() and (form.errors or form.form_errors) else 200
