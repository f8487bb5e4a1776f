"""A cohort's milestones: board, table, timeline, and as a file."""

from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.features.milestones import service
from accelerator.features.milestones.queries import cohort as queries
from accelerator.features.milestones.queries import export as reading
from accelerator.features.milestones.routes.blueprint import bp
from accelerator.features.milestones.routes.reading import usual_refusal
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.web.downloads import stream_csv
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db

VIEWS = ("board", "table", "timeline")


@bp.get("/cohorts/<cohort_code>/milestones")
@allow(Permission.MILESTONE_VIEW, subject="cohort")
def index(cohort: Any) -> ResponseReturnValue:
    """Show a cohort's milestones in one of three ways; a group of the table is one, too."""
    show = request.args.get("show", "")
    view = request.args.get("view", "table" if show else "board")
    stages = queries.stages(db(), cohort)
    stage = request.args.get("stage", "")
    if stage not in {one.key for one in stages}:
        stage = ""
    after, now = request.args.get("after", ""), clock.now()
    if not is_storable(after):
        after = ""
    asked: dict[str, Any] = {"actor": actor(), "stage": stage, "now": now}
    shown: dict[str, Any] = {"show": show or "late", "stage": stage, "stages": stages}
    if view == "timeline":
        page: Any = queries.timeline(db(), cohort, after=after, **asked)
    elif view == "table":
        page = queries.table(db(), cohort, urgency=shown["show"], after=after, **asked)
        shown["usual"] = usual_refusal()
    else:
        view, page = "board", queries.board(db(), cohort, **asked)
    return render_template(
        f"milestones/{view}.html", cohort=cohort, page=page, view=view, today=now, **shown
    )


@bp.post("/cohorts/<cohort_code>/milestones.csv")
@allow(Permission.REPORT_EXPORT, subject="cohort")
def export(cohort: Any) -> Response:
    """Take the milestones out as CSV: a post, because it leaves a record."""
    now, spoken = clock.now(), language()
    service.record_export(db(), actor=actor(), cohort=cohort, now=now)
    words = {key: _(word) for key, word in reading.STATES.items()}
    return stream_csv(
        f"milestones-{cohort.code}.csv",
        [_(title) for title in reading.HEAD],
        lambda session: reading.batches(session, cohort, words, spoken, now),
    )
