"""How a programme counts readiness and what its levels mean, changed by its managers."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.domain.readiness import DEFAULT_POLICY, Dimension
from accelerator.features.readiness.model_forms import policy_form, wording_form
from accelerator.features.readiness.queries import model as queries
from accelerator.features.readiness.routes.blueprint import bp
from accelerator.features.readiness.service import model as service
from accelerator.i18n import gettext as _
from accelerator.standing.readiness import policy_of
from accelerator.standing.wordings import house_texts
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.meanwhile import meanwhile
from accelerator.web.once import once
from accelerator.web.session import db


@bp.route("/programmes/<programme_key>/readiness", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def edit_model(programme: Any) -> ResponseReturnValue:
    """Change how the programme counts; who is touched is shown before it is saved."""
    held = policy_of(programme.readiness_policy)
    house = "house" in request.args
    form = policy_form(DEFAULT_POLICY if house else held, posted=request.method == "POST")
    version, told, found, status = _version(programme), None, None, 200
    if form.validate_on_submit():
        try:
            service.change_policy(
                db(), actor=actor(), programme=programme, version=version, policy=form.policy(),
                seen=request.form.get("seen", ""), now=clock.now(),
            )  # fmt: skip
        except Stale:
            saved = policy_form(held, posted=False)
            found, status, version = meanwhile([form], [saved]), 409, programme.readiness_number
        except service.Unconfirmed as error:
            told = error.effects
        else:
            flash(_("Saved. Scores from today on are counted so."), "good")
            return redirect(request.path, 303)
    return render_template(
        "readiness/model.html", programme=programme, form=form, version=version, told=told,
        meanwhile=found, house=house, texts=queries.texts(db(), programme).values(),
        held=queries.held(db(), programme), versions=queries.versions(db(), programme),
    ), 422 if form.errors else status  # fmt: skip


@bp.route("/programmes/<programme_key>/readiness/<dimension>", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def edit_wording(programme: Any, dimension: str) -> ResponseReturnValue:
    """Word the levels of a dimension in the programme's own way."""
    if dimension not in list(Dimension):
        abort(404)
    before = queries.texts(db(), programme)[Dimension(dimension)]
    house = next(text for text in house_texts() if text.dimension == dimension)
    shown = house if "house" in request.args else before
    form = wording_form(shown, posted=request.method == "POST")
    version, told, found, status = _version(programme), None, None, 200
    if form.validate_on_submit():
        try:
            service.change_wording(
                db(), actor=actor(), programme=programme, version=version,
                wanted=form.text(before), seen=request.form.get("seen", ""), now=clock.now(),
            )  # fmt: skip
        except Stale:
            saved = wording_form(before, posted=False)
            found, status, version = meanwhile([form], [saved]), 409, programme.readiness_number
        except service.Unconfirmed as error:
            told = error.effects
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved. From now on the levels read so."), "good")
            return redirect(request.path, 303)
    return render_template(
        "readiness/wording.html", programme=programme, form=form, version=version, told=told,
        meanwhile=found, text=before, house=house, own=before != house,
    ), 422 if form.errors else status  # fmt: skip


def _version(programme: Any) -> int:
    """Return the version the form began with."""
    if request.method == "POST":
        return stored_number(request.form.get("version"))
    return int(programme.readiness_number)
