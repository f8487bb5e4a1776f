"""Passwords: forgotten, set by a mailed link, changed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.people.forms import (
    ChangePasswordForm,
    ForgotForm,
    NewPasswordForm,
    text_of,
)
from accelerator.features.people.routes.blueprint import bp
from accelerator.features.people.routes.door import (
    ADDRESS_FACTOR,
    address,
    leave,
    sign_in_limits,
    this_token,
    too_many,
)
from accelerator.features.people.service import passwords
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow, public
from accelerator.web.identity import actor
from accelerator.web.limits import Limit, seconds_to_wait
from accelerator.web.session import db

RESETS_AN_HOUR = 5
HOUR = 3600


@bp.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> ResponseReturnValue:
    """Mail a link to set a new password; the answer is the same for every address."""
    form = ForgotForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("people/forgot.html", form=form, minutes=0), status
    email = text_of(form.email)
    wait = seconds_to_wait(
        Limit("forgot", email.casefold(), RESETS_AN_HOUR, HOUR),
        Limit("forgot-from", address(), RESETS_AN_HOUR * ADDRESS_FACTOR, HOUR),
    )
    if wait:
        return too_many(form, "people/forgot.html", wait)
    passwords.ask_reset(db(), email=email, address=address(), now=clock.now())
    return render_template("people/forgot_sent.html", email=email)


@bp.route("/set-password/<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> ResponseReturnValue:
    """Set a password by a mailed link, once. Reading the page, as mail scanners do, uses nothing.

    The token stands in the address: no access log is written, and the fault log names the
    endpoint instead of the address.
    """
    now = clock.now()
    found = passwords.find_link(db(), token=token, now=now, lock=request.method == "POST")
    if found is None:
        return render_template("people/link_ended.html"), 410
    link, person = found
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            passwords.set_by_link(
                db(), link=link, person=person, password=text_of(form.password), now=now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            leave()
            flash(_("Your password is set. Sign in with it."), "good")
            return redirect(url_for("people.sign_in"), 303)
    status = 422 if form.is_submitted() else 200
    page = render_template(
        "people/set_password.html", form=form, token=token, email=person.email,
        first=person.password_hash is None,
    )  # fmt: skip
    return page, status


@bp.route("/profile/password", methods=["GET", "POST"])
@allow(Permission.PROFILE_EDIT)
def change_password() -> ResponseReturnValue:
    """Replace one's own password; guessing the old one is limited like signing in."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        wait = seconds_to_wait(*sign_in_limits(f"person:{actor().id}"))
        if wait:
            return too_many(form, "people/change_password.html", wait)
        try:
            passwords.change(
                db(), actor=actor(), old=text_of(form.old), new=text_of(form.password),
                token=this_token(), now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Your password is changed. All other browsers are signed out."), "good")
            return redirect(url_for("people.profile"), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("people/change_password.html", form=form, minutes=0), status
