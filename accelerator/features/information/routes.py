"""The pages of requests for more, and of the promises of a programme."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.calendars import calendar_of
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.domain.promise import Promise
from accelerator.features.information import queries, service
from accelerator.features.information.forms import AskForm
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.web.errors import flash_error
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("information", __name__)
USUAL_DAYS = 5  # working days a team is given, until the manager says otherwise
LONGEST = 40


@bp.get("/ideas/<code>/information")
@allow(Permission.INFORMATION_VIEW, subject="idea")
def show(idea: Any) -> ResponseReturnValue:
    """Show what was asked of the team, and what came of it."""
    return render_template(
        "information/show.html", idea=idea, page=queries.information_page(db(), idea)
    )


@bp.get("/ideas/<code>/information/ask")
@allow(Permission.INFORMATION_ASK, subject="idea")
def ask(idea: Any) -> ResponseReturnValue:
    """Offer the fields of the idea's stage, and a day."""
    page = queries.information_page(db(), idea)
    today = clock.now().astimezone(ZoneInfo(page.zone)).date()
    usual = calendar_of(page.country, today.year).add(today, USUAL_DAYS)
    return _ask_page(idea, page, AskForm(formdata=None, data={"due_on": usual}))


@bp.post("/ideas/<code>/information/ask")
@allow(Permission.INFORMATION_ASK, subject="idea")
@once
def send(idea: Any) -> ResponseReturnValue:
    """Ask the team."""
    page, form = queries.information_page(db(), idea), AskForm()
    if form.carry_out(
        lambda: service.ask(
            db(), actor=actor(), idea=idea, fields=form.opens.data or [],
            known=[field.name for field in page.fields], text=form.text.data or "",
            due_on=form.due_on.data, now=clock.now(),
        )
    ):  # fmt: skip
        flash(_("The team was asked. The clock of its promise stands until it answers."), "good")
        return redirect(url_for("information.show", code=idea.code), 303)
    return _ask_page(idea, page, form), 422


def _ask_page(idea: Any, page: queries.InformationPage, form: AskForm) -> str:
    names = {"title": _("Title"), "summary": _("Summary"), "files": _("Files")}
    form.offer(
        (field.name, names.get(field.name) or field.label.pick(language())) for field in page.fields
    )
    return render_template("information/ask.html", idea=idea, page=page, form=form)


@bp.post("/ideas/<code>/information/withdraw")
@allow(Permission.INFORMATION_ASK, subject="idea")
@once
def withdraw(idea: Any) -> ResponseReturnValue:
    """No longer ask."""
    try:
        service.withdraw(db(), actor=actor(), idea=idea, now=clock.now())
        flash(_("Withdrawn. The clock of the promise goes on."), "good")
    except DomainError as error:
        flash_error(error)
    return redirect(url_for("information.show", code=idea.code), 303)


@bp.get("/programmes/<programme_key>/promises")
@allow(Permission.PROMISE_VIEW, subject="programme")
def promises(programme: Any) -> ResponseReturnValue:
    """List the promises of a programme that stand in one way: late, kept, broken and so on."""
    show, stage, cohort = (_asked(name) for name in ("show", "stage", "cohort"))
    chosen = Promise(show) if show in set(Promise) else Promise.LATE
    after = max(0, request.args.get("after", 0, type=int))
    page = queries.promise_page(
        db(), programme, show=chosen, stage=stage, cohort=cohort, after=min(after, 10**6),
        day=clock.now().date(),
    )  # fmt: skip
    return render_template(
        "information/promises.html",
        programme=programme, page=page, show=chosen, stage=stage, cohort=cohort, after=after,
        size=queries.PAGE, stage_names=_names(page.stages), cohort_names=_names(page.cohorts),
    )  # fmt: skip


@bp.get("/cohorts/<cohort_code>/<stage_key>/promises")
@allow(Permission.PROMISE_VIEW, subject="cohort_stage")
def of_gate(cohort_stage: Any) -> ResponseReturnValue:
    """Lead to the promises of one gate."""
    cohort, stage = cohort_stage
    return redirect(
        url_for(
            "information.promises", programme_key=queries.programme_key(db(), cohort),
            cohort=cohort.code, stage=stage.key, show=_asked("show") or None,
        )
    )  # fmt: skip


def _names(pairs: Any) -> list[tuple[str, str]]:
    return [(key, name.pick(language())) for key, name in pairs]


def _asked(name: str) -> str:
    value = request.args.get(name, "")[:LONGEST]
    return value if is_storable(value) else ""
