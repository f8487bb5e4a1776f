"""The page of a ranking."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from accelerator.domain.policy import Permission
from accelerator.features.ranking import queries
from accelerator.features.ranking.forms import LineForm
from accelerator.standing.ranking import Scope
from accelerator.web.guard import allow
from accelerator.web.session import db

bp = Blueprint("ranking", __name__)


@bp.get("/cohorts/<cohort_code>/<stage_key>/ranking")
@allow(Permission.RANKING_VIEW, subject="cohort_stage")
def show(cohort_stage: Any) -> ResponseReturnValue:
    """Show the ranking of one stage; what cannot be read in the address is said and left out."""
    cohort, stage = cohort_stage
    form = LineForm(request.args)
    form.validate()
    page = queries.ranking_page(
        db(),
        cohort,
        stage,
        scope=Scope.NOW if form.scope.errors else Scope(form.scope.data),
        capacity=None if form.capacity.errors else form.capacity.data,
        after=0 if form.after.errors else form.after.data or 0,
    )
    return render_template("ranking/show.html", cohort=cohort, stage=stage, form=form, page=page)
