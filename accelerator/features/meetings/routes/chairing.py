"""The steps of whoever chairs a meeting."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import DecidedMeanwhile
from accelerator.domain.policy import Permission
from accelerator.features.meetings import forms
from accelerator.features.meetings.forms import ItemForm, PrepareForm, TimeForm
from accelerator.features.meetings.routes.blueprint import bp
from accelerator.features.meetings.routes.reading import item_page, list_page
from accelerator.features.meetings.service import chairing, preparing
from accelerator.features.meetings.service.chairing import Gate
from accelerator.features.meetings.service.preparing import ChairedMeanwhile
from accelerator.i18n import N_, ngettext
from accelerator.i18n import gettext as _
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


def _here(gate: Any, page: str = "show", **values: Any) -> str:
    cohort, stage = gate
    return url_for(f"meetings.{page}", cohort_code=cohort.code, stage_key=stage.key, **values)


def _chair(gate: Any) -> Gate:
    cohort, stage = gate
    return Gate(actor(), cohort, stage, forms.seen(), clock.now())


def _facts(gate: Any) -> dict[str, Any]:
    cohort, stage = gate
    return {
        "actor": actor(), "cohort": cohort, "stage": stage, "seen": forms.seen(),
        "now": clock.now(),
    }  # fmt: skip


def _step(change: Callable[[], object], onward: str, said: str = "") -> ResponseReturnValue:
    """Do a step and go on; of a refusal the chair is told where the meeting stands now."""
    try:
        change()
        if said:
            flash(said, "good")
    except DomainError as error:
        flash_error(error)
    return redirect(onward, 303)


@bp.post("/prepare")
@allow(Permission.MEETING_RUN, subject="gate")
@once
def prepare(gate: Any) -> ResponseReturnValue:
    """Make the list of what is disputed."""
    cohort, stage = gate
    form = PrepareForm()
    if not form.carry_out(
        lambda: preparing.prepare(
            db(), actor=actor(), cohort=cohort, stage=stage, minutes=form.minutes.data or 0,
            starts=form.starts.data, now=clock.now(),
        )
    ):  # fmt: skip
        return list_page(gate, form), 422
    flash(_("The list is made. The deciders are asked for their votes."), "good")
    return redirect(_here(gate), 303)


@bp.post("/time")
@allow(Permission.MEETING_RUN, subject="gate")
def schedule(gate: Any) -> ResponseReturnValue:
    """Let the meeting begin at another moment."""
    form = TimeForm()
    try:
        if not form.validate():
            return list_page(gate, form), 422
        preparing.schedule(db(), starts=form.starts.data, **_facts(gate))
        flash(_("The meeting has its time. The deciders hear."), "good")
    except DomainError as error:
        if error.field is not None:
            form.refuse(error)
            return list_page(gate, form), 422
        flash_error(error)
    return redirect(_here(gate), 303)


@bp.post("/add")
@allow(Permission.MEETING_RUN, subject="gate")
@once
def add(gate: Any) -> ResponseReturnValue:
    """Put the ideas chosen on the list."""
    chosen = forms.ticked("selected")
    return _step(
        lambda: preparing.add(db(), codes=chosen, **_facts(gate)),
        _here(gate),
        _("The list is longer now."),
    )


@bp.post("/move")
@allow(Permission.MEETING_RUN, subject="gate")
def move(gate: Any) -> ResponseReturnValue:
    """Move an item up or down, or take it off."""
    verb, _space, code = request.form.get("do", "").partition(" ")
    if verb == "drop":
        return _step(lambda: preparing.drop(db(), code=code, **_facts(gate)), _here(gate))
    step = {"up": -1, "down": 1, "first": -100}.get(verb, 0)
    return _step(
        lambda: preparing.move(db(), code=code, step=step, **_facts(gate)),
        _here(gate, _anchor="agenda"),
    )


@bp.post("/start")
@allow(Permission.MEETING_RUN, subject="gate")
@once
def start(gate: Any) -> ResponseReturnValue:
    """Begin the meeting."""

    def begin() -> None:
        added = chairing.start(db(), _chair(gate))
        text = ngettext(
            "The meeting has begun; the votes put %(num)s more idea on the list.",
            "The meeting has begun; the votes put %(num)s more ideas on the list.",
            added,
        )
        flash(text if added else _("The meeting has begun; the votes are open."), "good")

    return _step(begin, _here(gate))


@bp.post("/call-off")
@allow(Permission.MEETING_RUN, subject="gate")
@once
def call_off(gate: Any) -> ResponseReturnValue:
    """Throw the list away before the meeting begins."""
    said = _("The list is thrown away; the votes stay.")
    return _step(lambda: chairing.call_off(db(), _chair(gate)), _here(gate), said)


@bp.post("/end")
@allow(Permission.MEETING_RUN, subject="gate")
@once
def end(gate: Any) -> ResponseReturnValue:
    """End the meeting and show its record."""
    try:
        meeting = chairing.end(db(), _chair(gate))
    except DomainError as error:
        flash_error(error)
        return redirect(_here(gate), 303)
    flash(_("The meeting has ended. This is its record."), "good")
    return redirect(_here(gate, "record", meeting_id=meeting.id), 303)


@bp.post("/item/<code>/begin")
@allow(Permission.MEETING_RUN, subject="gate")
def begin(gate: Any, code: str) -> ResponseReturnValue:
    """Open an item."""
    away = forms.away()
    return _step(
        lambda: chairing.begin(db(), _chair(gate), code=code, away=away),
        _here(gate, "item", code=code),
    )


@bp.post("/item/<code>")
@allow(Permission.MEETING_RUN, subject="gate")
@once
def record_item(gate: Any, code: str) -> ResponseReturnValue:
    """Record what was decided, or go on without a decision."""
    form = ItemForm()
    without = request.form.get("action") == "without"
    if not form.validate() or not (without or form.outcome.data):
        if not form.errors:
            form.refuse(DomainError("no_outcome", N_("Choose what is decided."), field="outcome"))
        return item_page(gate, code, form), 422
    note = form.note.data or ""
    try:
        if without:
            chairing.close(db(), _chair(gate), code=code, note=note)
        else:
            chairing.decide(db(), _chair(gate), code=code, verdict=form.verdict(), note=note)
    except (ChairedMeanwhile, DecidedMeanwhile) as error:
        return item_page(gate, code, form, meanwhile=error.message), 409
    except DomainError as error:
        form.refuse_all(error)
        return item_page(gate, code, form), error.status
    if without:
        flash(_("Left undecided; it stays at the gate."), "info")
    else:
        flash(_("Recorded. The team hears when the decision is announced."), "good")
    return redirect(_here(gate, "item", code=code), 303)
