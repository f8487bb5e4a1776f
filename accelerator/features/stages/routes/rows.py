"""The rows that hang on a stage: its rubric and its milestone templates."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.features.stages.forms import (
    CriterionForm,
    MilestoneForm,
    criterion_data,
    milestone_data,
    one_sided,
)
from accelerator.features.stages.queries import one
from accelerator.features.stages.queries.effects import Unconfirmed
from accelerator.features.stages.queries.in_flight import in_flight
from accelerator.features.stages.routes.blueprint import bp
from accelerator.features.stages.routes.editing import stage_of
from accelerator.features.stages.rows_form import RowsForm
from accelerator.features.stages.service import milestones as milestone_service
from accelerator.features.stages.service import rubric as rubric_service
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.route("/programmes/<programme_key>/stages/<stage_key>/rubric", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def rubric(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Change what reviewers mark, and how much it counts."""
    stage = stage_of(programme, stage_key)
    rows = one.criteria(db(), stage)

    def form(*, saved: bool = False) -> RowsForm:
        return RowsForm(CriterionForm, rows, criterion_data, scale=stage.scale, saved=saved)

    return _rows_page(
        "stages/rubric.html", programme, stage, form,
        mark=rubric_service.mark(stage, rows),
        save=lambda found, **what: rubric_service.change(
            db(), scale=found.scale, wanted=found.rows(), **what
        ),
        old=one.old_rubrics(db(), stage),
    )  # fmt: skip


@bp.route("/programmes/<programme_key>/stages/<stage_key>/milestones", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def milestones(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Change what teams must show in a stage, and by when."""
    stage = stage_of(programme, stage_key)
    rows = one.milestones(db(), stage)

    def form(*, saved: bool = False) -> RowsForm:
        return RowsForm(MilestoneForm, rows, milestone_data, saved=saved)

    return _rows_page(
        "stages/milestones.html", programme, stage, form,
        mark=milestone_service.mark(rows),
        save=lambda found, **what: milestone_service.change(db(), wanted=found.rows(), **what),
    )  # fmt: skip


def _rows_page(
    template: str,
    programme: Any,
    stage: Any,
    make: Callable[..., RowsForm],
    *,
    mark: str,
    save: Callable[..., None],
    **more: Any,
) -> ResponseReturnValue:
    """Save rows, show whom it touches, or show the form with another row, place or scale."""
    form, found, told, status = make(), None, None, 200
    version = request.form.get("version", "") or mark
    if form.wants_save() and form.validate():
        try:
            save(
                form, actor=actor(), programme=programme, stage=stage, version=version,
                seen=request.form.get("seen", ""), now=clock.now(),
            )  # fmt: skip
        except Stale as error:
            found, status = form.differences(make(saved=True)), 409
            version = str(error.version)
        except Unconfirmed as error:
            told = error.effects
        except DomainError as error:
            form.whole.refuse(error)
        else:
            flash(_("Saved."), "good")
            return redirect(request.path, 303)
    wrong = any(each.errors for each in form)
    return render_template(
        template,
        programme=programme, stage=stage, form=form, version=version, meanwhile=found, told=told,
        acted=request.form.get("act", ""), lacking=set(one_sided(*form.forms.values())),
        ideas=in_flight(db(), actor(), [stage.id])[stage.id], **more,
    ), 422 if wrong else status  # fmt: skip
