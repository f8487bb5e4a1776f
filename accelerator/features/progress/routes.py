"""The pages of a round's progress, the nudge, and the proposal to rebalance."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.progress import queries, service
from accelerator.features.progress.forms import GiveForm, ListForm
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db

bp = Blueprint("progress", __name__)
LETTERS = 100  # written out in a preview; the others are named


@bp.get("/cohorts/<cohort_code>/<stage_key>/progress")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
def show(cohort_stage: Any) -> ResponseReturnValue:
    """Show how far the reviews are: by idea, by reviewer, or one by one."""
    form = ListForm(request.args)
    form.validate()
    page = queries.progress_page(
        db(), *cohort_stage, actor=actor(), narrowed=form.narrowed(), now=clock.now()
    )
    return _page("show", cohort_stage, page=page, form=form)


@bp.get("/cohorts/<cohort_code>/<stage_key>/progress/forecast")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
def ahead(cohort_stage: Any) -> ResponseReturnValue:
    """Show whether the round ends in time, and what would help."""
    page = queries.ahead_page(db(), *cohort_stage, actor=actor(), now=clock.now())
    return _page("ahead", cohort_stage, page=page)


@bp.post("/cohorts/<cohort_code>/<stage_key>/progress/forecast")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
@once
def give(cohort_stage: Any) -> ResponseReturnValue:
    """Give the ticked reviews to others."""
    cohort, stage = cohort_stage
    moves = GiveForm().moves()
    given = service.give(
        db(), actor=actor(), cohort=cohort, stage=stage, moves=moves, now=clock.now()
    )
    if given:
        text = ngettext(
            "%(num)s review was given to somebody else.",
            "%(num)s reviews were given to others.",
            given,
        )
        flash(text, "good")
    if not moves:
        flash(_("Nothing was ticked, so nothing was changed."), "warn")
    elif given < len(moves):
        flash(_("Some reviews stay where they are: they were begun or changed meanwhile."), "warn")
    return redirect(_url("ahead", cohort_stage), 303)


@bp.get("/cohorts/<cohort_code>/<stage_key>/progress/nudge")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
def preview(cohort_stage: Any) -> ResponseReturnValue:
    """Show who would get which message."""
    late = queries.late_reviewers(db(), *cohort_stage, actor=actor(), now=clock.now())
    wanted = [person for person in late if not person.told]
    base_url = config().base_url
    letters = [(one, service.letter_to(one, base_url=base_url)) for one in wanted[:LETTERS]]
    return _page(
        "nudge", cohort_stage, letters=letters, others=wanted[LETTERS:],
        told=[person for person in late if person.told],
    )  # fmt: skip


@bp.post("/cohorts/<cohort_code>/<stage_key>/progress/nudge")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
@once
def nudge(cohort_stage: Any) -> ResponseReturnValue:
    """Send the messages."""
    cohort, stage = cohort_stage
    heard = service.nudge(db(), actor=actor(), cohort=cohort, stage=stage, now=clock.now())
    if heard:
        text = ngettext(
            "%(num)s reviewer was nudged.", "%(num)s reviewers were nudged.", len(heard)
        )
        flash(text, "good")
    else:
        flash(_("Nobody was nudged: whoever is late heard of it today already."), "info")
    return redirect(_url("show", cohort_stage, by="reviewers", show="late"), 303)


def _url(view: str, cohort_stage: Any, **values: Any) -> str:
    cohort, stage = cohort_stage
    return url_for(f"progress.{view}", cohort_code=cohort.code, stage_key=stage.key, **values)


def _page(name: str, cohort_stage: Any, **values: Any) -> str:
    cohort, stage = cohort_stage
    here = {"cohort_code": cohort.code, "stage_key": stage.key}
    return render_template(f"progress/{name}.html", cohort=cohort, stage=stage, here=here, **values)
