"""The import of ideas: choose a file, say where its columns go, see what it would do, do it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.idea_table import Order, guess
from accelerator.domain.policy import Permission
from accelerator.domain.tabular import Sheet
from accelerator.features.imports import files, queries, service
from accelerator.features.imports.forms import HANDED_IN, OrderForm, UploadForm, order_form
from accelerator.i18n import gettext as _
from accelerator.i18n import language, ngettext
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("imports", __name__)


@bp.route("/cohorts/<cohort_code>/import", methods=["GET", "POST"])
@allow(Permission.IDEA_IMPORT, subject="cohort")
@once
def ideas(cohort: Any) -> ResponseReturnValue:
    """Take a file, or the table that the page carries with what was chosen about it."""
    if "table" in request.form:
        return _chosen(cohort)
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload(cohort, form), 422 if form.is_submitted() else 200
    sheet = files.read(form.file.data.read())
    if sheet.errors:
        return _upload(cohort, form, sheet), 422
    try:
        table = files.pack(sheet)
    except DomainError as error:
        form.refuse(error)
        return _upload(cohort, form), 422
    to = queries.destination(db(), cohort)
    targets = guess(sheet.headings, to.questions)
    values = {f"column_{place}": target for place, target in enumerate(targets)}
    order = order_form(sheet.headings, to.questions, table=table, arrival=HANDED_IN, **values)
    return _page(to, sheet, order, None)


def _chosen(cohort: Any) -> ResponseReturnValue:
    """Check what was chosen; import only what the page showed before."""
    try:
        sheet = files.unpack(request.form["table"])
    except DomainError as error:
        form = UploadForm(formdata=None)
        form.refuse(error)
        return _upload(cohort, form), 422
    to = queries.destination(db(), cohort)
    form = order_form(sheet.headings, to.questions)
    if sheet.errors or not form.validate():
        return _page(to, sheet, form, None), 422
    order = Order(form.targets(), form.owner.data, language())
    plan = service.look(db(), to=to, sheet=sheet, order=order)
    as_shown = form.shown.data == form.said()
    form.shown.data = form.said()
    if plan.errors or not (as_shown and "import" in request.form):
        changed = "import" in request.form and not as_shown
        return _page(to, sheet, form, plan, changed=changed), 422 if plan.errors else 200
    done = service.apply(
        db(), actor=actor(), cohort=cohort, sheet=sheet, order=order,
        handed_in=form.arrival.data == HANDED_IN, now=clock.now(),
    )  # fmt: skip
    return _imported(cohort, len(done.new))


def _imported(cohort: Any, count: int) -> ResponseReturnValue:
    if count:
        flash(ngettext("%(num)s idea imported.", "%(num)s ideas imported.", count), "good")
    else:
        flash(_("Everything in the file was here already; nothing was changed."), "info")
    return redirect(url_for("ideas.index", cohort=cohort.code), 303)


def _upload(cohort: Any, form: UploadForm, sheet: Sheet | None = None) -> str:
    errors = sheet.errors if sheet else ()
    return render_template("imports/ideas.html", cohort=cohort, form=form, errors=errors)


def _page(
    to: queries.Destination,
    sheet: Sheet,
    form: OrderForm,
    plan: service.Plan | None,
    *,
    changed: bool = False,
) -> str:
    return render_template(
        "imports/order.html", cohort=to.cohort, to=to, sheet=sheet, form=form, plan=plan,
        changed=changed,
    )  # fmt: skip
