"""The page of a batch: how far it is, what became of each idea, cancel, undo."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock, deciding
from accelerator.domain.batches import BatchState
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.gates import queries, service
from accelerator.features.gates.routes.blueprint import bp
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.errors import flash_error
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

PATH = "/cohorts/<cohort_code>/<stage_key>/gate/batches/<int:batch_id>"


@bp.get(PATH)
@allow(Permission.GATE_DECIDE, subject="batch")
def batch(batch: Any) -> ResponseReturnValue:
    """Show what becomes of each idea of a batch."""
    cohort, stage, row = batch
    page = queries.batch_page(db(), actor(), row, after=stored_number(request.args.get("after")))
    if page is None:
        raise NotFound
    answer = make_response(
        render_template("gates/batch.html", cohort=cohort, stage=stage, page=page)
    )
    if page.under_way:
        answer.headers["Refresh"] = "4"
    return answer


@bp.post(f"{PATH}/cancel")
@allow(Permission.GATE_DECIDE, subject="batch")
@once
def cancel_batch(batch: Any) -> ResponseReturnValue:
    """Leave the rest of a batch undecided."""
    cohort, stage, row = batch
    try:
        service.cancel(db(), batch=row, now=clock.now())
        flash(_("Cancelled. The ideas that had no turn yet wait as before."), "good")
    except DomainError as error:
        flash_error(error)
    return redirect(_page(cohort, stage, row), 303)


@bp.post(f"{PATH}/undo")
@allow(Permission.GATE_DECIDE, subject="batch")
@once
def undo_batch(batch: Any) -> ResponseReturnValue:
    """Take the whole batch back, as far as no team knows of it; what waits is cancelled."""
    cohort, stage, row = batch
    now = clock.now()
    if row.state == BatchState.WAITING:
        service.cancel(db(), batch=row, now=now)
    undone = deciding.undo_many(
        db(), actor=actor(), cohort=cohort, stage=stage, batch_id=row.id, now=now
    )
    flash(
        ngettext(
            "%(num)s decision is undone; the idea waits again.",
            "%(num)s decisions are undone; the ideas wait again.",
            len(undone),
        ),
        "good" if undone else "warn",
    )
    return redirect(_page(cohort, stage, row), 303)


def _page(cohort: Any, stage: Any, row: Any) -> str:
    return url_for("gates.batch", cohort_code=cohort.code, stage_key=stage.key, batch_id=row.id)
