"""Assignments as a file: out, and in again after it was looked at."""

import csv
import io
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.domain.tabular import Sheet, read_csv
from accelerator.features.assignment.forms import ConfirmForm, TableForm
from accelerator.features.assignment.queries import overview as stages
from accelerator.features.assignment.queries import table as reading
from accelerator.features.assignment.routes.blueprint import bp
from accelerator.features.assignment.service import table
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.downloads import stream_csv
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.post("/cohorts/<cohort_code>/<stage_key>/assignments.csv")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
def export(cohort_stage: Any) -> ResponseReturnValue:
    """Take the assignments out as CSV: a post, because it leaves a record."""
    cohort, stage = cohort_stage
    who, what = actor(), "assignments"
    table.record_export(db(), actor=who, cohort=cohort, stage=stage, what=what, now=clock.now())

    def rows(session: Any) -> Any:
        return reading.present(
            session, actor=who, cohort=cohort, stage=stage, language=who.language
        )

    name = f"assignments-{cohort.code}-{stage.key}.csv"
    return stream_csv(name, [_(title) for title in reading.HEAD], rows)


@bp.post("/cohorts/<cohort_code>/<stage_key>/proposal/<int:proposal_id>.csv")
@allow(Permission.REVIEW_ASSIGN, subject="proposal")
def export_proposal(proposal: Any) -> ResponseReturnValue:
    """Take out what would stand once the proposal is applied."""
    cohort, stage, row = proposal
    who, number = actor(), row.id
    table.record_export(
        db(), actor=who, cohort=cohort, stage=stage, what="proposal", now=clock.now()
    )

    def rows(session: Any) -> Any:
        return reading.proposed(
            session, actor=who, proposal_id=number, cohort=cohort, stage=stage,
            language=who.language,
        )  # fmt: skip

    name = f"proposal-{cohort.code}-{stage.key}-{number}.csv"
    return stream_csv(name, [_(title) for title in reading.HEAD], rows)


@bp.route("/cohorts/<cohort_code>/<stage_key>/assignments/import", methods=["GET", "POST"])
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
@once
def bring_in(cohort_stage: Any) -> ResponseReturnValue:
    """Take a file and show what it would do; do it once that was confirmed."""
    if "table" in request.form:
        return _confirmed(cohort_stage)
    form = TableForm()
    if not form.validate_on_submit():
        return _upload(cohort_stage, form), 422 if form.is_submitted() else 200
    sheet = read_csv(form.file.data.read(), most_rows=table.MOST_ROWS)
    plan = _look(cohort_stage, sheet, removes=bool(form.removes.data))
    if plan.errors:
        return _upload(cohort_stage, form, plan), 422
    return _preview(cohort_stage, plan, removes=bool(form.removes.data))


def _confirmed(cohort_stage: Any) -> ResponseReturnValue:
    """Do what was shown; show it again when it would be something else by now."""
    cohort, stage = cohort_stage
    form = ConfirmForm()
    sheet = read_csv((form.table.data or "").encode(), most_rows=table.MOST_ROWS)
    removes = bool(form.removes.data)
    done: list[table.TablePlan] = []

    def carry_out() -> None:
        done.append(
            table.bring_in(
                db(), actor=actor(), cohort=cohort, stage=stage, sheet=sheet, removes=removes,
                shown=form.shown.data or "", due_on=form.day(), now=clock.now(),
            )
        )  # fmt: skip

    if not form.carry_out(carry_out):
        plan = _look(cohort_stage, sheet, removes=removes)
        if plan.errors:
            return _upload(cohort_stage, TableForm(formdata=None), plan), 422
        return _preview(cohort_stage, plan, removes=removes, form=form), 422
    new, gone = len(done[0].new), len(done[0].removed)
    flash(ngettext("%(num)s review is assigned.", "%(num)s reviews are assigned.", new), "good")
    if gone:
        flash(ngettext("%(num)s is taken back.", "%(num)s are taken back.", gone), "good")
    return redirect(url_for("assignment.show", cohort_code=cohort.code, stage_key=stage.key), 303)


def _look(cohort_stage: Any, sheet: Sheet, *, removes: bool) -> table.TablePlan:
    cohort, stage = cohort_stage
    return table.look(db(), actor=actor(), cohort=cohort, stage=stage, sheet=sheet, removes=removes)


def _upload(cohort_stage: Any, form: TableForm, plan: table.TablePlan | None = None) -> str:
    cohort, stage = cohort_stage
    return render_template(
        "assignment/table.html", cohort=cohort, stage=stage, form=form,
        errors=plan.errors if plan else (),
    )  # fmt: skip


def _preview(
    cohort_stage: Any, plan: table.TablePlan, *, removes: bool, form: ConfirmForm | None = None
) -> str:
    cohort, stage = cohort_stage
    if form is None:
        page = stages.overview(db(), actor=actor(), cohort=cohort, stage=stage, now=clock.now())
        form = ConfirmForm(formdata=None, data={"due_on": page.due_on, "removes": removes})
    form.table.data, form.shown.data = _packed(plan), plan.digest
    return render_template(
        "assignment/table_preview.html", cohort=cohort, stage=stage, form=form, plan=plan
    )


def _packed(plan: table.TablePlan) -> str:
    """Return the rows as they are read again: code and address, nothing else."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["Idea", "Reviewer"])
    writer.writerows(plan.pairs)
    return buffer.getvalue()
