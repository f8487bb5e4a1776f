"""How somebody hears: by kind, in which hours, who stands in; and mails ended by one click."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.activity.replies import ended
from accelerator.domain.policy import Permission
from accelerator.features.inbox.forms import CHOICES, KINDS, AbsenceForm, notices_form
from accelerator.features.inbox.routes.blueprint import bp
from accelerator.features.inbox.service import choosing
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow, one_click, public
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db
from accelerator.web.templating import today


@bp.route("/inbox/notices", methods=["GET", "POST"])
@allow(Permission.INBOX_READ)
def notices() -> ResponseReturnValue:
    """Show and save how the reader hears of what."""
    kinds = choosing.offered({role for _programme, role in actor().roles})
    now = choosing.hearing(db(), person_id=actor().id, today=today())
    shown = {f"kind_{kind}": choice for kind, choice in now.chosen.items()}
    hours = {"quiet_from": now.quiet_from, "quiet_until": now.quiet_until}
    form = notices_form(kinds)(data=shown | hours)

    def save() -> None:
        quiet = (form.quiet_from.data, form.quiet_until.data)
        choosing.choose(
            db(), actor=actor(), chosen=form.choices(kinds), quiet=quiet, now=clock.now()
        )

    if form.carry_out(save):
        flash(_("Saved. From now on you hear as you chose."), "good")
        return redirect(url_for("inbox.notices"), 303)
    return _page(form, AbsenceForm(formdata=None), now), 422 if form.is_submitted() else 200


@bp.post("/inbox/absences")
@allow(Permission.INBOX_READ)
@once
def add_absence() -> ResponseReturnValue:
    """Say when the reader is away."""
    form = AbsenceForm()

    def add() -> None:
        choosing.add_absence(
            db(), actor=actor(), days=(form.first_on.data, form.last_on.data),
            stand_in=form.stand_in.data or "", today=today(), now=clock.now(),
        )  # fmt: skip

    if form.carry_out(add):
        flash(_("Written down. Nothing reaches you by mail on these days."), "good")
        return redirect(url_for("inbox.notices", _anchor="away"), 303)
    now = choosing.hearing(db(), person_id=actor().id, today=today())
    kinds = choosing.offered({role for _programme, role in actor().roles})
    shown = {f"kind_{kind}": choice for kind, choice in now.chosen.items()}
    hours = {"quiet_from": now.quiet_from, "quiet_until": now.quiet_until}
    usual = notices_form(kinds)(formdata=None, data=shown | hours)
    return _page(usual, form, now), 422


@bp.post("/inbox/absences/<int:absence_id>/remove")
@allow(Permission.INBOX_READ)
def remove_absence(absence_id: int) -> ResponseReturnValue:
    """Take an absence back."""
    choosing.remove_absence(db(), actor=actor(), absence_id=absence_id, now=clock.now())
    flash(_("The absence is taken back."), "good")
    return redirect(url_for("inbox.notices", _anchor="away"), 303)


@bp.get("/unsubscribe/<token>")
@public
def ask_end(token: str) -> ResponseReturnValue:
    """Show a button that ends such mails; looking at it changes nothing."""
    found = ended(config().secret_key, token)
    if found is None:
        abort(404)
    return render_template("inbox/unsubscribe.html", token=token, mails=found[1], done=False)


@bp.post("/unsubscribe/<token>")
@public
@one_click
def end(token: str) -> ResponseReturnValue:
    """End such mails; mail programs post here by themselves, so the signed token is enough."""
    found = ended(config().secret_key, token)
    if found is None:
        abort(404)
    person_id, mails = found
    choosing.end(db(), person_id=person_id, mails=mails, now=clock.now())
    return render_template("inbox/unsubscribe.html", token=token, mails=mails, done=True)


def _page(form: object, absence: AbsenceForm, now: choosing.Hearing) -> str:
    return render_template(
        "inbox/notices.html", form=form, absence=absence, now=now, labels=KINDS, ways=CHOICES
    )
