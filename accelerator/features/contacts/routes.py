"""The people of a cohort and their messages, reminders by hand, and reminders that pause."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock
from accelerator.activity.outbox import STATES
from accelerator.activity.pausing import pause_reminders, resume_reminders
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.contacts import service
from accelerator.features.contacts.forms import NudgeForm, PauseForm
from accelerator.features.contacts.queries import people, told
from accelerator.i18n import formats
from accelerator.i18n import gettext as _
from accelerator.web import templating
from accelerator.web.errors import flash_error
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db

bp = Blueprint("contacts", __name__)
LARGEST, LARGEST_MESSAGE = 2**31 - 1, 2**63 - 1


@bp.get("/cohorts/<cohort_code>/contacts")
@allow(Permission.CONTACT_VIEW, subject="cohort")
def index(cohort: Any) -> ResponseReturnValue:
    """List the people of a cohort: when they last heard, what waits, when they hear next."""
    words, waits = _word("q"), request.args.get("waits") == "1"
    page = people.contacts(
        db(), actor(), cohort, words=words, waits=waits, after=_number("after"), now=clock.now()
    )
    return render_template(
        "contacts/index.html", cohort=cohort, page=page, words=words, waits=waits
    )


@bp.get("/cohorts/<cohort_code>/messages")
@allow(Permission.CONTACT_VIEW, subject="cohort")
def messages(cohort: Any) -> ResponseReturnValue:
    """List every message about a cohort's ideas with its state."""
    chosen = {
        "state": _one_of("state", STATES), "channel": _one_of("channel", told.CHANNELS),
        "words": _word("q"),
    }  # fmt: skip
    person_id = _number("person")
    page = told.messages(
        db(),
        actor(),
        cohort,
        **chosen,
        person_id=person_id,
        after=_number("after", LARGEST_MESSAGE),
    )
    return render_template(
        "contacts/messages.html", cohort=cohort, page=page, chosen=chosen, person_id=person_id
    )


@bp.get("/cohorts/<cohort_code>/messages/<int:delivery_id>")
@allow(Permission.CONTACT_VIEW, subject="cohort")
def message(cohort: Any, delivery_id: int) -> ResponseReturnValue:
    """Show one message, its state and its text."""
    base_url = config().base_url
    found = told.message(db(), actor(), cohort, delivery_id, base_url=base_url)
    if found is None:
        raise NotFound
    return render_template("contacts/message.html", cohort=cohort, message=found)


@bp.route("/cohorts/<cohort_code>/contacts/<int:person_id>/nudge", methods=["GET", "POST"])
@allow(Permission.CONTACT_VIEW, subject="cohort")
@once
def nudge(cohort: Any, person_id: int) -> ResponseReturnValue:
    """Show the very message before it goes, with a line of one's own; then send it."""
    person = people.contact(db(), actor(), cohort, person_id)
    if person is None:
        raise NotFound
    form = NudgeForm()
    said = {"actor": actor(), "cohort": cohort, "person": person, "now": clock.now()}
    leaves: list[datetime] = []
    if request.form.get("do") == "send" and form.carry_out(
        lambda: leaves.append(service.nudge(db(), **said, note=form.note.data or ""))
    ):
        flash(_("%(name)s is nudged.", name=person.display_name), "good")
        if leaves[0] > said["now"]:
            moment = formats.moment(leaves[0], actor().time_zone)
            flash(
                _("It is not their working time: the mail leaves on %(moment)s.", moment=moment),
                "info",
            )
        return redirect(url_for("contacts.index", cohort_code=cohort.code), 303)
    if request.method == "POST" and not form.errors:
        form.validate()
    event = service.nudge_of(db(), **said, note="" if form.note.errors else form.note.data or "")
    text = service.preview(event, person, base_url=config().base_url)
    html = render_template(
        "contacts/nudge.html", cohort=cohort, person=person, form=form, letter=text,
        ideas=people.pausable(db(), actor(), {line["code"] for line in event.lines}),
    )  # fmt: skip
    return html, 422 if form.errors else 200


@bp.route("/ideas/<code>/reminders", methods=["GET", "POST"])
@allow(Permission.REMINDERS_PAUSE, subject="idea")
def pause(idea: Any) -> ResponseReturnValue:
    """Let nobody be reminded of anything about an idea until a day, for a reason."""
    form = PauseForm()
    if form.carry_out(
        lambda: pause_reminders(
            db(), actor=actor(), idea=idea, until=form.until.data, reason=form.reason.data or "",
            now=clock.now(),
        )
    ):  # fmt: skip
        flash(_("The reminders about this idea pause. Its team hears why."), "good")
        return redirect(url_for("contacts.pause", code=idea.code), 303)
    until = idea.reminders_paused_until
    paused = until if until is not None and until > templating.today() else None
    html = render_template("contacts/pause.html", idea=idea, form=form, paused=paused)
    return html, 422 if form.errors else 200


@bp.post("/ideas/<code>/reminders/resume")
@allow(Permission.REMINDERS_PAUSE, subject="idea")
def resume(idea: Any) -> ResponseReturnValue:
    """Let the reminders about an idea go on."""
    try:
        resume_reminders(db(), actor=actor(), idea=idea, now=clock.now())
        flash(_("The reminders about this idea go on. Its team hears."), "good")
    except DomainError as error:
        flash_error(error)
    return redirect(url_for("contacts.pause", code=idea.code), 303)


def _word(name: str) -> str:
    text = request.args.get(name, "")[:100].strip()
    return text if is_storable(text) else ""


def _one_of(name: str, known: tuple[str, ...]) -> str:
    text = request.args.get(name, "")
    return text if text in known else ""


def _number(name: str, most: int = LARGEST) -> int | None:
    found = request.args.get(name, type=int)
    return found if found is not None and 0 < found <= most else None
