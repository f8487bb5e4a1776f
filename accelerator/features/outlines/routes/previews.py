"""A stage as employees, reviewers and managers will have it, before any of them does."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.outlines import queries
from accelerator.features.outlines.routes.blueprint import bp
from accelerator.i18n import LANGUAGES, language, speaking
from accelerator.web.answering import form_of
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db

WHO = ("employee", "reviewer", "manager")


@bp.get("/programmes/<programme_key>/preview")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
def preview(programme: Any) -> ResponseReturnValue:
    """Show one stage as one sort of person will have it, in one language; nothing is written."""
    shown = queries.preview(db(), programme, request.args.get("stage", ""))
    who = request.args.get("as", WHO[0])
    spoken = request.args.get("language", language())
    if shown is None or who not in WHO or spoken not in LANGUAGES:
        abort(404)
    with speaking(spoken):
        more = {"employee": _employee, "reviewer": _reviewer, "manager": _manager}[who]
        return render_template(
            f"outlines/as_{who}.html",
            programme=programme,
            page=shown,
            who=who,
            spoken=spoken,
            **more(programme, shown),
        )


def _employee(_programme: Any, shown: queries.Preview) -> dict[str, Any]:
    return {"form": form_of(shown.asked, {})}


def _reviewer(_programme: Any, shown: queries.Preview) -> dict[str, Any]:
    return {"answers": shown.asked}


def _manager(programme: Any, shown: queries.Preview) -> dict[str, Any]:
    person = actor()
    today = clock.now().astimezone(ZoneInfo(person.time_zone)).date()
    return {
        "days": queries.example(shown.stage, country=person.country, today=today),
        "deciders": queries.deciders(db(), programme, shown.stage["key"]),
    }
