"""The portfolio of a sponsor or manager."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from accelerator.domain.policy import Permission, Role
from accelerator.features.portfolio import queries
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
