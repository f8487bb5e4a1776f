"""The pages of a calibration round: all offsets for the manager, one's own for a reviewer."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.conflicts import REASONS
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.calibration import service
from accelerator.features.calibration.forms import AnchorsForm
from accelerator.features.calibration.queries import choosing
from accelerator.features.calibration.queries.facts import anchors
from accelerator.features.calibration.queries.own import own_page
from accelerator.features.calibration.queries.round import round_page
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("calibration", __name__, url_prefix="/cohorts/<cohort_code>/<stage_key>/calibration")


@bp.get("")
@allow(Permission.CALIBRATION_RUN, subject="cohort_stage")
def show(cohort_stage: Any) -> ResponseReturnValue:
    """Show all offsets, or what could be an anchor."""
    cohort, stage = cohort_stage
    found = anchors(db(), cohort, stage, manager=actor())
    if not found:
        page = choosing.choice(db(), actor(), cohort, stage, now=clock.now())
        form = AnchorsForm(formdata=None, data={"due_on": page.due_on})
        return _choosing(cohort, stage, page, form)
    return render_template(
        "calibration/show.html", cohort=cohort, stage=stage,
        page=round_page(db(), stage, found),
        reasons={kind: _(text) for kind, text in REASONS.items()},
    )  # fmt: skip


@bp.post("")
@allow(Permission.CALIBRATION_RUN, subject="cohort_stage")
@once
def begin(cohort_stage: Any) -> ResponseReturnValue:
    """Choose the anchors; all reviewers are asked."""
    cohort, stage = cohort_stage
    form = AnchorsForm()
    asked: list[int] = []
    if form.carry_out(
        lambda: asked.append(
            service.begin(
                db(), actor=actor(), cohort=cohort, stage=stage, codes=form.codes(),
                due_on=form.day(), now=clock.now(),
            )
        )
    ):  # fmt: skip
        flash(_asked(asked[0]), "good")
        return redirect(_address("show", cohort, stage), 303)
    page = choosing.choice(db(), actor(), cohort, stage, now=clock.now())
    return _choosing(cohort, stage, page, form), 422


@bp.post("/ask")
@allow(Permission.CALIBRATION_RUN, subject="cohort_stage")
@once
def ask_others(cohort_stage: Any) -> ResponseReturnValue:
    """Ask those who became reviewers since."""
    cohort, stage = cohort_stage
    try:
        count = service.ask_others(db(), actor=actor(), cohort=cohort, stage=stage, now=clock.now())
    except DomainError as error:
        flash_error(error)
    else:
        flash(_asked(count), "good")
    return redirect(_address("show", cohort, stage), 303)


@bp.post("/end")
@allow(Permission.CALIBRATION_RUN, subject="cohort_stage")
@once
def end(cohort_stage: Any) -> ResponseReturnValue:
    """End the round; the reviews stay."""
    cohort, stage = cohort_stage
    service.end(db(), actor=actor(), cohort=cohort, stage=stage, now=clock.now())
    flash(_("The calibration round has ended; its reviews count as before."), "good")
    return redirect(_address("show", cohort, stage), 303)


@bp.get("/mine")
@allow(Permission.CALIBRATION_OWN, subject="cohort_stage")
def mine(cohort_stage: Any) -> ResponseReturnValue:
    """Show a reviewer their own offset, and nobody else's."""
    cohort, stage = cohort_stage
    page = own_page(db(), actor(), cohort, stage)
    return render_template("calibration/mine.html", cohort=cohort, stage=stage, page=page)


def _choosing(cohort: Any, stage: Any, page: choosing.Choice, form: AnchorsForm) -> str:
    return render_template(
        "calibration/choose.html", cohort=cohort, stage=stage, page=page, form=form
    )


def _asked(count: int) -> str:
    return ngettext("%(num)s reviewer is asked.", "%(num)s reviewers are asked.", count)


def _address(page: str, cohort: Any, stage: Any) -> str:
    return url_for(f"calibration.{page}", cohort_code=cohort.code, stage_key=stage.key)
