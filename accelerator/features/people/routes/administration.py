"""People as administrators see them: the list, one account, the import."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.people import LABELS
from accelerator.domain.policy import Permission
from accelerator.features.people import queries
from accelerator.features.people.forms import ImportForm, NewPersonForm, PersonForm
from accelerator.features.people.routes.blueprint import bp
from accelerator.features.people.service import administration, imports, profiles
from accelerator.i18n import N_, ngettext
from accelerator.i18n import gettext as _
from accelerator.web.errors import flash_error
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

LARGEST_ID = 2**31 - 1
MOST_BYTES = 1_000_000
STATES = ("active", "waiting", "disabled")
ROLES = ("administrator", "manager", "reviewer", "sponsor")


def filters() -> dict[str, Any]:
    """Return the filter of a list of people from the address; anything unknown filters nothing."""
    words = request.args.get("q", "")[:100]
    after = request.args.get("after", type=int)
    state, role = request.args.get("state", ""), request.args.get("role", "")
    return {
        "words": words if is_storable(words) else "",
        "state": state if state in STATES else "",
        "role": role if role in ROLES else "",
        "after": after if after is not None and 0 < after <= LARGEST_ID else None,
    }


@bp.get("/people")
@allow(Permission.PEOPLE_ADMINISTER)
def index() -> ResponseReturnValue:
    """List people, by name, state and role."""
    chosen = filters()
    page = queries.people(db(), **chosen)
    return render_template("people/index.html", page=page, chosen=chosen)


@bp.route("/people/new", methods=["GET", "POST"])
@allow(Permission.PEOPLE_ADMINISTER)
@once
def new() -> ResponseReturnValue:
    """Make one account and invite its person."""
    form = NewPersonForm(data={"language": actor().language})
    if form.validate_on_submit():
        try:
            person = administration.add(
                db(),
                actor_id=actor().id,
                typed=form.typed() | {"time_zone": actor().time_zone, "country": actor().country},
                now=clock.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            administration.invite(db(), actor_id=actor().id, person=person, now=clock.now())
            flash(_("%(name)s is invited by mail.", name=person.display_name), "good")
            return redirect(url_for("people.edit", person_id=person.id), 303)
    return render_template("people/new.html", form=form), 422 if form.is_submitted() else 200


@bp.route(f"/people/<int(max={LARGEST_ID}):person_id>", methods=["GET", "POST"])
@allow(Permission.PEOPLE_ADMINISTER, subject="person")
def edit(person: Any) -> ResponseReturnValue:
    """Show and save one person's details."""
    shown = queries.profile(db(), person=person)
    form = PersonForm(data=shown.texts | {"version": shown.version})
    if form.validate_on_submit():
        try:
            profiles.save(
                db(), actor=actor(), person=person, typed=form.typed(),
                version=form.version.data or 0, now=clock.now(),
            )  # fmt: skip
        except Stale:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The details are saved."), "good")
            return redirect(url_for("people.edit", person_id=person.id), 303)
    page = render_template(
        "people/edit.html", form=form, shown=shown, person=person,
        state=queries.state_of(person), roles=queries.roles_of(db(), person_id=person.id),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


def done(person: Any, act: Callable[[], object], said: str) -> ResponseReturnValue:
    """Do one thing to an account and go back to its page, with what was done or why not."""
    try:
        act()
    except DomainError as error:
        flash_error(error)
    else:
        flash(said, "good")
    return redirect(url_for("people.edit", person_id=person.id), 303)


@bp.post(f"/people/<int(max={LARGEST_ID}):person_id>/invite")
@allow(Permission.PEOPLE_ADMINISTER, subject="person")
@once
def invite_again(person: Any) -> ResponseReturnValue:
    """Mail the invitation again; the older link ends."""
    return done(
        person,
        lambda: administration.invite(db(), actor_id=actor().id, person=person, now=clock.now()),
        _("The invitation is on its way; the older link no longer works."),
    )


@bp.post(f"/people/<int(max={LARGEST_ID}):person_id>/disable")
@allow(Permission.PEOPLE_ADMINISTER, subject="person")
def disable(person: Any) -> ResponseReturnValue:
    """Close an account."""
    return done(
        person,
        lambda: administration.disable(db(), actor=actor(), person=person, now=clock.now()),
        _("The account is closed; nothing of it is deleted."),
    )


@bp.post(f"/people/<int(max={LARGEST_ID}):person_id>/enable")
@allow(Permission.PEOPLE_ADMINISTER, subject="person")
def enable(person: Any) -> ResponseReturnValue:
    """Open a closed account again."""
    return done(
        person,
        lambda: administration.enable(db(), actor=actor(), person=person, now=clock.now()),
        _("The account is open again."),
    )


@bp.post(f"/people/<int(max={LARGEST_ID}):person_id>/administrator")
@allow(Permission.PEOPLE_ADMINISTER, subject="person")
def make_administrator(person: Any) -> ResponseReturnValue:
    """Let somebody administer everything."""
    return done(
        person,
        lambda: administration.make_administrator(
            db(), actor_id=actor().id, person=person, now=clock.now()
        ),
        _("%(name)s is an administrator now.", name=person.display_name),
    )


@bp.post(f"/people/<int(max={LARGEST_ID}):person_id>/administrator/end")
@allow(Permission.PEOPLE_ADMINISTER, subject="person")
def unmake_administrator(person: Any) -> ResponseReturnValue:
    """Take the administration away."""
    return done(
        person,
        lambda: administration.unmake_administrator(
            db(), actor=actor(), person=person, now=clock.now()
        ),
        _("%(name)s is no administrator any more.", name=person.display_name),
    )


@bp.route("/people/import", methods=["GET", "POST"])
@allow(Permission.PEOPLE_ADMINISTER)
@once
def import_people() -> ResponseReturnValue:
    """Look at a file first, then apply it; the page carries the file from one to the other."""
    form = ImportForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("people/import.html", form=form), status
    sent = form.file.data
    try:
        content = sent.read(MOST_BYTES + 1) if sent else unpacked(form.content.data or "")
        refuse_size(content)
    except DomainError as error:
        form.refuse(error)
        return render_template("people/import.html", form=form), 422
    if sent:
        found = imports.look(db(), content=content)
        form.invite.data = True
        status = 422 if found.errors else 200
    else:
        found = imports.apply(
            db(), actor=actor(), content=content, invite=form.invite.data, now=clock.now()
        )
        if not found.errors:
            flash_import(len(found.added), len(found.changed))
            return redirect(url_for("people.index"), 303)
        status = 422
    packed = base64.b64encode(content).decode()
    page = render_template(
        "people/import.html", form=form, found=found, packed=packed, labels=LABELS
    )
    return page, status


def unpacked(packed: str) -> bytes:
    """Return the file the page carried."""
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DomainError("file", N_("Please choose the file again."), field="file") from error


def refuse_size(content: bytes) -> None:
    """Raise DomainError at "file" when there is no file, or it is too large for one page."""
    if not content:
        raise DomainError("file", N_("Please choose a file with people in it."), field="file")
    if len(content) > MOST_BYTES:
        raise DomainError(
            "file", N_("The file is larger than 1 MB. Bring it in parts."), field="file"
        )


def flash_import(added: int, changed: int) -> None:
    """Say how many people came and changed."""
    if not added and not changed:
        flash(_("Everything in the file was known already; nothing was changed."), "info")
        return
    come = ngettext("%(num)s person added", "%(num)s people added", added)
    other = ngettext("%(num)s person changed", "%(num)s people changed", changed)
    flash(_("%(added)s, %(changed)s.", added=come, changed=other), "good")
