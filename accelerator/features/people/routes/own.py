"""A person's own pages: profile, preferences, sign-ins."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.features.people import queries
from accelerator.features.people.forms import ProfileForm, safe_path
from accelerator.features.people.routes.blueprint import bp
from accelerator.features.people.routes.door import this_token
from accelerator.features.people.service import profiles, sign_ins
from accelerator.i18n import LANGUAGES, set_language
from accelerator.i18n import gettext as _
from accelerator.web import locale
from accelerator.web.guard import allow, public
from accelerator.web.identity import actor, actor_or_none
from accelerator.web.session import config, db

YEAR = 365 * 86400


@bp.route("/profile", methods=["GET", "POST"])
@allow(Permission.PROFILE_EDIT)
def profile() -> ResponseReturnValue:
    """Show and save one's own details."""
    person = queries.myself(db(), person_id=actor().id)
    shown = queries.profile(db(), person=person)
    form = ProfileForm(data=shown.texts | {"version": shown.version})
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
            set_language(form.language.data)
            flash(_("Your details are saved."), "good")
            return redirect(url_for("people.profile"), 303)
    rows = queries.sign_ins(
        db(), person_id=person.id, token=this_token(), idle_minutes=config().idle_minutes,
        days=config().absolute_days, now=clock.now(),
    )  # fmt: skip
    page = render_template("people/profile.html", form=form, shown=shown, sign_ins=rows)
    return page, 422 if form.is_submitted() else 200


@bp.post("/profile/sign-ins/<int(max=2147483647):sign_in_id>/end")
@allow(Permission.PROFILE_EDIT)
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign one of one's own browsers out."""
    if not sign_ins.sign_out_one(db(), actor=actor(), sign_in_id=sign_in_id, now=clock.now()):
        abort(404)
    flash(_("This browser is signed out."), "good")
    return redirect(url_for("people.profile"), 303)


@bp.post("/preferences")
@public
def preference() -> ResponseReturnValue:
    """Choose language, light or dark, and single-letter keys; a cookie keeps it when signed out."""
    chosen = {name: request.form.get(name, "") for name in ("language", "theme")}
    keys = {"on": True, "off": False}.get(request.form.get("single_keys", ""))
    person = actor_or_none()
    if person is not None:
        profiles.prefer(db(), actor=person, **chosen, single_keys=keys)
    answer = redirect(safe_path(request.form.get("next", "")), 303)
    for name, cookie, known in (
        ("language", locale.COOKIE, LANGUAGES),
        ("theme", locale.THEME_COOKIE, locale.THEMES),
    ):
        if chosen[name] in known:
            answer.set_cookie(
                cookie, chosen[name], max_age=YEAR, secure=config().secure, httponly=True,
                samesite="Lax",
            )  # fmt: skip
    return answer
