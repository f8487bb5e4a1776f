"""Move the dates of many milestones at once: choose, look, move."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.milestones.forms import ShiftForm
from accelerator.features.milestones.queries import cohort as lists
from accelerator.features.milestones.queries.rows import PAGE
from accelerator.features.milestones.queries.shifting import preview
from accelerator.features.milestones.routes.blueprint import bp
from accelerator.features.milestones.service.shifting import Wanted, shift
from accelerator.i18n import gettext as _
from accelerator.i18n import language, ngettext
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db


@bp.get("/cohorts/<cohort_code>/milestones/shift")
@allow(Permission.COHORT_EDIT, subject="cohort")
def shift_form(cohort: Any) -> ResponseReturnValue:
    """Ask which dates move, and how far."""
    stage, today = request.args.get("stage", ""), clock.now().astimezone(ZoneInfo(cohort.time_zone))
    return _page(cohort, _form(cohort, formdata=None, stage=stage, first=today.date()))


@bp.post("/cohorts/<cohort_code>/milestones/shift")
@allow(Permission.COHORT_EDIT, subject="cohort")
@once
def shift_dates(cohort: Any) -> ResponseReturnValue:
    """Show what would land where; on a second post with the mark of what was shown, move it.

    What was ticked in the table comes without a number of days: it is asked for first.
    """
    if "days" not in request.form:
        return _page(cohort, _form(cohort, formdata=None))
    form = _form(cohort)
    seen = request.form.get("seen", "")
    if "back" in request.form or not form.validate():
        return _page(cohort, form), 200 if "back" in request.form else 422
    wanted = Wanted(**form.wanted(), ids=_selected())
    try:
        if seen:
            found = shift(
                db(), actor=actor(), cohort=cohort, wanted=wanted, reason=form.reason.data,
                seen=seen, now=clock.now(),
            )  # fmt: skip
            return _moved(cohort, len(found.moves))
    except DomainError as error:
        form.refuse(error)
        if error.code != "plan_changed":
            return _page(cohort, form), 422
    return _preview(cohort, form, wanted)


def _selected() -> tuple[int, ...]:
    """Return the milestones ticked in the table."""
    ticked = request.form.getlist("selected")[:PAGE]
    return tuple(sorted({number for one in ticked if (number := stored_number(one))}))


def _moved(cohort: Any, number: int) -> ResponseReturnValue:
    done = ngettext(
        "%(num)s date was moved, and its team was told.",
        "%(num)s dates were moved, and their teams were told.",
        number,
    )
    flash(done, "good")
    return redirect(url_for("milestones.index", cohort_code=cohort.code), 303)


def _preview(cohort: Any, form: ShiftForm, wanted: Wanted) -> ResponseReturnValue:
    try:
        found = preview(
            db(), cohort, wanted, form.reason.data, actor=actor(),
            base_url=config().base_url, now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        form.refuse(error)
        return _page(cohort, form), 422
    changed = bool(form.form_errors)
    page = render_template(
        "milestones/shift_preview.html", cohort=cohort, form=form, page=found, selected=wanted.ids,
        changed=changed,
    )  # fmt: skip
    return page, 409 if changed else 200


def _form(cohort: Any, **values: Any) -> ShiftForm:
    form = ShiftForm(**values)
    form.stage.choices = [SelectChoice("", _("All stages"))] + [
        SelectChoice(one.key, one.name.pick(language())) for one in lists.stages(db(), cohort)
    ]
    return form


def _page(cohort: Any, form: ShiftForm) -> str:
    return render_template("milestones/shift.html", cohort=cohort, form=form, selected=_selected())
