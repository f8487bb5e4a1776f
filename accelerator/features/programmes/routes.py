"""Pages about programmes: the list, one programme, a new one from a template, and its editors."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.features.programmes import queries, service
from accelerator.features.programmes.forms import (
    EditProgramme,
    NewProgramme,
    StageEditor,
    both,
    one_sided,
)
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
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
    """Show a programme to everybody, with its stages and cohorts."""
    return render_template(
        "programmes/show.html",
        programme=programme,
        stages=queries.stages(db(), programme),
        cohorts=queries.cohorts(db(), programme, now=clock.now()),
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


@bp.route("/programmes/<programme_key>/stages/<stage_key>", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def edit_stage(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Change a stage and all that hangs on it, with one save."""
    view = queries.stage(db(), programme, stage_key, lock=request.method == "POST")
    if view is None:
        abort(404)
    editor, found, status = StageEditor(view), None, 200
    if editor.validate_on_submit():
        try:
            service.change_stage(
                db(),
                actor=actor(),
                programme=programme,
                stage=view.stage,
                version=editor.stage.version.data or 0,
                values=editor.values(),
                questions=editor.question_values(),
                criteria=editor.criterion_values(),
                milestones=editor.milestone_values(),
                now=clock.now(),
            )
        except Stale as error:
            found, status = meanwhile(editor, StageEditor(view, saved=True)), 409
            editor.stage.version.process_data(error.version)
        except DomainError as error:
            editor.stage.refuse(error)
        else:
            flash(_("Saved."), "good")
            return redirect(request.path, 303)
    return render_template(
        "programmes/edit_stage.html",
        programme=programme,
        view=view,
        editor=editor,
        lacking=set(one_sided(*editor)),
        standing=queries.ideas_in(db(), actor(), view.stage),
        meanwhile=found,
    ), 422 if any(form.errors for form in editor) else status
