"""The page of an idea's readiness and what can be done there."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.domain.readiness import Dimension
from accelerator.features.readiness import queries, service
from accelerator.features.readiness.forms import ClaimLevel, GiveEvidence, OfDimension, Verify
from accelerator.i18n import gettext as _
from accelerator.web.forms import Form
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("readiness", __name__)


@bp.get("/readiness/levels")
@allow(Permission.HOME_VIEW)
def levels() -> ResponseReturnValue:
    """Show what each level of each dimension means."""
    return render_template("readiness/levels.html", dimensions=queries.texts())


@bp.get("/ideas/<code>/readiness")
@allow(Permission.READINESS_VIEW, subject="idea")
def show(idea: Any) -> ResponseReturnValue:
    """Show the score with its parts and why."""
    return _page(idea)


@bp.post("/ideas/<code>/readiness/claim")
@allow(Permission.READINESS_CLAIM, subject="idea")
@once
def claim(idea: Any) -> ResponseReturnValue:
    """Say which level was reached."""
    form = ClaimLevel()
    return _save(
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
    return _save(
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
    return _save(
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
    form.attachment.choices = _files(queries.files(db(), idea))
    return _save(
        idea,
        form,
        lambda: service.give_evidence(
            db(), actor=actor(), idea=idea, dimension=Dimension(form.dimension.data),
            level=form.level.data, statement=form.statement.data, url=form.url.data or "",
            attachment_id=form.attachment.data or None, true_on=form.true_on.data,
            now=clock.now(),
        ),
        _("The evidence was given. A reviewer or manager outside the team can verify it now."),
    )  # fmt: skip


@bp.post("/ideas/<code>/readiness/evidence/<int:evidence_id>/withdraw")
@allow(Permission.READINESS_CLAIM, subject="evidence")
def withdraw(evidence: Any) -> ResponseReturnValue:
    """Take a piece of evidence back."""
    return _save(
        queries.idea_of(db(), evidence),
        Form(),
        lambda: service.withdraw_evidence(db(), actor=actor(), evidence=evidence, now=clock.now()),
        _("The evidence was taken back. It stays in the history."),
    )


@bp.post("/ideas/<code>/readiness/evidence/<int:evidence_id>/verify")
@allow(Permission.READINESS_VERIFY, subject="evidence")
def verify(evidence: Any) -> ResponseReturnValue:
    """Vote on a piece of evidence."""
    form = Verify()
    return _save(
        queries.idea_of(db(), evidence),
        form,
        lambda: service.verify(
            db(), actor=actor(), evidence=evidence, accepted=form.accepted.data == "yes",
            level=int(form.level.data) if form.level.data else None,
            note=form.note.data or "", now=clock.now(),
        ),
        _("Your vote is noted, and the score follows it."),
        evidence_id=evidence.id,
    )  # fmt: skip


def _save(
    idea: Any, form: Form, change: Callable[[], object], done: str, *, evidence_id: int = 0
) -> ResponseReturnValue:
    """Do a change if its form holds; else show the page with what was typed at its fields."""
    if form.carry_out(change):
        flash(done, "good")
        return redirect(url_for("readiness.show", code=idea.code), 303)
    return _page(idea, form, evidence_id), 422


def _page(idea: Any, tried: Form | None = None, evidence_id: int = 0) -> str:
    view = queries.of_idea(db(), idea, actor=actor(), now=clock.now())
    shown: dict[str, dict[str, Form]] = {}
    for one in view.dimensions:
        key = one.text.dimension.value
        own = tried if tried and "dimension" in tried and tried["dimension"].data == key else None
        claimed = one.part.claimed if one.part else 1
        shown[key] = {
            "claim": _form(ClaimLevel, own, key, level=claimed, dimension=key),
            "evidence": _form(
                GiveEvidence, own, key, dimension=key, true_on=view.today,
                level=one.next_level.level if one.next_level else 9,
            ),
        }  # fmt: skip
        shown[key]["evidence"]["attachment"].choices = _files(view.files)
        for row in one.evidence:
            mine = next((vote for vote in row.votes if vote.mine), None)
            values = (
                {"accepted": "yes" if mine.accepted else "no", "note": mine.note} if mine else {}
            )
            own = tried if row.id == evidence_id else None
            shown[str(row.id)] = {"verify": _form(Verify, own, str(row.id), **values)}
    return render_template(
        "readiness/show.html", idea=idea, view=view, forms_of=shown, tried=tried,
        tried_evidence=evidence_id,
    )  # fmt: skip


def _my_vote(row: queries.EvidenceRow) -> dict[str, str]:
    mine = next((vote for vote in row.votes if vote.mine), None)
    if mine is None:
        return {}
    level = "" if mine.level is None else str(mine.level)
    return {"accepted": "yes" if mine.accepted else "no", "note": mine.note, "level": level}


def _files(files: tuple[tuple[int, str], ...]) -> list[SelectChoice]:
    return [SelectChoice("0", _("No file")), *(SelectChoice(str(n), name) for n, name in files)]


def _form(kind: type[Form], tried: Form | None, key: str, **values: Any) -> Form:
    """Return the form that was just tried, or a fresh one with ids of its own."""
    form = tried if isinstance(tried, kind) else kind(formdata=None, **values)
    for field in form:
        field.id = f"{kind.__name__.lower()}-{field.short_name}-{key}"
        field.label.field_id = field.id
    return form
