"""The team of an idea, its owner and its audience."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.domain.stages import Audience
from accelerator.features.ideas.forms import AudienceForm, InviteForm
from accelerator.features.ideas.routes.blueprint import bp
from accelerator.features.ideas.routes.reading import idea_page
from accelerator.features.ideas.routes.writing import to_page
from accelerator.features.ideas.service import team
from accelerator.i18n import gettext as _
from accelerator.web.errors import flash_error
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.post("/ideas/<code>/team")
@allow(Permission.TEAM_INVITE, subject="idea")
@once
def invite(idea: Any) -> ResponseReturnValue:
    """Ask somebody into the team."""
    form = InviteForm()
    if not form.validate():
        return idea_page(idea, invite=form), 422
    try:
        person = team.invite(
            db(), actor=actor(), idea=idea, who=form.who.data or "", now=clock.now()
        )
    except DomainError as error:
        form.refuse(error)
        return idea_page(idea, invite=form), 422
    flash(_("%(name)s is invited and hears by mail.", name=person.display_name), "good")
    return to_page("show", idea, _anchor="team")


@bp.post("/ideas/<code>/invitation")
@allow(Permission.TEAM_ANSWER, subject="idea")
@once
def answer_invitation(idea: Any) -> ResponseReturnValue:
    """Join or decline."""
    accepts = request.form.get("answer") == "accept"
    if not accepts and request.form.get("answer") != "decline":
        abort(400)
    team.answer_invitation(db(), actor=actor(), idea=idea, accepts=accepts, now=clock.now())
    if accepts:
        flash(_("Welcome to the team."), "good")
        return to_page("show", idea)
    flash(_("You declined; the owner hears of it."), "info")
    return redirect(url_for("ideas.index"), 303)


@bp.post("/ideas/<code>/team/<int:person_id>/remove")
@allow(Permission.IDEA_EDIT, subject="idea")
@once
def remove(idea: Any, person_id: int) -> ResponseReturnValue:
    """Leave the team, or take somebody out of it."""
    try:
        team.remove(db(), actor=actor(), idea=idea, person_id=person_id, now=clock.now())
    except DomainError as error:
        flash_error(error)
        return to_page("show", idea, _anchor="team")
    if person_id == actor().id:
        flash(_("You left the team."), "good")
        return redirect(url_for("ideas.index"), 303)
    flash(_("Taken out of the team."), "good")
    return to_page("show", idea, _anchor="team")


@bp.post("/ideas/<code>/owner")
@allow(Permission.IDEA_OWN, subject="idea")
@once
def transfer(idea: Any) -> ResponseReturnValue:
    """Give the idea to another member."""
    wanted = stored_number(request.form.get("person"))
    try:
        person = team.transfer(db(), actor=actor(), idea=idea, person_id=wanted, now=clock.now())
    except DomainError as error:
        flash_error(error)
    else:
        flash(_("%(name)s owns the idea now.", name=person.display_name), "good")
    return to_page("show", idea, _anchor="team")


@bp.post("/ideas/<code>/audience")
@allow(Permission.IDEA_OWN, subject="idea")
def choose_audience(idea: Any) -> ResponseReturnValue:
    """Say who may read the idea."""
    form = AudienceForm()
    if form.validate():
        audience = Audience(form.audience.data)
        team.choose_audience(db(), actor=actor(), idea=idea, audience=audience, now=clock.now())
        flash(_("Saved."), "good")
    else:
        flash(_("Choose who may read the idea."), "bad")
    return to_page("show", idea, _anchor="audience")
