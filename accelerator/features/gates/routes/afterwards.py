"""After the announcement: what the team reads and ticks off, and a decision taken back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock, deciding
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.gates import checklist as ticking
from accelerator.features.gates import queries, rehearsal
from accelerator.features.gates.forms import VerdictForm
from accelerator.features.gates.routes.blueprint import bp
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db


@bp.get("/ideas/<code>/outcome")
@allow(Permission.OUTCOME_VIEW, subject="idea")
def outcome(idea: Any) -> ResponseReturnValue:
    """Show the team every decision it was told, with the reviewers' words."""
    return render_template("gates/outcome.html", idea=idea, cards=queries.outcomes(db(), idea))


@bp.post("/ideas/<code>/checklist")
@allow(Permission.IDEA_EDIT, subject="idea")
def tick(idea: Any) -> ResponseReturnValue:
    """Tick off what the gate asked for before the next hand-in; or take ticks away."""
    done, was = (
        [int(at) for at in request.form.getlist(name) if at.isdecimal() and len(at) < 3]  # noqa: PLR2004
        for name in ("done", "was")
    )
    ticking.tick(db(), actor=actor(), idea=idea, done=done, was=was, now=clock.now())
    flash(_("The list is saved."), "good")
    return redirect(url_for("ideas.show", code=idea.code), 303)


@bp.get("/ideas/<code>/decision/reverse")
@allow(Permission.GATE_DECIDE, subject="idea")
def reversal(idea: Any) -> ResponseReturnValue:
    """Show the form that takes a decision back which the team knows."""
    return _page(idea, _form(idea), ())


@bp.post("/ideas/<code>/decision/reverse")
@allow(Permission.GATE_DECIDE, subject="idea")
@once
def reverse(idea: Any) -> ResponseReturnValue:
    """Look at the new message first, then decide anew and tell the team at once."""
    form = _form(idea)
    if request.form.get("switch"):
        form.outcome.data = request.form["switch"]
        return _page(idea, form, ())
    if not form.validate():
        return _page(idea, form, (), status=422)
    values: dict[str, Any] = {
        "actor": actor(), "idea": idea, "verdict": form.verdict(), "now": clock.now(),
    }  # fmt: skip
    try:
        if request.form.get("go") == "look":
            samples = rehearsal.rehearse_reversal(db(), base_url=config().base_url, **values)
            return _page(idea, form, samples)
        deciding.reverse(db(), **values)
    except DomainError as error:
        form.refuse_all(error)
        return _page(idea, form, (), status=error.status)
    flash(_("The decision is taken back, and the team was told of the new one."), "good")
    return redirect(url_for("gates.outcome", code=idea.code), 303)


def _form(idea: Any) -> VerdictForm:
    form = VerdictForm()
    form.watch(queries.watchers_of_idea(db(), idea), me=actor().id)
    return form


def _page(
    idea: Any, form: VerdictForm, samples: tuple[rehearsal.Sample, ...], *, status: int = 200
) -> ResponseReturnValue:
    cards = queries.outcomes(db(), idea)
    return render_template(
        "gates/reverse.html",
        idea=idea, form=form, samples=samples, card=cards[0] if cards else None,
        possible=deciding.reversible(db(), idea) is not None,
    ), status  # fmt: skip
