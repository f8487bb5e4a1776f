"""Pages about cohorts: which take ideas in, the ones one runs, their dates and how far they are."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.domain.stages import Timing
from accelerator.features.cohorts import queries, service
from accelerator.features.cohorts.forms import CohortEditor, EditCohort, NewCohort
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.i18n.places import countries
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.meanwhile import meanwhile
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("cohorts", __name__)


@bp.get("/cohorts")
@allow(Permission.COHORT_VIEW)
def index() -> ResponseReturnValue:
    """List the intakes that are open, and the cohorts the reader oversees."""
    now = clock.now()
    return render_template(
        "cohorts/index.html",
        intakes=queries.open_intakes(db(), now=now),
        overseen=queries.overseen(db(), actor(), now=now, after=request.args.get("after", "")),
    )


@bp.get("/cohorts/<cohort_code>")
@allow(Permission.COHORT_VIEW, subject="cohort")
def show(cohort: Any) -> ResponseReturnValue:
    """Show a cohort: its dates, and how many ideas stand where."""
    page = queries.page(db(), actor(), cohort, now=clock.now())
    country = dict(countries(language())).get(cohort.country, cohort.country)
    return render_template("cohorts/show.html", cohort=cohort, page=page, country=country)


@bp.route("/programmes/<programme_key>/cohorts/new", methods=["GET", "POST"])
@allow(Permission.COHORT_EDIT, subject="programme")
@once
def new(programme: Any) -> ResponseReturnValue:
    """Set up a cohort; its dates are proposed and can be changed."""
    stages = queries.stages_of(db(), programme.id)
    editor = _new_editor(stages)
    if "propose" in request.form:
        _propose(editor, stages)
    elif editor.validate_on_submit():
        try:
            cohort = service.create(
                db(),
                actor=actor(),
                programme=programme,
                code=editor.cohort["code"].data,
                values=editor.values(),
                dates=editor.dates(),
                now=clock.now(),
            )
        except DomainError as error:
            editor.cohort.refuse(error)
        else:
            flash(_("The cohort was set up."), "good")
            return redirect(url_for("cohorts.show", cohort_code=cohort.code), 303)
    return _page("cohorts/new.html", editor, programme=programme, stages=stages)


def _new_editor(stages: list[Any]) -> CohortEditor:
    person = actor()
    today = clock.now().astimezone(ZoneInfo(person.time_zone)).date()
    opens, closes = service.suggest_intake(person.country, today)
    return CohortEditor(
        NewCohort,
        service.suggest_dates(stages, person.country, closes),
        data={
            "country": person.country,
            "time_zone": person.time_zone,
            "capacity": 50,
            "intake_opens_on": opens,
            "intake_closes_on": closes,
        },
    )


def _propose(editor: CohortEditor, stages: list[Any]) -> None:
    """Put proposed days into the form when the intake is a good one; nothing is saved."""
    form = editor.cohort
    good = [f.validate(form) for f in (form.country, form.intake_opens_on, form.intake_closes_on)]
    if all(good):
        closes = editor.intake()[1]
        editor.put(service.suggest_dates(stages, form.country.data, closes))


@bp.route("/cohorts/<cohort_code>/edit", methods=["GET", "POST"])
@allow(Permission.COHORT_EDIT, subject="cohort")
@once
def edit(cohort: Any) -> ResponseReturnValue:
    """Change a cohort's name, intake and dates."""
    stages = queries.stages_of(db(), cohort.programme_id)
    editor, found = _saved_editor(cohort, stages, saved=False), None
    if "propose" in request.form:
        _propose(editor, stages)
    elif editor.validate_on_submit():
        try:
            service.change(
                db(),
                actor=actor(),
                cohort=cohort,
                version=editor.cohort["version"].data,
                values=editor.values(),
                dates=editor.dates(),
                now=clock.now(),
            )
        except Stale as error:
            found = meanwhile(editor, _saved_editor(cohort, stages, saved=True))
            editor.cohort["version"].process_data(error.version)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("cohorts.show", cohort_code=cohort.code), 303)
    return _page(
        "cohorts/edit.html",
        editor,
        cohort=cohort,
        stages=stages,
        meanwhile=found,
        moving=queries.moving_along(db(), cohort),
    )


def _saved_editor(cohort: Any, stages: list[Any], *, saved: bool) -> CohortEditor:
    dates = queries.dates_of(db(), cohort)
    return CohortEditor(
        EditCohort,
        {stage.key: dates.get(stage.id) for stage in stages if stage.timing == Timing.COHORT},
        saved=saved,
        obj=cohort,
    )


def _page(template: str, editor: CohortEditor, **values: Any) -> ResponseReturnValue:
    """Render an editor, with the chosen days that are no working days."""
    country = str(editor.cohort.country.data)
    days_off = {
        field.id: better
        for field, day in editor.chosen()
        if (better := service.day_off(country, day))
    }
    wrong = any(form.errors for form in editor)
    status = 422 if wrong else 409 if values.get("meanwhile") is not None else 200
    return render_template(template, editor=editor, days_off=days_off, **values), status
