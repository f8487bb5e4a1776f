"""The readiness of a cohort on one page, and who will not meet the gate."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.domain.readiness import Dimension
from accelerator.features.readiness_board import queries
from accelerator.web.guard import allow
from accelerator.web.session import db

bp = Blueprint("readiness_board", __name__)
CELLS = ("proven", "gap")


@bp.get("/cohorts/<cohort_code>/readiness")
@allow(Permission.READINESS_BOARD, subject="cohort")
def show(cohort: Any) -> ResponseReturnValue:
    """Show dimension by idea: what is proven, or by how much claims run ahead of it."""
    wanted = queries.Wanted(
        stage=request.args.get("stage", ""),
        show=_one_of(queries.SHOWN, "show"),
        order=_one_of(("score", *Dimension), "order"),
    )
    page = queries.heat_map(db(), cohort, wanted, today=_today(cohort))
    return render_template(
        "readiness_board/show.html", cohort=cohort, page=page, wanted=page.wanted,
        cells=_one_of(CELLS, "cells"), names=queries.names(),
    )  # fmt: skip


@bp.get("/cohorts/<cohort_code>/readiness/gate")
@allow(Permission.READINESS_BOARD, subject="cohort")
def gate(cohort: Any) -> ResponseReturnValue:
    """List the ideas that have not proven what their gate asks for, the least likely first."""
    stage, after = request.args.get("stage", ""), request.args.get("after", 0, type=int)
    after = min(max(0, after), 10**6)
    page = queries.before_gate(db(), cohort, stage=stage, after=after, today=_today(cohort))
    return render_template(
        "readiness_board/gate.html",
        cohort=cohort,
        page=page,
        names=queries.names(),
        size=queries.PAGE,
    )


def _today(cohort: Any) -> date:
    return clock.now().astimezone(ZoneInfo(cohort.time_zone)).date()


def _one_of(known: Sequence[str], name: str) -> str:
    """Return what was asked for, or the first of what is known."""
    asked = request.args.get(name, "")
    return asked if asked in known else next(iter(known))
