"""The team's page of questions from reviewers, who stay unknown to it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.reviews.forms import InquiryForm
from accelerator.features.reviews.queries.beside import questions_for_team
from accelerator.features.reviews.routes.blueprint import bp
from accelerator.features.reviews.service import inquiring
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db


@bp.get("/ideas/<code>/questions")
@allow(Permission.IDEA_EDIT, subject="idea")
def questions(idea: Any) -> ResponseReturnValue:
    """Show the team what reviewers ask."""
    return _page(idea)


@bp.post("/ideas/<code>/questions")
@allow(Permission.IDEA_EDIT, subject="idea")
def answer_question(idea: Any) -> ResponseReturnValue:
    """Answer one question for the team."""
    form = InquiryForm()
    if form.carry_out(
        lambda: inquiring.answer(
            db(), actor=actor(), idea=idea, inquiry_id=form.inquiry.data or 0,
            text=form.answer.data or "", now=clock.now(),
        )
    ):  # fmt: skip
        flash(_("The reviewer has your answer."), "good")
        return redirect(url_for("reviews.questions", code=idea.code), 303)
    return _page(idea, form), 422


def _page(idea: Any, tried: InquiryForm | None = None) -> str:
    return render_template(
        "reviews/questions.html",
        idea=idea,
        questions=questions_for_team(db(), idea),
        tried=tried,
        open=idea.state == "active",
    )
