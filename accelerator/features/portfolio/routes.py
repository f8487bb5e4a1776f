"""The portfolio of a sponsor or manager."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from accelerator.domain.policy import Permission, Role
from accelerator.features.portfolio import queries, readiness
from accelerator.features.portfolio.visits import Way
from accelerator.web import templating
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db

bp = Blueprint("portfolio", __name__)


@bp.get("/portfolio")
@allow(Permission.PORTFOLIO_VIEW)
def show() -> ResponseReturnValue:
    """Show the funnel, what waits for a decision, and how ready the ideas are."""
    seen = actor().programmes(Role.SPONSOR) | actor().programmes(Role.MANAGER)
    found = queries.portfolio(db(), seen, day=templating.today())
    return render_template("portfolio/show.html", programmes=found)


@bp.get("/portfolio/<programme_key>")
@allow(Permission.SPEED_VIEW, subject="programme")
def day(programme: Any) -> ResponseReturnValue:
    """Show the ideas behind a mark of the line through time: how ready each was on that day."""
    today = templating.today()
    try:
        on = min(date.fromisoformat(request.args.get("on", "")), today)
    except ValueError:
        on = today
    page = readiness.of_day(db(), programme.id, on, after=_after())
    return render_template(
        "portfolio/day.html", programme=programme, page=page, size=readiness.PAGE
    )


@bp.get("/portfolio/<programme_key>/<stage_key>")
@allow(Permission.SPEED_VIEW, subject="programme")
def stage(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Show how fast one stage is, what its gate decides, and the ideas behind each number."""
    asked = request.args.get("show", "")
    page = queries.stage_page(
        db(), programme, stage_key, show=asked if asked in set(Way) else "inside",
        after=_after(), day=templating.today(),
    )  # fmt: skip
    if page is None:
        abort(404)
    return render_template(
        "portfolio/stage.html", programme=programme, page=page, size=readiness.PAGE
    )


def _after() -> int:
    return min(max(0, request.args.get("after", 0, type=int)), 10**6)
