"""Who holds which role in a programme, and finding a colleague."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission, Role
from accelerator.features.people import queries
from accelerator.features.people.forms import RoleForm, text_of
from accelerator.features.people.routes.administration import LARGEST_ID, filters
from accelerator.features.people.routes.blueprint import bp
from accelerator.features.people.service import roles as service
from accelerator.i18n import gettext as _
from accelerator.web.errors import flash_error
from accelerator.web.errors import page as error_page
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.limits import Limit, seconds_to_wait
from accelerator.web.session import db

LOOKUPS_A_MINUTE = 120


@bp.route("/programmes/<programme_key>/roles", methods=["GET", "POST"])
@allow(Permission.ROLES_GIVE, subject="programme")
def roles(programme: Any) -> ResponseReturnValue:
    """List who holds a role in a programme, and give one."""
    form = RoleForm()
    if form.validate_on_submit():
        try:
            person = service.give(
                db(), actor=actor(), programme=programme, who=text_of(form.person),
                role=Role(form.role.data), now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("%(name)s has the role now.", name=person.display_name), "good")
            return redirect(url_for("people.roles", programme_key=programme.key), 303)
    chosen = filters()
    held = queries.holders(
        db(), programme_id=programme.id, words=chosen["words"], after=chosen["after"],
        role=chosen["role"] if chosen["role"] != "administrator" else "",
    )  # fmt: skip
    page = render_template(
        "people/roles.html", form=form, programme=programme, page=held, chosen=chosen
    )
    return page, 422 if form.is_submitted() else 200


@bp.post(
    f"/programmes/<programme_key>/roles/<int(max={LARGEST_ID}):person_id>"
    "/<any(reviewer,manager,sponsor):role>/take"
)
@allow(Permission.ROLES_GIVE, subject="programme")
def take_role(programme: Any, person_id: int, role: str) -> ResponseReturnValue:
    """Take a role away."""
    try:
        service.take(
            db(), actor=actor(), programme=programme, person_id=person_id, role=Role(role),
            now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        flash_error(error)
    else:
        flash(_("The role is taken away."), "good")
    if actor().id == person_id and not actor().is_admin:
        return redirect(url_for("programmes.show", programme_key=programme.key), 303)
    return redirect(url_for("people.roles", programme_key=programme.key), 303)


@bp.get("/people/lookup")
@allow(Permission.PEOPLE_LOOK_UP)
def lookup() -> ResponseReturnValue:
    """Find up to ten colleagues by name or address, for the fields that name one; JSON."""
    wait = seconds_to_wait(Limit("lookup", str(actor().id), LOOKUPS_A_MINUTE, 60))
    if wait:
        answer = error_page(429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    words = request.args.get("q", "")[:100]
    found = queries.colleagues(db(), words=words) if is_storable(words) else []
    return {
        "people": [
            {"email": row.email, "name": row.name, "department": row.department} for row in found
        ]
    }
