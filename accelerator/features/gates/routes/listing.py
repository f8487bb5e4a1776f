"""The list of a gate, and what is done with decisions that no team knows yet."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from accelerator import clock, deciding
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.gates import queries, service
from accelerator.features.gates.forms import chosen_codes
from accelerator.features.gates.routes.blueprint import bp, gate_url, moment
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.get("/cohorts/<cohort_code>/<stage_key>/gate")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
def show(cohort_stage: Any) -> ResponseReturnValue:
    """List the ideas that wait at a gate, or those decided and not announced."""
    cohort, stage = cohort_stage
    decided = request.args.get("list") == "decided"
    zone = request.args.get("zone", "")
    zone = zone if zone in queries.ZONES else ""
    code, now = request.args.get("idea", ""), clock.now()
    page = queries.gate_page(
        db(), actor(), cohort, stage, now=now, decided=decided, zone=zone, code=code,
        after=max(0, request.args.get("after", 0, type=int)),
    )  # fmt: skip
    return render_template(
        "gates/show.html",
        cohort=cohort, stage=stage, page=page, decided=decided, zone=zone, code=code,
        size=queries.SHOWN,
        batches=queries.batches_of_gate(db(), actor(), cohort, stage, now=now)
        if decided or page.decided
        else (),
    )  # fmt: skip


@bp.post("/cohorts/<cohort_code>/<stage_key>/gate/announce")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
@once
def announce(cohort_stage: Any) -> ResponseReturnValue:
    """Let the teams of the ideas chosen hear, once the time to undo has passed."""
    cohort, stage = cohort_stage
    leaves = clock.now() + service.window(db(), cohort)
    try:
        told = deciding.plan(
            db(), actor=actor(), cohort=cohort, stage=stage, codes=chosen_codes(), at=leaves
        )
        flash(
            ngettext(
                "%(num)s team hears at %(time)s. Until then you can undo it.",
                "%(num)s teams hear at %(time)s. Until then you can undo it.",
                len(told),
                time=moment(leaves),
            ),
            "good",
        )
    except DomainError as error:
        flash_error(error)
    return redirect(gate_url(cohort, stage, list="decided"), 303)


@bp.post("/cohorts/<cohort_code>/<stage_key>/gate/undo")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
@once
def undo_chosen(cohort_stage: Any) -> ResponseReturnValue:
    """Take decisions back that the teams do not know yet."""
    cohort, stage = cohort_stage
    undone = deciding.undo_many(
        db(), actor=actor(), cohort=cohort, stage=stage, codes=chosen_codes(), now=clock.now()
    )
    flash(_undone(len(undone)), "good" if undone else "warn")
    return redirect(gate_url(cohort, stage, list="decided"), 303)


@bp.post("/ideas/<code>/decision/undo")
@allow(Permission.GATE_DECIDE, subject="idea")
@once
def undo(idea: Any) -> ResponseReturnValue:
    """Take a decision back that the team does not know yet."""
    cohort_code, stage_key = deciding.undo(db(), actor=actor(), idea=idea, now=clock.now())
    flash(_("The decision about %(code)s is undone; it waits again.", code=idea.code), "good")
    return redirect(f"/cohorts/{cohort_code}/{stage_key}/gate", 303)


def _undone(count: int) -> str:
    return ngettext(
        "%(num)s decision is undone; the idea waits again.",
        "%(num)s decisions are undone; the ideas wait again.",
        count,
    )
