"""A team that is asked for more looks at what it changed, and sends its answer."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.differences import Change
from accelerator.domain.policy import Permission
from accelerator.domain.workdays import due_instant
from accelerator.features.ideas.forms import AnswerForm
from accelerator.features.ideas.queries.page import VersionRow, versions
from accelerator.features.ideas.queries.writing import Writing, writing
from accelerator.features.ideas.routes.blueprint import bp
from accelerator.features.ideas.routes.reading import compare
from accelerator.features.ideas.service import answering
from accelerator.features.ideas.service.handing_in import content_of
from accelerator.i18n import gettext as _
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.get("/ideas/<code>/information/answer")
@allow(Permission.IDEA_SUBMIT, subject="idea")
def answer(idea: Any) -> ResponseReturnValue:
    """Show what will change for the reviewers, and what is still missing."""
    return _answer_page(idea, AnswerForm(formdata=None, data={"version": idea.version}))


@bp.post("/ideas/<code>/information/answer")
@allow(Permission.IDEA_SUBMIT, subject="idea")
@once
def send_answer(idea: Any) -> ResponseReturnValue:
    """Send the answer."""
    form = AnswerForm()
    if not form.carry_out(
        lambda: answering.answer(
            db(), actor=actor(), idea=idea, seen=stored_number(form.version.data),
            reply=form.reply.data or "", now=clock.now(),
        )
    ):  # fmt: skip
        form.version.data = str(idea.version)
        return _answer_page(idea, form, status=422)
    flash(_("Sent. Thank you! The clock of the answer promised to you goes on."), "good")
    return redirect(url_for("ideas.show", code=idea.code), 303)


def _answer_page(idea: Any, form: AnswerForm, *, status: int = 200) -> ResponseReturnValue:
    written = writing(db(), idea)
    if written.opened is None:
        for text in form.form_errors:
            flash(text, "warn")
        return redirect(url_for("information.show", code=idea.code), 303)
    return render_template(
        "ideas/answer.html",
        idea=idea, written=written, form=form, lacks=written.lacks(),
        changes=_changes(idea, written),
        due_at=due_instant(written.due_on, written.zone),
    ), status  # fmt: skip


def _changes(idea: Any, written: Writing) -> list[tuple[Any, list[Any]]]:
    """Return what the answer changes, field by field and in each language."""
    before = next((one for one in versions(db(), idea, sees_team=True)), None)
    if before is None or written.opened is None:
        return []
    content = answering.answered(before.content, content_of(db(), idea, written), written.opened)
    after = VersionRow(
        before.number + 1, before.stage_id, before.stage, before.created_at, "", content
    )
    pieces = compare(before, after)
    return [
        (label, found)
        for label, found in pieces
        if any(piece.change is not Change.SAME for piece in found)
    ]
