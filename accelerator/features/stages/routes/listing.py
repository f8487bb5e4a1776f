"""The stages of a programme: in which order they stand, added, removed and put back."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.designing import moved
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.features.stages.forms import NewStage, both, posted_values
from accelerator.features.stages.queries import listed
from accelerator.features.stages.queries.effects import Effects, Unconfirmed
from accelerator.features.stages.routes.blueprint import bp
from accelerator.features.stages.service.ordering import Designing
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.get("/programmes/<programme_key>/stages")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
def index(programme: Any) -> ResponseReturnValue:
    """Show the stages to those who design them."""
    return _page(programme)


@bp.post("/programmes/<programme_key>/stages/order")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def order(programme: Any) -> ResponseReturnValue:
    """Put the stages into another order: all of them as dragged, or one a step up or down."""
    wanted = request.form.getlist("order")
    word, _space, key = request.form.get("move", "").partition(" ")
    if word in ("up", "down"):
        wanted = moved(wanted, key, -1 if word == "up" else 1)
    return _changed(
        programme,
        lambda design, seen: design.reorder(wanted, seen=seen),
        title=_("Another order of the stages"),
        done=_("The order is saved."),
        focus=request.form.get("move", ""),
        wanted=wanted,
    )


@bp.post("/programmes/<programme_key>/stages/<stage_key>/remove")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def remove(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Let no further idea enter a stage."""
    return _changed(
        programme,
        lambda design, seen: design.remove(stage_key, seen=seen),
        title=_("Remove a stage"),
        done=_("The stage is removed. You can put it back below."),
    )


@bp.post("/programmes/<programme_key>/stages/<stage_key>/restore")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def restore(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Put a removed stage back where it stood."""
    return _changed(
        programme,
        lambda design, seen: design.restore(stage_key, seen=seen),
        title=_("Put a stage back"),
        done=_("The stage stands in its place again."),
        focus=f"up {stage_key}",
    )


@bp.route("/programmes/<programme_key>/stages/new", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def new(programme: Any) -> ResponseReturnValue:
    """Add a stage; its questions, rubric and milestones come next."""
    form, told, status = _new_form(programme), None, 200
    version = programme.version
    if form.validate_on_submit():
        try:
            stage = _designing(programme).add(
                both(form, "name"), form.timing.data, form.after.data or "",
                seen=request.form.get("seen", ""),
            )  # fmt: skip
        except Unconfirmed as error:
            told, version = error.effects, programme.version
        except Stale as error:
            status, version = 409, error.version
            form.refuse(error)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The stage is added. Say what it asks, and how it is reviewed."), "good")
            where = {"programme_key": programme.key, "stage_key": stage.key}
            return redirect(url_for("stages.edit", **where), 303)
    status = 422 if form.errors and status == 200 else status  # noqa: PLR2004
    return render_template(
        "stages/new.html", programme=programme, form=form, told=told, version=version
    ), status


def _new_form(programme: Any) -> NewStage:
    form = NewStage()
    living = [one for one in listed.stages_of(db(), programme) if one.removed_at is None]
    form.after.choices = [
        SelectChoice("", _("in front of all others")),
        *(
            SelectChoice(one.key, _("after “%(stage)s”", stage=one.name.pick(language())))
            for one in living
        ),
    ]
    if not form.is_submitted() and living:
        form.after.data = living[-1].key
    return form


def _designing(programme: Any) -> Designing:
    version = stored_number(request.form.get("version"))
    return Designing(db(), actor(), programme, version, clock.now())


def _changed(
    programme: Any,
    change: Callable[[Designing, str], None],
    *,
    title: str,
    done: str,
    focus: str = "",
    wanted: list[str] | None = None,
) -> ResponseReturnValue:
    """Do it, or show whom it touches and ask; where somebody was faster, say what was wanted."""
    try:
        change(_designing(programme), request.form.get("seen", ""))
    except Unconfirmed as error:
        return _confirm(programme, title, error.effects)
    except DomainError as error:
        problem = _(error.message, **error.values)
        return _page(programme, problem=problem, wanted=wanted), error.status
    flash(done, "good")
    return redirect(url_for("stages.index", programme_key=programme.key, moved=focus or None), 303)


def _confirm(programme: Any, title: str, effects: Effects) -> str:
    return render_template(
        "stages/confirm.html",
        programme=programme, title=title, told=effects, posted=posted_values(),
    )  # fmt: skip


def _page(programme: Any, *, problem: str = "", wanted: list[str] | None = None) -> str:
    design = listed.design(db(), actor(), programme)
    names = {card.stage.key: card.stage.name for card in (*design.living, *design.removed)}
    return render_template(
        "stages/index.html",
        programme=programme,
        design=design,
        problem=problem,
        wanted=[names[key] for key in wanted or () if key in names],
        moved=request.args.get("moved", ""),
    )
