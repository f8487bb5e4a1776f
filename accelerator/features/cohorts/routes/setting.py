"""Set up a cohort and move its dates: what moves is shown before it is saved."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.domain.stages import Timing
from accelerator.features.cohorts.forms.dates import CohortEditor, EditCohort, NewCohort, typed_day
from accelerator.features.cohorts.queries import launching, moving, pages
from accelerator.features.cohorts.routes.blueprint import bp
from accelerator.features.cohorts.service import dates as service
from accelerator.features.cohorts.service import launching as launch
from accelerator.features.cohorts.service import naming
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.meanwhile import meanwhile
from accelerator.web.once import once
from accelerator.web.session import config, db


@bp.route("/programmes/<programme_key>/cohorts/new", methods=["GET", "POST"])
@allow(Permission.COHORT_EDIT, subject="programme")
@once
def new(programme: Any) -> ResponseReturnValue:
    """Set up a cohort; its dates are proposed, from another cohort's if wished, and can change."""
    stages = pages.stages_of(db(), programme.id)
    source = launching.source(db(), programme.id, request.args.get("from", ""))
    editor = _new_editor(stages, source)
    if "propose" in request.form:
        _propose(editor, stages)
    elif "check" not in request.form and editor.validate_on_submit():
        try:
            cohort = service.create(
                db(),
                actor=actor(),
                programme=programme,
                code=editor.cohort["code"].data,
                values=editor.values(),
                dates=editor.dates(),
                preparing=True,
                source=source,
                now=clock.now(),
            )
        except DomainError as error:
            editor.cohort.refuse(error)
        else:
            flash(_("The cohort is prepared. Nobody sees it until you open it."), "good")
            return redirect(url_for("cohorts.prepare", cohort_code=cohort.code), 303)
    return _page("new", editor, programme.id, programme=programme, stages=stages, source=source)


def _new_editor(stages: list[Any], source: Any) -> CohortEditor:
    person = actor()
    country = source.country if source else person.country
    zone = source.time_zone if source else person.time_zone
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    opens, closes = service.suggest_intake(country, today)
    opens = typed_day(request.args.get("other")) or typed_day(request.args.get("opens")) or opens
    if source is not None:
        run = launch.clone_dates(source, pages.dates_of(db(), source), stages, opens)
        opens, closes, dates = run.opens_on, run.closes_on, dict(run.stages)
    else:
        opens, closes = service.intake_from(country, opens)
        dates = service.suggest_dates(stages, country, closes)
    name = naming.propose_name(opens)
    return CohortEditor(
        NewCohort,
        dates,
        data={
            "name_ja": name.ja,
            "name_en": name.en,
            "code": naming.propose_code(db(), opens),
            "country": country,
            "time_zone": zone,
            "capacity": source.capacity if source else 50,
            "waiting_list": source.waiting_list if source else False,
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
    """Change a cohort's name, intake and dates; who is affected is shown before it is saved."""
    stages = pages.stages_of(db(), cohort.programme_id)
    editor, found = _saved_editor(cohort, stages, saved=False), None
    if "propose" in request.form:
        _propose(editor, stages)
    elif "back" not in request.form and "check" not in request.form and editor.validate_on_submit():
        try:
            preview = _change(cohort, editor, stages)
        except Stale as error:
            found = meanwhile(editor, _saved_editor(cohort, stages, saved=True))
            editor.cohort["version"].process_data(error.version)
        else:
            return preview or redirect(url_for("cohorts.show", cohort_code=cohort.code), 303)
    return _page(
        "edit",
        editor,
        cohort.programme_id,
        cohort=cohort,
        stages=stages,
        meanwhile=found,
        moving=pages.moving_along(db(), cohort),
    )


def _change(cohort: Any, editor: CohortEditor, stages: list[Any]) -> str | None:
    """Save, unless somebody is affected who was not shown yet: then return that page."""
    now = clock.now()
    if "confirm" not in request.form:
        service.require_fresh(cohort, editor.cohort["version"].data)
        moves = moving.moves(
            db(), actor(), cohort, stages, editor.dates(), base_url=config().base_url, now=now
        )
        if moves.anybody:
            return render_template("cohorts/moves.html", cohort=cohort, editor=editor, moves=moves)
    service.change(
        db(),
        actor=actor(),
        cohort=cohort,
        version=editor.cohort["version"].data,
        values=editor.values(),
        dates=editor.dates(),
        now=now,
    )
    flash(_("Saved."), "good")
    return None


def _saved_editor(cohort: Any, stages: list[Any], *, saved: bool) -> CohortEditor:
    dates = pages.dates_of(db(), cohort)
    return CohortEditor(
        EditCohort,
        {stage.key: dates.get(stage.id) for stage in stages if stage.timing == Timing.COHORT},
        saved=saved,
        obj=cohort,
    )


def _page(
    template: str, editor: CohortEditor, programme_id: int, **values: Any
) -> ResponseReturnValue:
    """Render an editor, with what the chosen days conflict with."""
    country = str(editor.cohort.country.data)
    days_off = {
        field.id: better
        for field, day in editor.chosen()
        if (better := service.day_off(country, day))
    }
    run, cohort = editor.run(), values.get("cohort")
    conflicts = run and launching.found_conflicts(
        db(),
        actor(),
        run,
        country=country,
        programme_id=programme_id,
        code=cohort.code if cohort else "",
    )
    wrong = any(form.errors for form in editor)
    status = 422 if wrong else 409 if values.get("meanwhile") is not None else 200
    page = render_template(
        f"cohorts/{template}.html",
        editor=editor,
        days_off=days_off,
        conflicts=conflicts,
        names={stage.key: stage.name for stage in values["stages"]},
        link=lambda stage, what: f"#{editor.field_id(stage, what)}",
        **values,
    )
    return page, status
