"""The pages of a final round: the manager's order and choices, the judge's pairs."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.pairwise.forms import AddForm, asked, pair_asked, typed
from accelerator.features.pairwise.queries import choosing, facts, judging, order
from accelerator.features.pairwise.service import judging as picking
from accelerator.features.pairwise.service import running
from accelerator.i18n import gettext as _
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("pairwise", __name__, url_prefix="/cohorts/<cohort_code>/<stage_key>/final")


@bp.get("")
@allow(Permission.FINAL_RUN, subject="cohort_stage")
def show(cohort_stage: Any) -> ResponseReturnValue:
    """Show the order so far, or how a final round begins."""
    cohort, stage = cohort_stage
    final = facts.final_of(db(), cohort, stage)
    page = order.order_page(db(), final, actor()) if final else None
    return render_template("pairwise/show.html", cohort=cohort, stage=stage, final=final, page=page)


@bp.route("/add", methods=["GET", "POST"])
@allow(Permission.FINAL_RUN, subject="cohort_stage")
@once
def add(cohort_stage: Any) -> ResponseReturnValue:
    """Choose ideas and judges; the first time this opens the round."""
    cohort, stage = cohort_stage
    form = AddForm()
    if form.carry_out(
        lambda: running.add(
            db(), actor=actor(), cohort=cohort, stage=stage, codes=form.codes(),
            judge_ids=form.judge_ids(), now=clock.now(),
        )
    ):  # fmt: skip
        flash(_("The final round is open; each new reviewer hears of it."), "good")
        return redirect(_address("show", cohort, stage), 303)
    final = facts.final_of(db(), cohort, stage)
    who = asked("who")
    page = choosing.choice(db(), cohort, stage, final, who=who)
    if not form.is_submitted():
        form.idea.data = list(page.usual)
    html = render_template(
        "pairwise/add.html", cohort=cohort, stage=stage, form=form, page=page, who=who
    )
    return html, 422 if form.is_submitted() else 200


@bp.post("/close")
@allow(Permission.FINAL_RUN, subject="cohort_stage")
@once
def close(cohort_stage: Any) -> ResponseReturnValue:
    """End the round."""
    return _changed(cohort_stage, running.close, _("The final round is closed."))


@bp.post("/reopen")
@allow(Permission.FINAL_RUN, subject="cohort_stage")
@once
def reopen(cohort_stage: Any) -> ResponseReturnValue:
    """Let the judges go on."""
    return _changed(cohort_stage, running.reopen, _("The final round is open again."))


@bp.post("/judges/<int:person_id>/remove")
@allow(Permission.FINAL_RUN, subject="cohort_stage")
@once
def remove_judge(cohort_stage: Any, person_id: int) -> ResponseReturnValue:
    """No longer ask a judge."""
    text = _("The reviewer is taken out; what they picked stays.")
    return _changed(cohort_stage, running.remove_judge, text, person_id=person_id)


@bp.post("/ideas/<code>/remove")
@allow(Permission.FINAL_RUN, subject="cohort_stage")
@once
def remove_idea(cohort_stage: Any, code: str) -> ResponseReturnValue:
    """Take an idea out that nobody has compared."""
    return _changed(cohort_stage, running.remove_idea, _("The idea is taken out."), code=code)


def _changed(cohort_stage: Any, change: Any, text: str, **values: Any) -> ResponseReturnValue:
    cohort, stage = cohort_stage
    try:
        change(db(), actor=actor(), cohort=cohort, stage=stage, now=clock.now(), **values)
    except DomainError as error:
        flash_error(error)
    else:
        flash(text, "good")
    return redirect(_address("show", cohort, stage), 303)


@bp.get("/judge")
@allow(Permission.FINAL_JUDGE, subject="final")
def judge(final: Any) -> ResponseReturnValue:
    """Show a judge the next two ideas."""
    cohort, stage, row = final
    page = judging.judge_page(db(), actor(), stage, row, wanted=pair_asked())
    return render_template(
        "pairwise/judge.html", cohort=cohort, stage=stage, page=page, closed=row.closed_at
    )


@bp.post("/judge")
@allow(Permission.FINAL_JUDGE, subject="final")
@once
def pick(final: Any) -> ResponseReturnValue:
    """Keep what a judge picked and show the next pair."""
    cohort, stage, row = final
    try:
        picking.pick(
            db(), actor=actor(), cohort=cohort, stage=stage, final=row,
            shown=(typed("left"), typed("right")), better=typed("better"), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        flash_error(error)
    return redirect(_address("judge", cohort, stage), 303)


@bp.post("/judge/undo")
@allow(Permission.FINAL_JUDGE, subject="final")
@once
def undo(final: Any) -> ResponseReturnValue:
    """Take the last pick back and show its pair again."""
    cohort, stage, row = final
    shown: list[str] = []
    try:
        shown = picking.undo(
            db(), actor=actor(), cohort=cohort, stage=stage, final=row, now=clock.now()
        )
    except DomainError as error:
        flash_error(error)
    return redirect(_address("judge", cohort, stage, pair=" ".join(shown) or None), 303)


def _address(page: str, cohort: Any, stage: Any, **values: Any) -> str:
    return url_for(f"pairwise.{page}", cohort_code=cohort.code, stage_key=stage.key, **values)
