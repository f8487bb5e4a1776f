"""The page of a programme's chat channels."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.hooks import service
from accelerator.features.hooks.forms import FORMS, HookForm, kind_names
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db

bp = Blueprint("hooks", __name__)


@bp.route("/programmes/<programme_key>/channels", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def index(programme: Any) -> ResponseReturnValue:
    """List the channels that hear of a programme, and add one."""
    form = HookForm()

    def add() -> None:
        service.add(
            db(), actor=actor(), programme=programme, name=form.name.data or "",
            form=form.form.data, url=form.url.data or "", language=form.language.data,
            kinds=form.kinds.data or [], hosts=config().hook_hosts, now=clock.now(),
        )  # fmt: skip

    if form.carry_out(add):
        flash(_("The channel hears from now on. A first message is on its way."), "good")
        return redirect(url_for("hooks.index", programme_key=programme.key), 303)
    page = render_template(
        "hooks/index.html", programme=programme, form=form, kinds=kind_names(),
        forms_of_chats={str(one): label for one, label in FORMS.items()},
        channels=service.channels(db(), programme), hosts=config().hook_hosts,
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@bp.post("/programmes/<programme_key>/channels/<int:hook_id>/test")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def test(programme: Any, hook_id: int) -> ResponseReturnValue:
    """Send a channel a test message."""
    service.test(db(), actor=actor(), hook=_hook(programme, hook_id), now=clock.now())
    flash(_("A test message is on its way."), "good")
    return redirect(url_for("hooks.index", programme_key=programme.key), 303)


@bp.post("/programmes/<programme_key>/channels/<int:hook_id>/stop")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
def stop(programme: Any, hook_id: int) -> ResponseReturnValue:
    """Tell a channel nothing more."""
    service.stop(db(), actor=actor(), hook=_hook(programme, hook_id), now=clock.now())
    flash(_("The channel hears nothing more."), "good")
    return redirect(url_for("hooks.index", programme_key=programme.key), 303)


def _hook(programme: Any, hook_id: int) -> Any:
    hook = service.of_programme(db(), programme, hook_id)
    if hook is None:
        abort(404)
    return hook
