"""The pages of a ranking, one more review, and the list as a file."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.ranking import queries, service
from accelerator.features.ranking.forms import AskForm, LineForm
from accelerator.features.ranking.queries import export
from accelerator.i18n import formats
from accelerator.i18n import gettext as _
from accelerator.web.downloads import send_workbook, stream_csv
from accelerator.web.errors import flash_error
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

bp = Blueprint("ranking", __name__)


@bp.get("/cohorts/<cohort_code>/<stage_key>/ranking")
@allow(Permission.RANKING_VIEW, subject="cohort_stage")
def show(cohort_stage: Any) -> ResponseReturnValue:
    """Show the ranking of one stage; a line drawn by hand becomes a number of ideas."""
    form, cut = _form(), None
    if (cut := form.drawn_by_hand()) is not None:
        scope = form.line()["scope"]
        capacity = queries.capacity_at(db(), *cohort_stage, scope=scope, cut=cut)
        asked = {name: value for name, value in request.args.items() if value and name != "cut"}
        return redirect(_url("show", cohort_stage, **asked | {"capacity": capacity}))
    page = queries.ranking_page(
        db(), *cohort_stage, actor=actor(), narrowed=form.narrowed(), **form.line()
    )
    return _page("show", cohort_stage, form, page)


@bp.get("/cohorts/<cohort_code>/<stage_key>/ranking/robustness")
@allow(Permission.RANKING_VIEW, subject="cohort_stage")
def robustness(cohort_stage: Any) -> ResponseReturnValue:
    """Show what would change the ranking."""
    form = _form()
    narrowed = form.narrowed()
    page = queries.firmness_page(
        db(), *cohort_stage, actor=actor(), change=narrowed.change, after=narrowed.after,
        **form.line(),
    )  # fmt: skip
    return _page("robustness", cohort_stage, form, page)


@bp.get("/cohorts/<cohort_code>/<stage_key>/ranking/reviewers")
@allow(Permission.RANKING_VIEW, subject="cohort_stage")
def reviewers(cohort_stage: Any) -> ResponseReturnValue:
    """Show how severe the reviewers are, and how marks are spread."""
    form = _form()
    page = queries.panel_page(db(), *cohort_stage, after=form.narrowed().after, **form.line())
    return _page("reviewers", cohort_stage, form, page)


@bp.get("/cohorts/<cohort_code>/<stage_key>/ranking/reviews")
@allow(Permission.RANKING_VIEW, subject="cohort_stage")
def reviews(cohort_stage: Any) -> ResponseReturnValue:
    """List the reviews behind a number."""
    form = _form()
    page = queries.reviews_page(
        db(), *cohort_stage, actor=actor(), scope=form.line()["scope"], wanted=form.wanted()
    )
    return _page("reviews", cohort_stage, form, page)


@bp.get("/cohorts/<cohort_code>/<stage_key>/ranking/next")
@allow(Permission.RANKING_VIEW, subject="cohort_stage")
def next_reviews(cohort_stage: Any) -> ResponseReturnValue:
    """Show where one more review helps most, and who could write it."""
    form = _form()
    page = queries.helped_page(db(), *cohort_stage, actor=actor(), capacity=form.line()["capacity"])
    return _page("next", cohort_stage, form, page)


@bp.post("/cohorts/<cohort_code>/<stage_key>/ranking/next")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
@once
def ask(cohort_stage: Any) -> ResponseReturnValue:
    """Ask the proposed reviewer for one more review."""
    cohort, stage = cohort_stage
    form = AskForm()
    form.validate()
    try:
        asked, due_on = service.ask_one_more(
            db(), actor=actor(), cohort=cohort, stage=stage,
            code="" if form.idea.errors else form.idea.data or "",
            reviewer_id=stored_number(form.reviewer.data), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        flash_error(error)
    else:
        text = _("%(reviewer)s is asked for one more review, by %(day)s.")
        flash(text % {"reviewer": asked.name, "day": formats.day(due_on)}, "good")
    line = LineForm(request.args)
    line.validate()
    return redirect(_url("next_reviews", cohort_stage, **line.kept()), 303)


@bp.post("/cohorts/<cohort_code>/<stage_key>/ranking.csv")
@allow(Permission.REPORT_EXPORT, subject="cohort_stage")
def export_csv(cohort_stage: Any) -> ResponseReturnValue:
    """Take the ranking out as CSV, a row for each review: a post, because it leaves a record."""
    of_ideas, of_reviews, blocks = _export(cohort_stage)

    def rows(session: Any) -> Any:
        for block in blocks(session):
            yield [[*idea, *review] for idea, reviews in block for review in reviews or [[]]]

    return stream_csv(_file(cohort_stage, "csv"), [*of_ideas, *of_reviews], rows)


@bp.post("/cohorts/<cohort_code>/<stage_key>/ranking.xlsx")
@allow(Permission.REPORT_EXPORT, subject="cohort_stage")
def export_xlsx(cohort_stage: Any) -> ResponseReturnValue:
    """Take the ranking out as a workbook: one sheet of ideas, one of their reviews."""
    of_ideas, of_reviews, blocks = _export(cohort_stage)
    named = slice(1, 3)  # code and title stand before each review too

    def rows(session: Any) -> Any:
        for block in blocks(session):
            yield 0, [idea for idea, _reviews in block]
            yield 1, [[*idea[named], *review] for idea, reviews in block for review in reviews]

    sheets = ((_("Ranking"), of_ideas), (_("Reviews"), [*of_ideas[named], *of_reviews]))
    return send_workbook(_file(cohort_stage, "xlsx"), sheets, rows)


def _export(cohort_stage: Any) -> tuple[list[str], list[str], Any]:
    """Record the export; return the headings of ideas and of reviews, and what yields both."""
    cohort, stage = cohort_stage
    who, line = actor(), _form().line()
    service.record_export(db(), actor=who, cohort=cohort, stage=stage, now=clock.now())
    criteria = queries.criterion_names(db(), stage, who.language)
    words = {key: _(word) for key, word in export.WORDS.items()}

    def blocks(session: Any) -> Any:
        return queries.ranked_with_reviews(
            session, actor=who, cohort=cohort, stage=stage, words=words,
            criteria=[key for key, _name in criteria], **line,
        )  # fmt: skip

    of_reviews = [
        *(_(head) for head in export.REVIEW),
        *(name for _key, name in criteria),
        *(_(head) for head in export.TEXTS),
    ]
    return [_(head) for head in export.IDEA], of_reviews, blocks


def _file(cohort_stage: Any, kind: str) -> str:
    cohort, stage = cohort_stage
    return f"ranking-{cohort.code}-{stage.key}.{kind}"


def _form() -> LineForm:
    form = LineForm(request.args)
    form.validate()
    return form


def _url(view: str, cohort_stage: Any, **values: Any) -> str:
    cohort, stage = cohort_stage
    return url_for(f"ranking.{view}", cohort_code=cohort.code, stage_key=stage.key, **values)


def _page(name: str, cohort_stage: Any, form: LineForm, page: Any) -> str:
    cohort, stage = cohort_stage
    return render_template(
        f"ranking/{name}.html", cohort=cohort, stage=stage, form=form, page=page, line=form.kept(),
        here={"cohort_code": cohort.code, "stage_key": stage.key},
    )  # fmt: skip
