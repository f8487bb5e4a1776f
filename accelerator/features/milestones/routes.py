"""Milestones of an idea and of a cohort."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.milestones import queries, service
from accelerator.features.milestones.forms import (
    AnswerDate,
    AskDate,
    Complete,
    HandOver,
    NewMilestone,
)
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.web.forms import Form
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("milestones", __name__)


@bp.get("/cohorts/<cohort_code>/milestones")
@allow(Permission.MILESTONE_VIEW, subject="cohort")
def index(cohort: Any) -> ResponseReturnValue:
    """Show a cohort's milestones by lateness."""
    urgency = request.args.get("show", "late")
    page = queries.of_cohort(
        db(), cohort, urgency=urgency, after=request.args.get("after", ""), now=clock.now()
    )
    return render_template("milestones/index.html", cohort=cohort, page=page, urgency=urgency)


@bp.get("/ideas/<code>/milestones")
@allow(Permission.IDEA_VIEW, subject="idea")
def of_idea(idea: Any) -> ResponseReturnValue:
    """Show an idea's milestones and what can be done with each."""
    return _page(idea)


@bp.post("/ideas/<code>/milestones")
@allow(Permission.MILESTONE_EDIT, subject="idea")
@once
def new(idea: Any) -> ResponseReturnValue:
    """Set a milestone of the team's own."""
    form = NewMilestone()
    form.owner.choices = _owners(queries.team(db(), idea))
    return _save(
        idea,
        form,
        0,
        lambda: service.add(
            db(), actor=actor(), idea=idea, name=form.name.data, due_on=form.due_on.data,
            owner_id=form.owner.data, language=language(), now=clock.now(),
        ),
        _("The milestone was added."),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/complete")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def complete(milestone: Any) -> ResponseReturnValue:
    """Mark a milestone as done."""
    form = Complete()
    return _save(
        None,
        form,
        milestone.id,
        lambda: service.complete(
            db(), actor=actor(), milestone=milestone, evidence=form.evidence.data,
            evidence_url=form.evidence_url.data, now=clock.now(),
        ),
        _("Well done. Reminders about it have stopped."),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/reopen")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def reopen(milestone: Any) -> ResponseReturnValue:
    """Take "done" back."""
    return _save(
        None,
        Form(),
        milestone.id,
        lambda: service.reopen(db(), actor=actor(), milestone=milestone, now=clock.now()),
        _("The milestone is open again."),
    )


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/owner")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def assign(milestone: Any) -> ResponseReturnValue:
    """Give a milestone to another member of the team."""
    form = HandOver()
    form.owner.choices = _owners(queries.team_of(db(), milestone))
    return _save(
        None,
        form,
        milestone.id,
        lambda: service.hand_over(
            db(), actor=actor(), milestone=milestone, owner_id=form.owner.data, now=clock.now()
        ),
        _("The milestone has a new owner, who was told."),
    )


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/ask-date")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def ask_date(milestone: Any) -> ResponseReturnValue:
    """Ask for another date."""
    form = AskDate()
    return _save(
        None,
        form,
        milestone.id,
        lambda: service.ask_date(
            db(), actor=actor(), milestone=milestone, asked_due_on=form.asked_due_on.data,
            reason=form.reason.data, now=clock.now(),
        ),
        _("The managers were asked. Until they answer, the old date holds."),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/grant")
@allow(Permission.MILESTONE_GRANT, subject="milestone")
def grant(milestone: Any) -> ResponseReturnValue:
    """Move the date as asked."""
    return _answer(milestone, _("The date was moved, and the team was told."), granted=True)


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/refuse")
@allow(Permission.MILESTONE_GRANT, subject="milestone")
def refuse(milestone: Any) -> ResponseReturnValue:
    """Keep the date, with a reason."""
    return _answer(milestone, _("The date stays, and the team was told why."), granted=False)


def _answer(milestone: Any, done: str, *, granted: bool) -> ResponseReturnValue:
    form = AnswerDate()
    return _save(
        None,
        form,
        milestone.id,
        lambda: service.answer_date(
            db(), actor=actor(), milestone=milestone, granted=granted,
            reason=form.reason.data or "", now=clock.now(),
        ),
        done,
    )  # fmt: skip


def _save(
    idea: Any, form: Form, milestone_id: int, change: Callable[[], object], done: str
) -> ResponseReturnValue:
    """Do a change if its form holds; else show the page with what was typed at its fields."""
    if form.carry_out(change):
        flash(done, "good")
        code = (request.view_args or {})["code"]
        return redirect(url_for("milestones.of_idea", code=code), 303)
    found = idea or queries.idea_of(db(), milestone_id)
    return _page(found, form, milestone_id), 422


def _page(idea: Any, tried: Form | None = None, tried_id: int = -1) -> str:
    rows = queries.of_idea(db(), idea, now=clock.now())
    members = queries.team(db(), idea)
    choices = _owners(members)
    forms: dict[int, dict[str, Form]] = {}
    for row in rows:
        own = tried if row.id == tried_id else None
        forms[row.id] = {
            "complete": _form(Complete, own, row, evidence=row.evidence),
            "ask": _form(AskDate, own, row),
            "answer": _form(AnswerDate, own, row),
            "owner": _form(HandOver, own, row, owner=row.owner_id),
        }
        forms[row.id]["owner"].owner.choices = choices
    fresh = tried if isinstance(tried, NewMilestone) else NewMilestone(formdata=None)
    fresh.owner.choices = choices
    return render_template(
        "milestones/of_idea.html", idea=idea, rows=rows, forms_of=forms, new_form=fresh,
        tried=tried, tried_id=tried_id,
    )  # fmt: skip


def _owners(members: list[queries.Member]) -> list[SelectChoice]:
    return [SelectChoice(str(member.id), member.name) for member in members]


def _form(kind: type[Form], tried: Form | None, row: Any, **values: Any) -> Form:
    """Return the form that was just tried, or a fresh one with ids of its own."""
    form = tried if isinstance(tried, kind) else kind(formdata=None, **values)
    for field in form:
        field.id = f"{field.short_name}-{row.id}"
        field.label.field_id = field.id
    return form
