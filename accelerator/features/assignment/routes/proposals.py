"""Ask for a proposal, look at it, tick, apply, undo."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.conflicts import REASONS
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.domain.proposals import OUTCOMES, Settings
from accelerator.features.assignment.forms import DueForm, ProposeForm, propose_form
from accelerator.features.assignment.queries import overview as stages
from accelerator.features.assignment.queries import proposal as looking
from accelerator.features.assignment.routes.blueprint import bp
from accelerator.features.assignment.service import applying, proposing
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

AGAIN = "3"  # seconds until a page that waits asks again, also without script


@bp.get("/cohorts/<cohort_code>/<stage_key>/proposal")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
def show(cohort_stage: Any) -> ResponseReturnValue:
    """Show what there is to share out, and the proposals made so far."""
    return _stage_page(cohort_stage, None)


@bp.post("/cohorts/<cohort_code>/<stage_key>/proposal")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
@once
def propose(cohort_stage: Any) -> ResponseReturnValue:
    """Ask for a proposal."""
    cohort, stage = cohort_stage
    form = ProposeForm()
    made: list[Any] = []

    def ask() -> None:
        made.append(
            proposing.propose(
                db(), actor=actor(), cohort=cohort, stage=stage, settings=form.settings(),
                seed=form.seed.data or 0, now=clock.now(),
            )
        )  # fmt: skip

    if not form.carry_out(ask):
        return _stage_page(cohort_stage, form), 422
    return redirect(_proposal_url(cohort_stage, made[0]), 303)


@bp.get("/cohorts/<cohort_code>/<stage_key>/proposal/<int:proposal_id>")
@allow(Permission.REVIEW_ASSIGN, subject="proposal")
def proposal(proposal: Any) -> ResponseReturnValue:
    """Show a proposal; while it is worked on, the page asks for itself again."""
    return _page(proposal, None)


@bp.post("/cohorts/<cohort_code>/<stage_key>/proposal/<int:proposal_id>/tick")
@allow(Permission.REVIEW_ASSIGN, subject="proposal")
def tick(proposal: Any) -> ResponseReturnValue:
    """Save the ticks of a page, or tick all or nothing."""
    *cohort_stage, row = proposal
    do = request.form.get("do", "")
    try:
        if do in ("all", "none"):
            applying.tick_all(db(), proposal=row, accepted=do == "all")
        else:
            shown, ticked = DueForm().pairs()
            applying.tick(db(), proposal=row, shown=shown, ticked=ticked)
    except DomainError as error:
        flash_error(error)
    else:
        flash(_("The ticks are saved. Nothing is assigned yet."), "good")
    after = request.form.get("next" if do == "next" else "after", "")[:20]
    return redirect(_proposal_url(cohort_stage, row, after=after, show=_show()), 303)


@bp.post("/cohorts/<cohort_code>/<stage_key>/proposal/<int:proposal_id>/apply")
@allow(Permission.REVIEW_ASSIGN, subject="proposal")
@once
def apply(proposal: Any) -> ResponseReturnValue:
    """Save the ticks of this page, then carry out what is ticked."""
    cohort, stage, row = proposal
    form = DueForm()
    done: list[applying.Done] = []

    def carry_out() -> None:
        shown, ticked = form.pairs()
        applying.tick(db(), proposal=row, shown=shown, ticked=ticked)
        done.append(
            applying.apply(
                db(), actor=actor(), cohort=cohort, stage=stage, proposal=row,
                due_on=form.day(), now=clock.now(),
            )
        )  # fmt: skip

    if not form.carry_out(carry_out):
        return _page(proposal, form, status=422)
    _tell_applied(done[0])
    return redirect(_proposal_url((cohort, stage), row), 303)


@bp.post("/cohorts/<cohort_code>/<stage_key>/proposal/<int:proposal_id>/undo")
@allow(Permission.REVIEW_ASSIGN, subject="proposal")
@once
def undo(proposal: Any) -> ResponseReturnValue:
    """Take back what nobody has begun."""
    cohort, stage, row = proposal
    try:
        done = applying.undo(
            db(), actor=actor(), cohort=cohort, stage=stage, proposal=row, now=clock.now()
        )
    except DomainError as error:
        flash_error(error)
    else:
        n, stays = done.removed + done.other, done.stayed
        flash(ngettext("%(num)s change is undone.", "%(num)s changes are undone.", n), "good")
        if stays:
            text = ngettext("%(num)s stays as it is; see below.", "%(num)s stay; see below.", stays)
            flash(text, "warn")
    return redirect(_proposal_url((cohort, stage), row), 303)


@bp.post("/cohorts/<cohort_code>/<stage_key>/proposal/<int:proposal_id>/cancel")
@allow(Permission.REVIEW_ASSIGN, subject="proposal")
def cancel(proposal: Any) -> ResponseReturnValue:
    """Stop waiting for a proposal."""
    *cohort_stage, row = proposal
    try:
        proposing.give_up(db(), proposal=row, now=clock.now(), why="cancelled")
    except DomainError as error:
        flash_error(error)
    return redirect(_proposal_url(cohort_stage, row), 303)


def _tell_applied(done: applying.Done) -> None:
    n = done.assigned
    flash(ngettext("%(num)s review is assigned.", "%(num)s reviews are assigned.", n), "good")
    if n := done.removed:
        flash(ngettext("%(num)s is taken back.", "%(num)s are taken back.", n), "good")
    if n := done.other:
        text = ngettext(
            "%(num)s was left out, because things changed meanwhile; see why below.",
            "%(num)s were left out, because things changed meanwhile; see why below.", n,
        )  # fmt: skip
        flash(text, "warn")


def _stage_page(cohort_stage: Any, form: ProposeForm | None) -> str:
    cohort, stage = cohort_stage
    page = stages.overview(db(), actor=actor(), cohort=cohort, stage=stage, now=clock.now())
    if form is None:
        start = Settings(reviews=stage.reviews_per_idea or 1)
        form = propose_form(page.last or start, 1)
    return render_template("assignment/show.html", cohort=cohort, stage=stage, page=page, form=form)


def _page(proposal: Any, form: DueForm | None, *, status: int = 200) -> Response:
    cohort, stage, row = proposal
    view = request.args.get("view", "")
    side = looking.View(view) if view in set(looking.View) else looking.View.IDEAS
    page = looking.page(
        db(), actor=actor(), cohort=cohort, proposal=row, view=side, show=_show(),
        after=request.args.get("after", ""), now=clock.now(),
    )  # fmt: skip
    html = render_template(
        "assignment/proposal.html", cohort=cohort, stage=stage, page=page, view=side, show=_show(),
        form=form or DueForm(formdata=None, data={"due_on": page.due_on}),
        outcomes={key: _(text) for key, text in OUTCOMES.items()},
        reasons={key: _(text) for key, text in REASONS.items()},
        here={"cohort_code": cohort.code, "stage_key": stage.key, "proposal_id": row.id},
    )  # fmt: skip
    answer = make_response(html, status)
    if page.under_way:
        answer.headers["Refresh"] = AGAIN
    return answer


def _show() -> str:
    return request.values.get("show", "")[:10]


def _proposal_url(cohort_stage: Any, proposal: Any, **more: str) -> str:
    cohort, stage = cohort_stage
    kept: dict[str, Any] = {name: value for name, value in more.items() if value}
    return url_for(
        "assignment.proposal", cohort_code=cohort.code, stage_key=stage.key,
        proposal_id=proposal.id, **kept,
    )  # fmt: skip
