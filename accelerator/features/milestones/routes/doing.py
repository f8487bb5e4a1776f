"""What is done with a milestone: each a post that leads back to its page."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.milestones import forms, service
from accelerator.features.milestones.queries import one as queries
from accelerator.features.milestones.queries.rows import team
from accelerator.features.milestones.routes.blueprint import bp
from accelerator.features.milestones.routes.reading import idea_page, needs_of, owners, page
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.web.forms import Form, stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db


@bp.post("/ideas/<code>/milestones")
@allow(Permission.MILESTONE_EDIT, subject="idea")
@once
def new(idea: Any) -> ResponseReturnValue:
    """Set a milestone of the team's own."""
    form = forms.NewMilestone()
    form.owner.choices = owners(team(db(), idea.id))
    if not form.carry_out(
        lambda: service.add(
            db(), actor=actor(), idea=idea, name=form.name.data, due_on=form.due_on.data,
            owner_id=form.owner.data, language=language(), now=clock.now(),
        )
    ):  # fmt: skip
        return idea_page(idea, form), 422
    flash(_("The milestone was added."), "good")
    return redirect(url_for("milestones.of_idea", code=idea.code), 303)


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/start")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def start(milestone: Any) -> ResponseReturnValue:
    """Say that it is under way."""
    return _save(
        milestone, Form(), _("Noted: it is under way."), "under_way",
        lambda: service.start(db(), actor=actor(), milestone=milestone, now=clock.now()),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/complete")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
@once
def complete(milestone: Any) -> ResponseReturnValue:
    """Mark a milestone as done."""
    form = forms.Complete()

    def change() -> None:
        if form.file.data:
            _attach(milestone, form.file.data)
        service.complete(
            db(), actor=actor(), milestone=milestone, evidence=form.evidence.data,
            url=form.url.data, now=clock.now(),
        )  # fmt: skip

    return _save(milestone, form, _("Well done. Reminders about it have stopped."), "done", change)


def _attach(milestone: Any, upload: Any) -> None:
    service.add_file(
        db(), actor=actor(), milestone=milestone, name=upload.filename or "",
        file=upload.stream, limit=config().upload_limit, store_url=config().store_url,
        now=clock.now(),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/reopen")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def reopen(milestone: Any) -> ResponseReturnValue:
    """Take "done" back."""
    return _save(
        milestone, Form(), _("The milestone is open again."), "",
        lambda: service.reopen(db(), actor=actor(), milestone=milestone, now=clock.now()),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/owner")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def assign(milestone: Any) -> ResponseReturnValue:
    """Say who works on it; whoever is new to it is told."""
    form = forms.People()
    members = owners(team(db(), milestone.idea_id))
    form.owner.choices, form.helpers.choices = members, members

    def change() -> None:
        known: dict[str, Any] = {"actor": actor(), "milestone": milestone, "now": clock.now()}
        service.hand_over(db(), owner_id=form.owner.data, **known)
        service.set_helpers(db(), people=form.helpers.data, **known)

    return _save(milestone, form, _("Saved. Whoever is new to it was told."), "", change)


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/needs")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def wait_for(milestone: Any) -> ResponseReturnValue:
    """Say what must be done before it."""
    form = forms.Needs()
    form.needs.choices = needs_of(queries.of_idea(db(), milestone.idea_id, now=clock.now()))
    return _save(
        milestone, form, _("Saved."), "",
        lambda: service.set_needs(
            db(), actor=actor(), milestone=milestone, needs=form.needs.data, now=clock.now()
        ),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/proof/link")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
@once
def add_link(milestone: Any) -> ResponseReturnValue:
    """Add a link to what shows it."""
    form = forms.ProofLink()
    return _save(
        milestone, form, _("The link was added."), "",
        lambda: service.add_link(
            db(), actor=actor(), milestone=milestone, url=form.url.data, now=clock.now()
        ),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/proof/file")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
@once
def add_file(milestone: Any) -> ResponseReturnValue:
    """Attach a file that shows it."""
    form = forms.ProofFile()
    return _save(
        milestone, form, _("The file is attached."), "",
        lambda: _attach(milestone, form.file.data),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/proof/remove")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
def take_off(milestone: Any) -> ResponseReturnValue:
    """Take a link or a file off."""
    return _save(
        milestone, Form(), _("It was taken off."), "",
        lambda: service.take_off(
            db(), actor=actor(), milestone=milestone,
            proof_id=stored_number(request.form.get("proof")), now=clock.now(),
        ),
    )  # fmt: skip


@bp.post("/ideas/<code>/milestones/<int:milestone_id>/ask-date")
@allow(Permission.MILESTONE_EDIT, subject="milestone")
@once
def ask_date(milestone: Any) -> ResponseReturnValue:
    """Ask for another date."""
    form = forms.AskDate()
    done = _("The managers were asked. Until they answer, the old date holds.")
    return _save(
        milestone, form, done, "time",
        lambda: service.ask_date(
            db(), actor=actor(), milestone=milestone, asked_due_on=form.asked_due_on.data,
            reason=form.reason.data, now=clock.now(),
        ),
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
    """Answer, and go back to where the manager came from: the page, or the cohort's list."""
    form = forms.AnswerDate()
    answered = _save(
        milestone, form, done, "",
        lambda: service.answer_date(
            db(), actor=actor(), milestone=milestone, granted=granted,
            reason=form.reason.data or "", now=clock.now(),
        ),
    )  # fmt: skip
    cohort = request.form.get("list", "")
    if cohort and not form.errors and not form.form_errors:
        return redirect(url_for("milestones.index", cohort_code=cohort, show="asked"), 303)
    return answered


def _save(
    milestone: Any, form: Form, done: str, say: str, change: Callable[[], object]
) -> ResponseReturnValue:
    """Do a change if its form holds; else show the page with what was typed at its fields."""
    if form.carry_out(change):
        flash(done, "good")
        code = (request.view_args or {})["code"]
        return redirect(url_for("milestones.show", code=code, milestone_id=milestone.id), 303)
    return page(milestone, form, say), 422
