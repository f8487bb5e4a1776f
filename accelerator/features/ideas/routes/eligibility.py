"""Whether an idea suits its cohort: what the team answers before it hands in."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.ideas.forms import HandInForm
from accelerator.features.ideas.routes.blueprint import bp
from accelerator.features.ideas.routes.writing import submit_page, to_page
from accelerator.features.ideas.service import handing_in
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db


@bp.post("/ideas/<code>/eligibility")
@allow(Permission.IDEA_SUBMIT, subject="idea")
def answer_eligibility(idea: Any) -> ResponseReturnValue:
    """Keep the answers; the page then says whether the idea can be handed in."""
    answers = {
        name.removeprefix("eligible-"): value
        for name, value in request.form.items()
        if name.startswith("eligible-") and value in ("yes", "no")
    }
    try:
        handing_in.answer_eligibility(
            db(), actor=actor(), idea=idea, answers=answers, now=clock.now()
        )
    except DomainError as error:
        form = HandInForm(formdata=None, data={"version": idea.version})
        form.refuse(error)
        return submit_page(idea, form), 422
    flash(_("Your answers are kept."), "good")
    return to_page("submit", idea)
