"""One stage's own settings: texts, times, review policy, minimum readiness, who decides."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.features.stages.forms import one_sided, stage_form
from accelerator.features.stages.queries import one
from accelerator.features.stages.queries.effects import Unconfirmed
from accelerator.features.stages.queries.in_flight import in_flight
from accelerator.features.stages.routes.blueprint import bp
from accelerator.features.stages.service import settings
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.meanwhile import meanwhile
from accelerator.web.once import once
from accelerator.web.session import db


def stage_of(programme: Any, stage_key: str) -> Any:
    """Load a stage of the programme, locked for a write, or answer that there is none."""
    return one.one(db(), programme, stage_key, lock=request.method == "POST") or abort(404)


@bp.route("/programmes/<programme_key>/stages/<stage_key>", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def edit(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Change a stage's own settings."""
    stage = stage_of(programme, stage_key)
    deciders = one.deciders(db(), stage)
    people = one.candidates(db(), programme, deciders)
    form = stage_form(stage, deciders, people)
    version = request.form.get("version", "") or settings.mark(stage, deciders)
    found, told, status = None, None, 200
    if form.validate_on_submit():
        try:
            settings.change(
                db(), actor=actor(), programme=programme, stage=stage, version=version,
                values=form.values(), seen=request.form.get("seen", ""), now=clock.now(),
            )  # fmt: skip
        except Stale as error:
            saved = stage_form(stage, deciders, people, saved=True)
            found, status, version = meanwhile([form], [saved]), 409, str(error.version)
        except Unconfirmed as error:
            told = error.effects
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved."), "good")
            return redirect(request.path, 303)
    return render_template(
        "stages/edit.html",
        programme=programme, stage=stage, form=form, version=version, lacking=one_sided(form),
        ideas=in_flight(db(), actor(), [stage.id])[stage.id], meanwhile=found, told=told,
    ), 422 if form.errors else status  # fmt: skip
