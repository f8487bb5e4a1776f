"""The grid of capacities, and the page on which reviewers say what they wish."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.assignment.forms import capacity_form, interest_form
from accelerator.features.assignment.queries import wishes as reading
from accelerator.features.assignment.routes.blueprint import bp
from accelerator.features.assignment.service import wishes as wishing
from accelerator.i18n import gettext as _
from accelerator.web.errors import flash_error
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db


@bp.route("/cohorts/<cohort_code>/<stage_key>/capacity", methods=["GET", "POST"])
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
def capacity(cohort_stage: Any) -> ResponseReturnValue:
    """Show how many reviews each reviewer takes, and change it."""
    cohort, stage = cohort_stage
    who = request.args.get("who", "")[:100]
    who = who if is_storable(who) else ""
    after = request.args.get("after", "")
    grid = reading.grid(db(), cohort=cohort, stage=stage, who=who, after=after)
    form = capacity_form(grid.rows)

    def save() -> None:
        said = {
            row.id: (form[f"least_{row.id}"].data, form[f"most_{row.id}"].data) for row in grid.rows
        }
        wishing.set_capacities(
            db(), actor=actor(), cohort=cohort, stage=stage, said=said, now=clock.now()
        )

    here = {"cohort_code": cohort.code, "stage_key": stage.key}
    if form.carry_out(save):
        flash(_("The capacities are saved."), "good")
        return redirect(url_for("assignment.capacity", **here, who=who or None), 303)
    html = render_template(
        "assignment/capacity.html", cohort=cohort, stage=stage, grid=grid, form=form, who=who,
        here=here, after=after,
    )  # fmt: skip
    return html, 422 if form.is_submitted() else 200


@bp.post("/cohorts/<cohort_code>/<stage_key>/interests/open")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
def open_interests(cohort_stage: Any) -> ResponseReturnValue:
    """Ask the reviewers what they would like to review, or stop asking."""
    cohort, stage = cohort_stage
    opens = request.form.get("open") == "1"
    try:
        wishing.ask_for_interests(
            db(), actor=actor(), cohort=cohort, stage=stage, opens=opens, now=clock.now()
        )
    except DomainError as error:
        flash_error(error)
    else:
        asked, closed = _("The reviewers are asked."), _("The ideas are closed to them again.")
        flash(asked if opens else closed, "good")
    to = url_for("assignment.show", cohort_code=cohort.code, stage_key=stage.key)
    return redirect(to, 303)


@bp.route("/cohorts/<cohort_code>/<stage_key>/interests", methods=["GET", "POST"])
@allow(Permission.INTEREST_STATE, subject="cohort_stage")
def interests(cohort_stage: Any) -> ResponseReturnValue:
    """Show a reviewer the ideas they may review, and take what they wish."""
    cohort, stage = cohort_stage
    after = request.args.get("after", "")
    page = reading.wishes(db(), actor=actor(), cohort=cohort, stage=stage, after=after)
    form = interest_form(page.ideas, page.most)

    def save() -> None:
        offered = {row.id: int(form[f"wish_{row.id}"].data or "0") for row in page.ideas}
        wishing.state_interests(
            db(), actor=actor(), cohort=cohort, stage=stage, offered=offered,
            wish=form["most"].data, now=clock.now(),
        )  # fmt: skip

    here = {"cohort_code": cohort.code, "stage_key": stage.key}
    if form.carry_out(save):
        _tell_saved(page)
        return redirect(url_for("assignment.interests", **here, after=page.after or None), 303)
    html = render_template(
        "assignment/interests.html", cohort=cohort, stage=stage, page=page, form=form, here=here,
        after=after,
    )  # fmt: skip
    return html, 422 if form.is_submitted() else 200


def _tell_saved(page: reading.Wishes) -> None:
    """Say what was kept; a page that stood open while the ideas were closed kept less."""
    if not page.open and any(name.startswith("wish_") for name in request.form):
        flash(_("The ideas were closed meanwhile. Your wishes for them were not saved."), "warn")
    else:
        flash(_("Your wishes are saved. They help, but they promise nothing."), "good")
