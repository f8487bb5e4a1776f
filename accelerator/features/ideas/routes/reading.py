"""Read ideas: the list, one idea, its versions, the search."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock
from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.domain.differences import differences
from accelerator.domain.policy import Permission
from accelerator.domain.workdays import due_instant
from accelerator.features.ideas.forms import AttachForm, AudienceForm, InviteForm
from accelerator.features.ideas.queries.finding import similar as similar_to
from accelerator.features.ideas.queries.index import Filters, ideas
from accelerator.features.ideas.queries.page import (
    IdeaPage,
    VersionRow,
    frozen_answers,
    page,
    versions,
)
from accelerator.features.ideas.routes.blueprint import bp
from accelerator.i18n import N_, language
from accelerator.i18n import gettext as _
from accelerator.standing.rework import rework_list
from accelerator.web.errors import wants_json
from accelerator.web.guard import allow, may
from accelerator.web.identity import actor
from accelerator.web.locale import zone
from accelerator.web.session import config, db

LONGEST_QUERY = 200
STATE_NAMES = (
    ("draft", N_("Draft")),
    ("queued", N_("Waiting for a place")),
    ("active", N_("Under way")),
    ("working", N_("In progress")),
    ("waiting", N_("In review")),
    ("parked", N_("Parked")),
    ("stopped", N_("Stopped")),
    ("withdrawn", N_("Withdrawn")),
    ("graduated", N_("Graduated")),
)


def _filters(**more: Any) -> Filters:
    wanted = {
        name: request.args.get(name, "").strip()[:LONGEST_QUERY]
        for name in ("q", "programme", "cohort", "stage", "state", "after", "before")
    }
    return Filters(**wanted | {"mine": request.args.get("mine") == "1"} | more)


@bp.get("/ideas")
@allow(Permission.IDEA_LIST)
def index() -> ResponseReturnValue:
    """List the ideas the person may see, newest change first."""
    filters = _filters()
    found = ideas(db(), actor=actor(), filters=filters, now=_local_now())
    return render_template("ideas/index.html", found=found, filters=filters, **_choices())


def _local_now() -> datetime:
    """Return this moment on the reader's clock."""
    return clock.now().astimezone(ZoneInfo(zone()))


def _choices() -> dict[str, Any]:
    """Name the choices of the filter in the person's language."""
    return {
        "names": lambda pairs: [(key, name.pick(language())) for key, name in pairs],
        "state_names": [(state, _(name)) for state, name in STATE_NAMES],
    }


@bp.get("/search")
@allow(Permission.IDEA_LIST)
def search() -> ResponseReturnValue:
    """Find ideas by words; the palette asks for JSON."""
    q = request.args.get("q", "").strip()[:LONGEST_QUERY]
    found = ideas(db(), actor=actor(), filters=Filters(q=q), now=_local_now()) if q else None
    if wants_json():
        return [_choice(row) for row in found.rows[:10]] if found else []
    return render_template("ideas/search.html", found=found, q=q)


def _choice(row: Any) -> dict[str, str]:
    title = row.title.pick(language()) or row.code
    return {"label": title, "detail": row.code, "url": f"/ideas/{row.code}"}


@bp.get("/ideas/similar")
@allow(Permission.IDEA_LIST)
def similar() -> ResponseReturnValue:
    """Show what resembles a title: a piece of the page while it is typed, a page by link."""
    text = (request.args.get("title") or request.args.get("q", "")).strip()[:LONGEST_QUERY]
    rows = similar_to(db(), actor=actor(), text=text)
    piece = request.headers.get("HX-Request") == "true"
    template = "ideas/_similar.html" if piece else "ideas/similar.html"
    return render_template(template, rows=rows, q=text)


@bp.get("/ideas/<code>")
@allow(Permission.IDEA_VIEW, subject="idea")
def show(idea: Any) -> ResponseReturnValue:
    """Show one idea."""
    return idea_page(idea)


def idea_page(
    idea: Any, *, invite: InviteForm | None = None, attach: AttachForm | None = None
) -> str:
    """Render the page of an idea, with a refused form in its place."""
    found = page(
        db(),
        idea,
        in_team=may(Permission.IDEA_EDIT),
        sees_team=may(Permission.TEAM_VIEW),
        now=clock.now(),
    )
    works = found.next.who == "team" and not found.next.asked
    day = found.due_on if works else found.next.by
    return render_template(
        "ideas/show.html",
        idea=idea,
        page=found,
        todo=rework_list(db(), idea) if _reworked(found) else (),
        views=_views(idea, found),
        by=due_instant(day, found.zone) if day else None,
        now=clock.now(),
        withdrawn_lang=language_of(idea.withdrawn_reason),
        limit_mb=config().upload_limit // (1024 * 1024),
        invite=invite or InviteForm(formdata=None),
        attach=attach or AttachForm(formdata=None),
        audience=AudienceForm(formdata=None, data={"audience": idea.audience}),
    )


def _reworked(found: IdeaPage) -> bool:
    """Say whether a gate ever sent the idea back; else there is nothing to ask for."""
    return any(step.outcome == "rework" for step in found.steps)


def _views(idea: Any, found: IdeaPage) -> list[dict[str, Any]]:
    """List the other pages of the idea that this person can open."""
    places = [
        ("ideas.show", _("Idea"), Permission.IDEA_VIEW),
        ("milestones.of_idea", _("Milestones"), Permission.IDEA_VIEW),
        ("readiness.show", _("Readiness"), Permission.READINESS_VIEW),
        ("reviews.of_idea", _("Reviews"), Permission.REVIEW_READ),
    ]
    if found.versions:
        places.append(
            ("reviews.questions", _("Questions from the reviewers"), Permission.IDEA_EDIT)
        )
        places.append(("information.show", _("More information"), Permission.INFORMATION_VIEW))
    if any(step.outcome for step in found.steps):
        places.append(("gates.outcome", _("Outcome"), Permission.OUTCOME_VIEW))
    return [
        {
            "label": label,
            "url": url_for(endpoint, code=idea.code),
            "current": endpoint == "ideas.show",
            "count": None,
        }
        for endpoint, label, needs in places
        if endpoint in current_app.view_functions and may(needs)
    ]


@bp.get("/ideas/<code>/versions/<int:number>")
@allow(Permission.IDEA_VIEW, subject="idea")
def version(idea: Any, number: int) -> ResponseReturnValue:
    """Show one frozen copy; with `?against=`, what changed since another one."""
    found = {v.number: v for v in versions(db(), idea, sees_team=may(Permission.TEAM_VIEW))}
    shown = found.get(number)
    if shown is None:
        raise NotFound
    against = found.get(request.args.get("against", type=int) or 0)
    pieces = compare(against, shown) if against else None
    return render_template(
        "ideas/version.html",
        idea=idea,
        version=shown,
        against=against,
        others=[v for v in found.values() if v is not shown],
        title=Bilingual.of(shown.content["title"]),
        summary=Bilingual.of(shown.content["summary"]),
        answers=frozen_answers(shown.content),
        pieces=pieces,
    )


def compare(old: VersionRow, new: VersionRow) -> list[tuple[str | Bilingual, list[Any]]]:
    """Return what changed, field by field and in each language written."""
    before, after = _texts(old), _texts(new)
    return [
        (label, differences(before.get(key, ("", ""))[1], after.get(key, ("", ""))[1]))
        for key, (label, _text) in (before | after).items()
    ]


def _texts(version: VersionRow) -> dict[str, tuple[str | Bilingual, str]]:
    found: dict[str, tuple[str | Bilingual, str]] = {}
    content = version.content
    fields: list[tuple[str, str | Bilingual, dict[str, str]]] = [
        ("title", _("Title"), content["title"]),
        ("summary", _("Summary"), content["summary"]),
    ]
    fields += [
        (f"{version.stage_id}:{answer['key']}", Bilingual.of(answer["label"]), answer["text"])
        for answer in content["answers"]
    ]
    for key, label, text in fields:
        for side in ("ja", "en"):
            if text.get(side):
                found[f"{key}:{side}"] = (label, text[side])
    return found
