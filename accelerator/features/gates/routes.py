"""The pages of a gate: choose, look before, decide, announce, undo; and what the team reads."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import DecidedMeanwhile, Unsound
from accelerator.domain.policy import Permission
from accelerator.features.gates import queries, rehearsal, service
from accelerator.features.gates.forms import DecideForm, chosen_codes
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db

bp = Blueprint("gates", __name__)


@bp.get("/cohorts/<cohort_code>/<stage_key>/gate")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
def show(cohort_stage: Any) -> ResponseReturnValue:
    """List the ideas that wait at a gate, or those decided and not announced."""
    cohort, stage = cohort_stage
    decided = request.args.get("list") == "decided"
    zone = request.args.get("zone", "")
    zone = zone if zone in queries.ZONES else ""
    code = request.args.get("idea", "")
    page = queries.gate_page(
        db(), cohort, stage, now=clock.now(), decided=decided, zone=zone, code=code,
        after=max(0, request.args.get("after", 0, type=int)),
    )  # fmt: skip
    return render_template(
        "gates/show.html",
        cohort=cohort, stage=stage, page=page, decided=decided, zone=zone, code=code,
    )  # fmt: skip


@bp.post("/cohorts/<cohort_code>/<stage_key>/gate/preview")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
def preview(cohort_stage: Any) -> ResponseReturnValue:
    """Show what is about to be decided: the list, what speaks for caution, the real messages."""
    cohort, stage = cohort_stage
    form = DecideForm()
    if request.form.get("switch"):
        form.outcome.data = request.form["switch"]
    if "reason" not in request.form or request.form.get("switch"):
        return _page(cohort, stage, form)
    samples: tuple[rehearsal.Sample, ...] = ()
    if form.validate():
        try:
            samples = rehearsal.rehearse(
                db(), actor=actor(), cohort=cohort, stage=stage, codes=chosen_codes(),
                verdict=form.verdict(), base_url=config().base_url, now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            return _refused(cohort, stage, form, error)
    return _page(cohort, stage, form, samples, status=200 if samples else 422)


@bp.post("/cohorts/<cohort_code>/<stage_key>/gate/decide")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
@once
def decide(cohort_stage: Any) -> ResponseReturnValue:
    """Decide about the ideas chosen, all or none."""
    cohort, stage = cohort_stage
    form = DecideForm()
    if not form.validate():
        return _page(cohort, stage, form, status=422)
    now = clock.now()
    announce_at = form.announce_moment(zone=cohort.time_zone, now=now)
    try:
        made = service.decide(
            db(), actor=actor(), cohort=cohort, stage=stage, codes=chosen_codes(),
            verdict=form.verdict(), announce_at=announce_at, now=now,
        )  # fmt: skip
    except DomainError as error:
        return _refused(cohort, stage, form, error)
    if announce_at == now:
        flash(_told(len(made)), "good")
        return redirect(_gate(cohort, stage), 303)
    flash(ngettext("%(num)s idea decided.", "%(num)s ideas decided.", len(made)), "good")
    return redirect(_gate(cohort, stage, list="decided"), 303)


@bp.post("/cohorts/<cohort_code>/<stage_key>/gate/announce")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
@once
def announce(cohort_stage: Any) -> ResponseReturnValue:
    """Tell the teams of the ideas chosen."""
    cohort, stage = cohort_stage
    try:
        told = service.announce(
            db(), actor=actor(), cohort=cohort, stage=stage, codes=chosen_codes(), now=clock.now()
        )
        flash(_told(len(told)), "good")
    except DomainError as error:
        flash_error(error)
    return redirect(_gate(cohort, stage, list="decided"), 303)


@bp.post("/ideas/<code>/decision/undo")
@allow(Permission.GATE_DECIDE, subject="idea")
@once
def undo(idea: Any) -> ResponseReturnValue:
    """Take a decision back that the team does not know yet."""
    cohort_code, stage_key = service.undo(db(), actor=actor(), idea=idea, now=clock.now())
    flash(_("The decision about %(code)s is undone; it waits again.", code=idea.code), "good")
    return redirect(url_for("gates.show", cohort_code=cohort_code, stage_key=stage_key), 303)


@bp.get("/ideas/<code>/outcome")
@allow(Permission.OUTCOME_VIEW, subject="idea")
def outcome(idea: Any) -> ResponseReturnValue:
    """Show the team every decision it was told, with the reviewers' words."""
    return render_template("gates/outcome.html", idea=idea, cards=queries.outcomes(db(), idea))


def _page(
    cohort: Any,
    stage: Any,
    form: DecideForm,
    samples: tuple[rehearsal.Sample, ...] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    codes = chosen_codes()
    rows = queries.chosen_rows(db(), cohort, stage, codes, now=clock.now())
    if not rows:
        if codes:
            return _meanwhile(cohort, stage, form, codes)
        flash(_("Choose at least one idea."), "warn")
        return redirect(_gate(cohort, stage), 303)
    return render_template(
        "gates/preview.html",
        cohort=cohort, stage=stage, form=form, rows=rows, samples=samples,
        gone=[code for code in codes if code not in {row.code for row in rows}],
        receivers=queries.receivers(db(), rows),
        conflicts=queries.own_conflicts(db(), actor(), rows),
    ), status  # fmt: skip


def _refused(cohort: Any, stage: Any, form: DecideForm, error: DomainError) -> ResponseReturnValue:
    """Say at the field what is missing; or what somebody else decided meanwhile."""
    if isinstance(error, DecidedMeanwhile):
        return _meanwhile(cohort, stage, form, error.ideas)
    if isinstance(error, Unsound):
        form.refuse_all(error)
    else:
        form.refuse(error)
    return _page(cohort, stage, form, status=error.status)


def _meanwhile(cohort: Any, stage: Any, form: DecideForm, late: Any) -> ResponseReturnValue:
    found = queries.decided_meanwhile(db(), cohort, stage, late)
    rest = [code for code in chosen_codes() if code not in late]
    return render_template(
        "gates/meanwhile.html", cohort=cohort, stage=stage, form=form, found=found, rest=rest
    ), 409


def _gate(cohort: Any, stage: Any, **values: Any) -> str:
    return url_for("gates.show", cohort_code=cohort.code, stage_key=stage.key, **values)


def _told(count: int) -> str:
    return ngettext("%(num)s team was told.", "%(num)s teams were told.", count)
