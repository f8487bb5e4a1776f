"""The pages of a programme's ladders, and the button of a team whose idea rests."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.deciding import take_up as take_up_again
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.ladder import (
    KINDS,
    PLACEHOLDERS,
    UnsoundLadder,
    placeholders,
    require_sound,
)
from accelerator.domain.notices import OF_HOOKS, Kind
from accelerator.domain.policy import Permission
from accelerator.features.ladders import queries, service
from accelerator.features.ladders.forms import LadderForm, ladder_form, receivers
from accelerator.features.ladders.queries import LadderView
from accelerator.i18n import gettext as _
from accelerator.web import templating
from accelerator.web.errors import flash_error
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.meanwhile import Meanwhile, meanwhile
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("ladders", __name__)


@bp.get("/programmes/<programme_key>/ladders")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
def index(programme: Any) -> ResponseReturnValue:
    """List how a programme reminds of each kind of thing."""
    found = queries.ladders(db(), programme)
    return render_template(
        "ladders/index.html", programme=programme, ladders=found,
        whom={kind: {str(to): label for to, label in receivers(kind)} for kind in KINDS},
    )  # fmt: skip


@bp.route("/programmes/<programme_key>/ladders/<ladder_kind>", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def edit(programme: Any, ladder_kind: str) -> ResponseReturnValue:
    """Change the steps of one kind, see them said, or ask for another row."""
    view = _view(programme, ladder_kind)
    form, found, status = _form(programme, view), None, 200
    if form.validate_on_submit():
        try:
            if form.act.data:
                days = form.idle_days.data or programme.idle_days
                require_sound(view.kind, form.wanted(), idle_days=days)
            else:
                _save(programme, view.kind, form)
                flash(_("Saved."), "good")
                return redirect(url_for("ladders.index", programme_key=programme.key), 303)
        except Stale as error:
            found, status = _meanwhile(form, programme, ladder_kind), 409
            form.version.process_data(error.version)
        except UnsoundLadder as error:
            for one in error.errors:
                form.refuse(one)
    return _page(programme, view, form, found), 422 if form.errors else status


@bp.post("/programmes/<programme_key>/ladders/<ladder_kind>/reset")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def reset(programme: Any, ladder_kind: str) -> ResponseReturnValue:
    """Let the house's ladder hold again."""
    view = _view(programme, ladder_kind)
    version = request.form.get("version", 0, type=int)
    try:
        service.reset(
            db(), actor=actor(), programme=programme, kind=view.kind, version=version,
            now=clock.now(),
        )  # fmt: skip
    except Stale as error:
        flash_error(error)
        return redirect(url_for(".edit", programme_key=programme.key, ladder_kind=view.kind), 303)
    flash(_("The usual steps hold again."), "good")
    return redirect(url_for("ladders.index", programme_key=programme.key), 303)


@bp.get("/programmes/<programme_key>/rehearsal")
@allow(Permission.MILESTONE_VIEW, subject="programme")
def rehearsal(programme: Any) -> ResponseReturnValue:
    """Show who would hear of what in the next 30 days."""
    kind = request.args.get("kind", "")
    who = request.args.get("who", "").strip()
    said = {"kind": kind if kind in KINDS else "", "who": who if is_storable(who) else ""}
    start = request.args.get("from", 0, type=int)
    found = queries.rehearsal(
        db(), actor(), programme, start=max(0, min(start, 10**6)), now=clock.now(), **said
    )
    return render_template(
        "ladders/rehearsal.html", programme=programme, found=found, start=start,
        filters={name: value for name, value in said.items() if value},
    )  # fmt: skip


@bp.get("/programmes/<programme_key>/idle")
@allow(Permission.MILESTONE_VIEW, subject="programme")
def idle(programme: Any) -> ResponseReturnValue:
    """List the ideas on which nobody works, and what will happen to them when."""
    found = queries.idle(db(), programme, now=clock.now())
    start = max(0, min(request.args.get("from", 0, type=int), 10**6))
    return render_template(
        "ladders/idle.html", programme=programme, rows=found[start : start + queries.PAGE],
        total=len(found), start=start, page=queries.PAGE,
    )  # fmt: skip


@bp.post("/ideas/<code>/take-up")
@allow(Permission.IDEA_EDIT, subject="idea")
@once
def take_up(idea: Any) -> ResponseReturnValue:
    """Let a team go on with an idea that was parked since nobody worked on it."""
    try:
        take_up_again(db(), actor=actor(), idea=idea, now=clock.now())
    except DomainError as error:
        flash_error(error)
        return redirect(url_for("gates.outcome", code=idea.code), 303)
    flash(_("%(code)s is yours to work on again.", code=idea.code), "good")
    return redirect(url_for("ideas.show", code=idea.code), 303)


def _view(programme: Any, kind: str) -> LadderView:
    if kind not in KINDS:
        abort(404)
    return next(one for one in queries.ladders(db(), programme) if one.kind == kind)


def _form(programme: Any, view: LadderView, *, saved: bool = False) -> LadderForm:
    return ladder_form(
        view.kind, view.ladder, version=view.version, idle_days=programme.idle_days, saved=saved
    )


def _save(programme: Any, kind: Kind, form: LadderForm) -> None:
    service.change(
        db(), actor=actor(), programme=programme, kind=kind, version=form.version.data or 0,
        steps=form.wanted(), optional=form.optional.data, idle_days=form.idle_days.data,
        now=clock.now(),
    )  # fmt: skip


def _meanwhile(form: LadderForm, programme: Any, kind: str) -> list[Meanwhile]:
    """Compare row by row what was typed with what is saved now."""
    saved = _form(programme, _view(programme, kind), saved=True)
    mine = [row.form for row in form.steps]
    while len(saved.steps) < len(mine):
        saved.steps.append_entry()
    theirs = [row.form for row in saved.steps][: len(mine)]
    found: list[Meanwhile] = meanwhile(mine, theirs)
    return found


def _page(programme: Any, view: LadderView, form: LadderForm, found: list[Meanwhile] | None) -> str:
    today = templating.today()
    about = queries.example(db(), actor(), programme)
    country = actor().country
    said = [
        None
        if step is None
        else queries.preview(view.kind, step, about, programme, today=today, country=country)
        for step in form.each()
    ]
    return render_template(
        "ladders/edit.html", programme=programme, view=view, form=form, meanwhile=found,
        said=said, about=about, chats=view.kind in OF_HOOKS,
        holes={
            str(to): [(name, PLACEHOLDERS[name]) for name in placeholders(view.kind, to)]
            for to, _label in receivers(view.kind)
        },
    )  # fmt: skip
