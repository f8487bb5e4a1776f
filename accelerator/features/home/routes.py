"""The first page, and the living page of components."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.home.queries.today import today
from accelerator.web import templating
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db

bp = Blueprint("home", __name__)


@bp.get("/")
@allow(Permission.HOME_VIEW)
def show() -> ResponseReturnValue:
    """Show what needs the reader, by when, and what has changed."""
    page = today(db(), actor(), day=templating.today())
    return render_template("home/show.html", page=page)


@bp.get("/styleguide")
@allow(Permission.HOME_VIEW)
def styleguide() -> ResponseReturnValue:
    """Show every component in all its states."""
    return render_template("styleguide.html", now=clock.now())
