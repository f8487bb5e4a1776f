"""Close a gap: make a milestone of a level, ask for an expert, answer."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.domain.readiness import Dimension
from accelerator.features.readiness import service
from accelerator.features.readiness.forms import AnswerRequest, AskExpert, MakeMilestone
from accelerator.features.readiness.queries import page, requests
from accelerator.features.readiness.routes.blueprint import bp
from accelerator.features.readiness.routes.proving import save
from accelerator.i18n import gettext as _
from accelerator.web.forms import Form
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.post("/ideas/<code>/readiness/milestone")
@allow(Permission.MILESTONE_EDIT, subject="idea")
@once
def make_milestone(idea: Any) -> ResponseReturnValue:
    """Make a milestone of a level, with the evidence it expects."""
    form = MakeMilestone()
    form.owner.choices = [SelectChoice(str(n), name) for n, name in page.team(db(), idea)]
    return save(
        idea,
        form,
        lambda: service.make_milestone(
            db(), actor=actor(), idea=idea,
            text=page.text_of(db(), idea, Dimension(form.dimension.data)), level=form.level.data,
            due_on=form.due_on.data, owner_id=form.owner.data, now=clock.now(),
        ),
        _("The milestone stands among those of the team, with what is wanted to show it."),
    )  # fmt: skip


@bp.post("/ideas/<code>/readiness/expert")
@allow(Permission.READINESS_CLAIM, subject="idea")
@once
def ask_expert(idea: Any) -> ResponseReturnValue:
    """Ask for an expert's help."""
    form = AskExpert()
    return save(
        idea,
        form,
        lambda: service.ask_expert(
            db(), actor=actor(), idea=idea, dimension=Dimension(form.dimension.data),
            level=form.level.data, wanted=form.wanted.data, now=clock.now(),
        ),
        _("The programme managers were asked to find an expert. Their answer will stand here."),
    )  # fmt: skip


@bp.post("/ideas/<code>/readiness/expert/<int:request_id>/withdraw")
@allow(Permission.READINESS_CLAIM, subject="expert_request")
def withdraw_request(expert_request: Any) -> ResponseReturnValue:
    """Say that the help is no longer needed."""
    return save(
        page.idea_of(db(), expert_request),
        Form(),
        lambda: service.withdraw_request(
            db(), actor=actor(), request=expert_request, now=clock.now()
        ),
        _("The request was withdrawn."),
    )


@bp.post("/ideas/<code>/readiness/expert/<int:request_id>/answer")
@allow(Permission.EXPERT_ANSWER, subject="expert_request")
@once
def answer_request(expert_request: Any) -> ResponseReturnValue:
    """Say who can help."""
    form = AnswerRequest()
    return save(
        page.idea_of(db(), expert_request),
        form,
        lambda: service.answer_request(
            db(), actor=actor(), request=expert_request, answer=form.answer.data, now=clock.now()
        ),
        _("The team was told."),
        part=expert_request.id,
    )


@bp.get("/programmes/<programme_key>/expert-requests")
@allow(Permission.EXPERT_ANSWER, subject="programme")
def expert_requests(programme: Any) -> ResponseReturnValue:
    """List what teams asked experts for."""
    state = requests.known(request.args.get("state", ""))
    found = requests.of_programme(
        db(), programme, actor=actor(), state=state, after=request.args.get("after", "")
    )
    return render_template("readiness/requests.html", programme=programme, found=found, state=state)
