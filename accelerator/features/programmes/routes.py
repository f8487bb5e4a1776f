"""Pages about programmes: the list, one programme, a new one from a template, and its editors."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.features.programmes import queries, service
from accelerator.features.programmes.forms import (
    EditProgramme,
    NewProgramme,
    both,
    one_sided,
)
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow, may
from accelerator.web.identity import actor
from accelerator.web.meanwhile import meanwhile
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("programmes", __name__)


@bp.get("/programmes")
@allow(Permission.PROGRAMME_VIEW)
def index() -> ResponseReturnValue:
    """List the programmes."""
    page = queries.programmes(db(), actor(), after=request.args.get("after", ""))
    return render_template("programmes/index.html", page=page)


@bp.route("/programmes/new", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_CREATE)
@once
def new() -> ResponseReturnValue:
    """Make a programme from a ready-made template."""
    cards = queries.templates()
    form = NewProgramme()
    form.template.choices = [SelectChoice(card.key) for card in cards]
    if form.validate_on_submit():
        try:
            programme = service.create_from_template(
                db(),
                actor=actor(),
                template=form.template.data,
                key=form.key.data or "",
                name=both(form, "name"),
                now=clock.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The programme was created. Read its stages, then set up a cohort."), "good")
            return redirect(url_for("programmes.show", programme_key=programme.key), 303)
    status = 422 if form.errors else 200
    return render_template("programmes/new.html", form=form, cards=cards), status


@bp.get("/programmes/<programme_key>")
@allow(Permission.PROGRAMME_VIEW, subject="programme")
def show(programme: Any) -> ResponseReturnValue:
    """Show a programme, one of its stages in full; to managers also what is missing."""
    now = clock.now()
    stages = queries.stages(db(), programme)
    wanted = [view.stage for view in stages if view.stage.key == request.args.get("stage")]
    opened = next(iter(wanted + [view.stage for view in stages]), None)
    cohorts = queries.cohorts(db(), programme, now=now, preparing=may(Permission.COHORT_EDIT))
    return render_template(
        "programmes/show.html",
        programme=programme,
        stages=stages,
        opened=opened,
        read=queries.read_in_full(db(), opened) if opened else None,
        cohorts=cohorts,
        missing=queries.missing(db(), programme, stages, cohorts, now=now)
        if may(Permission.PROGRAMME_EDIT)
        else None,
    )


@bp.route("/programmes/<programme_key>/edit", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def edit(programme: Any) -> ResponseReturnValue:
    """Change a programme's texts."""
    form, found, status = _programme_form(programme), None, 200
    if form.validate_on_submit():
        try:
            service.change_programme(
                db(),
                actor=actor(),
                programme=programme,
                version=form.version.data or 0,
                values={
                    "name": both(form, "name"),
                    "summary": both(form, "summary"),
                    "audience": form.audience.data,
                    "undo_minutes": programme.undo_minutes
                    if form.undo_minutes.data is None
                    else form.undo_minutes.data,
                },
                now=clock.now(),
            )
        except Stale as error:
            found, status = meanwhile([form], [_programme_form(programme, saved=True)]), 409
            form.version.process_data(error.version)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("programmes.show", programme_key=programme.key), 303)
    return render_template(
        "programmes/edit.html",
        programme=programme,
        form=form,
        lacking=one_sided(form),
        meanwhile=found,
    ), 422 if form.errors else status


def _programme_form(programme: Any, *, saved: bool = False) -> EditProgramme:
    return EditProgramme(formdata=None, obj=programme) if saved else EditProgramme(obj=programme)
