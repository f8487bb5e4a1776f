"""The page of an idea's readiness, and the same for a past day."""

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.domain.readiness import HIGHEST
from accelerator.features.readiness.forms import (
    AnswerRequest,
    AskExpert,
    ClaimLevel,
    GiveEvidence,
    MakeMilestone,
    Verify,
)
from accelerator.features.readiness.queries import page, past
from accelerator.features.readiness.queries.evidence import EvidenceRow
from accelerator.features.readiness.routes.blueprint import bp
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.standing.wordings import house_texts
from accelerator.web.forms import Form
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db

WEEKS = timedelta(weeks=4)  # the date a milestone is proposed for


@bp.get("/readiness/levels")
@allow(Permission.HOME_VIEW)
def levels() -> ResponseReturnValue:
    """Show what each level of each dimension means."""
    return render_template("readiness/levels.html", dimensions=house_texts(), programme=None)


@bp.get("/programmes/<programme_key>/readiness/levels")
@allow(Permission.PROGRAMME_VIEW, subject="programme")
def levels_of(programme: Any) -> ResponseReturnValue:
    """Show what each level means in a programme."""
    texts = page.texts_in(db(), programme)
    return render_template("readiness/levels.html", dimensions=texts, programme=programme)


@bp.get("/ideas/<code>/readiness")
@allow(Permission.READINESS_VIEW, subject="idea")
def show(idea: Any) -> ResponseReturnValue:
    """Show the score with its parts and why."""
    return show_page(idea)


@bp.get("/ideas/<code>/readiness/past")
@allow(Permission.READINESS_VIEW, subject="idea")
def past_day(idea: Any) -> ResponseReturnValue:
    """Show why the score was what it was on a day, from what was known then."""
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        flash(_("Choose a day."), "warn")
        return redirect(url_for("readiness.show", code=idea.code), 303)
    view = past.of_day(db(), idea, on, now=clock.now())
    if view is None:
        flash(_("Choose a day since the idea was started, up to today."), "warn")
        return redirect(url_for("readiness.show", code=idea.code), 303)
    return render_template("readiness/past.html", idea=idea, view=view)


def show_page(idea: Any, tried: Form | None = None, part: int = 0) -> str:
    """Render the page, with a form that was refused; `part` is the row the form was about."""
    view = page.of_idea(db(), idea, actor=actor(), now=clock.now())
    shown: dict[str, dict[str, Form]] = {}
    for one in view.dimensions:
        shown[one.text.dimension.value] = _of_dimension(view, one, tried)
        for row in one.evidence:
            own = tried if row.id == part else None
            shown[f"evidence-{row.id}"] = {"verify": _form(Verify, own, str(row.id), **_mine(row))}
        for asked in one.requests:
            own = tried if asked.id == part else None
            shown[f"request-{asked.id}"] = {"answer": _form(AnswerRequest, own, str(asked.id))}
    return render_template(
        "readiness/show.html", idea=idea, view=view, forms_of=shown, tried=tried, tried_part=part
    )


def _of_dimension(
    view: page.ReadinessView, one: page.DimensionView, tried: Form | None
) -> dict[str, Form]:
    key = one.text.dimension.value
    own = tried if tried and "dimension" in tried and tried["dimension"].data == key else None
    following = one.next_level.level if one.next_level else HIGHEST
    found = {
        "claim": _form(ClaimLevel, own, key, level=one.part.claimed if one.part else 1),
        "evidence": _form(GiveEvidence, own, key, true_on=view.today, level=following),
        "milestone": _form(MakeMilestone, own, key, due_on=view.today + WEEKS, level=following),
        "expert": _form(AskExpert, own, key, level=following),
    }
    named = [
        SelectChoice(str(text.level), f"{text.level} – {text.title.pick(language())}")
        for text in one.text.levels
    ]
    for form in found.values():
        form["dimension"].data = key
        form["level"].choices = named
    found["evidence"]["attachment"].choices = file_choices(view.files)
    found["milestone"]["owner"].choices = [SelectChoice(str(n), name) for n, name in view.team]
    if own is None:
        found["milestone"]["owner"].data = actor().id
    return found


def _mine(row: EvidenceRow) -> dict[str, str]:
    """Return one's own vote as its form shows it."""
    mine = next((vote for vote in row.votes if vote.mine), None)
    if mine is None:
        return {}
    level = "" if mine.level is None else str(mine.level)
    return {"accepted": "yes" if mine.accepted else "no", "note": mine.note, "level": level}


def file_choices(files: tuple[tuple[int, str], ...]) -> list[SelectChoice]:
    """Return the files of an idea as choices."""
    return [SelectChoice("0", _("No file")), *(SelectChoice(str(n), name) for n, name in files)]


def _form(kind: type[Form], tried: Form | None, key: str, **values: Any) -> Form:
    """Return the form that was just tried, or a fresh one with ids of its own."""
    form = tried if isinstance(tried, kind) else kind(formdata=None, **values)
    for field in form:
        field.id = f"{kind.__name__.lower()}-{field.short_name}-{key}"
        field.label.field_id = field.id
    return form
