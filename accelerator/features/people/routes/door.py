"""Signing in and out."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from accelerator import clock, logs
from accelerator.domain.errors import DomainError
from accelerator.features.people.forms import SignInForm, safe_path, text_of
from accelerator.features.people.routes.blueprint import bp
from accelerator.features.people.service import sign_ins
from accelerator.i18n import N_
from accelerator.i18n import gettext as _
from accelerator.web.guard import public
from accelerator.web.identity import SignedIn, actor_of, actor_or_none
from accelerator.web.limits import Limit, seconds_to_wait
from accelerator.web.session import config, db

log = logs.get("people")
CSRF = "csrf_token"
# A whole office can share one address.
ADDRESS_FACTOR = 10


def address() -> str:
    """Return where the request comes from."""
    return request.remote_addr or ""


def this_token() -> str:
    """Return the token of this browser's sign-in, or nothing."""
    return str(current_user.get_id() or "") if current_user.is_authenticated else ""


def begin(person: SignedIn) -> None:
    """Start the browser's new sign-in with nothing of the old session but its form tokens.

    A form that stood open while the old sign-in ended can still be sent, so nothing is lost.
    """
    kept = session.get(CSRF)
    session.clear()
    login_user(person)
    session.permanent = True
    if kept is not None:
        session[CSRF] = kept


def leave() -> None:
    """Forget everything about the person in this browser."""
    logout_user()
    session.clear()


def sign_in_limits(email: str) -> tuple[Limit, Limit]:
    """Return how often one account, and one address, may be tried."""
    most, seconds = config().sign_in_attempts, config().sign_in_window_minutes * 60
    return (
        Limit("sign-in", email.casefold(), most, seconds),
        Limit("sign-in-from", address(), most * ADDRESS_FACTOR, seconds),
    )


def too_many(form: object, template: str, wait: int, **values: object) -> ResponseReturnValue:
    """Answer 429 on the form's own page, with what was typed; returned, so that it counts."""
    log.warning("too many tries", page=template, address=address())
    minutes = -(-wait // 60)
    page = render_template(template, form=form, minutes=minutes, **values)
    return page, 429, {"Retry-After": str(wait)}


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Check who somebody is, and lead back to where they wanted to go."""
    target = safe_path(request.values.get("next", ""))
    form = SignInForm()
    if not form.is_submitted() and actor_or_none() is not None:
        return redirect(target)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("people/sign_in.html", form=form, target=target, minutes=0), status
    wait = seconds_to_wait(*sign_in_limits(text_of(form.email)))
    if wait:
        return too_many(form, "people/sign_in.html", wait, target=target)
    opened = sign_ins.sign_in(
        db(),
        email=text_of(form.email),
        password=text_of(form.password),
        address=address(),
        browser=request.user_agent.string,
        replaces=this_token(),
        now=clock.now(),
    )
    if opened is None:
        form.refuse(DomainError("wrong", N_("The e-mail address or the password is wrong.")))
        return render_template("people/sign_in.html", form=form, target=target, minutes=0), 422
    person, token = opened
    begin(SignedIn(token, actor_of(person, frozenset())))
    return redirect(target, 303)


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in; asking twice is no error."""
    person = actor_or_none()
    if person is not None:
        sign_ins.sign_out(db(), actor=person, token=this_token(), now=clock.now())
    leave()
    flash(_("You are signed out."), "good")
    return redirect(url_for("people.sign_in"), 303)


@bp.post("/sign-out-everywhere")
@public
def sign_out_everywhere() -> ResponseReturnValue:
    """End all of a person's sign-ins, in every browser."""
    person = actor_or_none()
    if person is not None:
        sign_ins.sign_out_everywhere(db(), actor=person, now=clock.now())
    leave()
    flash(_("You are signed out everywhere."), "good")
    return redirect(url_for("people.sign_in"), 303)
