"""The pages of parked and stopped ideas."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.gates import Unsound
from accelerator.domain.policy import Permission
from accelerator.domain.stages import IdeaState
from accelerator.features.parked import queries, service
from accelerator.features.parked.forms import KeepForm, LearnedForm
from accelerator.features.parked.queries import Filters
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.web import templating
from accelerator.web.errors import flash_error
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("parked", __name__)


@bp.get("/parked")
@allow(Permission.PARKED_VIEW)
def index() -> ResponseReturnValue:
    """List the ideas that wait for something to change; those that are back stand first."""
    filters = _filters()
    found = queries.parked(
        db(), actor(), filters, today=templating.today(), after=request.args.get("after", "")
    )
    return render_template(
        "parked/index.html",
        found=found, filters=filters,
        names=lambda pairs: [(key, name.pick(language())) for key, name in pairs],
    )  # fmt: skip


@bp.get("/learned")
@allow(Permission.IDEA_LIST)
def stopped() -> ResponseReturnValue:
    """List stopped ideas that one may read, with what was learned from them."""
    filters = _filters()
    after = request.args.get("after", 0, type=int)
    found = queries.stopped(db(), actor(), filters, after=max(0, min(after, 2**31 - 1)))
    return render_template("parked/stopped.html", found=found, filters=filters)


@bp.post("/ideas/<code>/revive")
@allow(Permission.GATE_DECIDE, subject="idea")
@once
def revive(idea: Any) -> ResponseReturnValue:
    """Bring a parked idea into a cohort."""
    wanted = request.form.get("cohort", "")
    wanted = wanted if is_storable(wanted) else ""
    try:
        cohort = service.revive(db(), actor=actor(), idea=idea, cohort_code=wanted, now=clock.now())
    except DomainError as error:
        flash_error(error)
        return redirect(url_for("parked.index"), 303)
    name = cohort.name.pick(language())
    flash(
        _("%(code)s is back, in %(cohort)s. Its team hears.", code=idea.code, cohort=name), "good"
    )
    return redirect(url_for("ideas.show", code=idea.code), 303)


@bp.get("/ideas/<code>/parked")
@allow(Permission.GATE_DECIDE, subject="idea")
def longer(idea: Any) -> ResponseReturnValue:
    """Show the form that keeps an idea parked."""
    decision = service.decision_about(db(), idea, IdeaState.PARKED)
    form = _form(idea)
    form.change.data, form.would_change.data = decision.change_kind, decision.would_change
    form.watcher_id.data = decision.watcher_id
    form.version.data = decision.revisit_on.isoformat() if decision.revisit_on else ""
    return render_template("parked/longer.html", idea=idea, form=form, until=decision.revisit_on)


@bp.post("/ideas/<code>/parked")
@allow(Permission.GATE_DECIDE, subject="idea")
@once
def keep(idea: Any) -> ResponseReturnValue:
    """Keep an idea parked until another day."""
    form = _form(idea)
    try:
        if form.validate():
            service.keep(
                db(), actor=actor(), idea=idea, verdict=form.verdict(), now=clock.now(),
                seen=form.version.data or "",
                labels={name: str(field.label.text) for name, field in form._fields.items()},
            )  # fmt: skip
            flash(_("The idea stays parked. Its team hears."), "good")
            return redirect(url_for("parked.index"), 303)
    except Stale:
        raise
    except DomainError as error:
        for each in error.errors if isinstance(error, Unsound) else (error,):
            form.refuse(each)
    return render_template("parked/longer.html", idea=idea, form=form, until=None), 422


@bp.route("/ideas/<code>/learned", methods=["GET", "POST"])
@allow(Permission.GATE_DECIDE, subject="idea")
def learned(idea: Any) -> ResponseReturnValue:
    """Write down what was learned from a stopped idea."""
    decision = service.decision_about(db(), idea, IdeaState.STOPPED)
    seen = request.form.get("version", "")
    form = LearnedForm(data={"learned": decision.learned, "version": service.mark(decision)})
    if form.validate_on_submit():
        service.learn(
            db(), actor=actor(), idea=idea, learned=form.learned.data or "", seen=seen,
            labels={"learned": str(form.learned.label.text)}, now=clock.now(),
        )  # fmt: skip
        flash(_("What was learned is kept."), "good")
        return redirect(url_for("parked.stopped"), 303)
    return render_template(
        "parked/learned.html", idea=idea, form=form, reason=decision.reason
    ), 422 if form.errors else 200


def _form(idea: Any) -> KeepForm:
    form = KeepForm()
    form.watch(queries.watchers(db(), idea))
    return form


def _filters() -> Filters:
    said = {
        name: text[:200] if is_storable(text) else ""
        for name in ("q", "kind", "cohort", "mine", "back")
        for text in [request.args.get(name, "").strip()]
    }
    return Filters(
        said["q"], said["kind"], said["cohort"], mine=bool(said["mine"]), back=bool(said["back"])
    )
