"""Claim a level, show it, verify it."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.domain.readiness import Dimension
from accelerator.features.readiness import service
from accelerator.features.readiness.forms import ClaimLevel, GiveEvidence, OfDimension, Verify
from accelerator.features.readiness.queries import page
from accelerator.features.readiness.routes.blueprint import bp
from accelerator.features.readiness.routes.page import file_choices, show_page
from accelerator.i18n import gettext as _
from accelerator.web.forms import Form
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.post("/ideas/<code>/readiness/claim")
@allow(Permission.READINESS_CLAIM, subject="idea")
@once
def claim(idea: Any) -> ResponseReturnValue:
    """Say which level was reached."""
    form = ClaimLevel()
    return save(
        idea,
        form,
        lambda: service.claim(
            db(), actor=actor(), idea=idea, dimension=Dimension(form.dimension.data),
            level=form.level.data, now=clock.now(),
        ),
        _("The claim is noted. Evidence makes it count."),
    )  # fmt: skip


@bp.post("/ideas/<code>/readiness/not-applicable")
@allow(Permission.READINESS_CLAIM, subject="idea")
def not_applicable(idea: Any) -> ResponseReturnValue:
    """Say that a dimension does not apply."""
    form = OfDimension()
    return save(
        idea,
        form,
        lambda: service.say_not_applicable(
            db(), actor=actor(), idea=idea, dimension=Dimension(form.dimension.data),
            now=clock.now(),
        ),
        _("Noted. Until somebody independent agrees, it counts as level 1."),
    )  # fmt: skip


@bp.post("/ideas/<code>/readiness/not-applicable/approve")
@allow(Permission.READINESS_VERIFY, subject="idea")
def approve_not_applicable(idea: Any) -> ResponseReturnValue:
    """Agree that a dimension does not apply."""
    form = OfDimension()
    return save(
        idea,
        form,
        lambda: service.approve_not_applicable(
            db(), actor=actor(), idea=idea, dimension=Dimension(form.dimension.data),
            now=clock.now(),
        ),
        _("The dimension is left out of the score."),
    )  # fmt: skip


@bp.post("/ideas/<code>/readiness/evidence")
@allow(Permission.READINESS_CLAIM, subject="idea")
@once
def give_evidence(idea: Any) -> ResponseReturnValue:
    """Show a level."""
    form = GiveEvidence()
    form.attachment.choices = file_choices(page.files(db(), idea))
    return save(
        idea,
        form,
        lambda: service.give_evidence(
            db(), actor=actor(), idea=idea, dimension=Dimension(form.dimension.data),
            level=form.level.data, statement=form.statement.data, url=form.url.data or "",
            attachment_id=form.attachment.data or None, number=form.number.data,
            unit=form.unit.data or "", true_on=form.true_on.data, now=clock.now(),
        ),
        _("The evidence was given. A reviewer or manager outside the team can verify it now."),
    )  # fmt: skip


@bp.post("/ideas/<code>/readiness/evidence/<int:evidence_id>/withdraw")
@allow(Permission.READINESS_CLAIM, subject="evidence")
def withdraw(evidence: Any) -> ResponseReturnValue:
    """Take a piece of evidence back."""
    return save(
        page.idea_of(db(), evidence),
        Form(),
        lambda: service.withdraw_evidence(db(), actor=actor(), evidence=evidence, now=clock.now()),
        _("The evidence was taken back. It stays in the history."),
    )


@bp.post("/ideas/<code>/readiness/evidence/<int:evidence_id>/verify")
@allow(Permission.READINESS_VERIFY, subject="evidence")
def verify(evidence: Any) -> ResponseReturnValue:
    """Vote on a piece of evidence."""
    form = Verify()
    return save(
        page.idea_of(db(), evidence),
        form,
        lambda: service.verify(
            db(), actor=actor(), evidence=evidence, accepted=form.accepted.data == "yes",
            level=int(form.level.data) if form.level.data else None,
            note=form.note.data or "", now=clock.now(),
        ),
        _("Your vote is noted, and the score follows it."),
        part=evidence.id,
    )  # fmt: skip


def save(
    idea: Any, form: Form, change: Callable[[], object], done: str, *, part: int = 0
) -> ResponseReturnValue:
    """Do a change if its form holds; else show the page with what was typed at its fields."""
    if form.carry_out(change):
        flash(done, "good")
        place = f"dimension-{form.dimension.data}" if "dimension" in form else None
        return redirect(url_for("readiness.show", code=idea.code, _anchor=place), 303)
    return show_page(idea, form, part), 422
