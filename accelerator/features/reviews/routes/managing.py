"""The manager: who is asked, what came in, which conflicts stand, and the list as a file."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.conflicts import REASONS
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.domain.reviews import require_due
from accelerator.features.reviews.forms import RECOMMENDATIONS, AssignForm, ConflictForm
from accelerator.features.reviews.queries import assign as assigning
from accelerator.features.reviews.queries import export as exporting
from accelerator.features.reviews.queries import of_idea as reading
from accelerator.features.reviews.queries.beside import questions_for_manager
from accelerator.features.reviews.queries.workspace import facts, rubric
from accelerator.features.reviews.routes.blueprint import bp
from accelerator.features.reviews.service import answering, arranging, asking
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.downloads import stream_csv
from accelerator.web.errors import flash_error
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow, may
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db

FILTERS = ("show", "words", "who", "after")


@bp.get("/ideas/<code>/reviews")
@allow(Permission.REVIEW_READ, subject="idea")
def of_idea(idea: Any) -> ResponseReturnValue:
    """Show a manager who reviews an idea and what they wrote."""
    return render_template(
        "reviews/of_idea.html",
        idea=idea,
        passages=reading.of_idea(db(), idea),
        declared=reading.declared(db(), idea),
        questions=questions_for_manager(db(), idea),
    )


@bp.post("/ideas/<code>/reviews/<int:assignment_id>/remove")
@allow(Permission.REVIEW_READ, subject="assignment")
def remove(assignment: Any) -> ResponseReturnValue:
    """No longer ask for a review that was not submitted."""
    code = facts(db(), assignment).idea.code
    try:
        asking.remove_assignment(db(), actor=actor(), assignment=assignment, now=clock.now())
    except DomainError as error:
        flash_error(error)
    else:
        flash(_("The assignment is removed; the reviewer hears of it."), "good")
    return redirect(url_for("reviews.of_idea", code=code), 303)


@bp.post("/ideas/<code>/reviews/<int:assignment_id>/date/grant")
@allow(Permission.REVIEW_READ, subject="assignment")
def grant_date(assignment: Any) -> ResponseReturnValue:
    """Move the date of a review as its reviewer asked."""
    return _answer_date(
        assignment, _("The date was moved, and the reviewer hears of it."), granted=True
    )


@bp.post("/ideas/<code>/reviews/<int:assignment_id>/date/refuse")
@allow(Permission.REVIEW_READ, subject="assignment")
def refuse_date(assignment: Any) -> ResponseReturnValue:
    """Keep the date of a review."""
    return _answer_date(
        assignment, _("The date stays, and the reviewer hears of it."), granted=False
    )


def _answer_date(assignment: Any, done: str, *, granted: bool) -> ResponseReturnValue:
    code = facts(db(), assignment).idea.code
    try:
        arranging.answer_date(
            db(), actor=actor(), assignment=assignment, granted=granted, now=clock.now()
        )
    except DomainError as error:
        flash_error(error)
    else:
        flash(done, "good")
    return redirect(url_for("reviews.of_idea", code=code), 303)


@bp.get("/cohorts/<cohort_code>/<stage_key>/assign")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
def assign(cohort_stage: Any) -> ResponseReturnValue:
    """Show the ideas that wait for reviewers, and the reviewers."""
    form = AssignForm(formdata=None)
    page = _choice(cohort_stage)
    form.due_on.data = page.due_on
    return _assign_page(cohort_stage, page, form)


@bp.post("/cohorts/<cohort_code>/<stage_key>/assign")
@allow(Permission.REVIEW_ASSIGN, subject="cohort_stage")
@once
def assign_many(cohort_stage: Any) -> ResponseReturnValue:
    """Show what ticking would do, pair by pair; do it once that was confirmed."""
    cohort, stage = cohort_stage
    form = AssignForm()
    if "back" in request.form or not form.validate() or not _in_time(form, cohort):
        html = _assign_page(cohort_stage, _choice(cohort_stage), form)
        return html, 422 if form.errors else 200
    pairs: dict[str, Any] = {
        "actor": actor(), "cohort": cohort, "stage": stage, "codes": form.codes(),
        "reviewer_ids": form.reviewer_ids(),
    }  # fmt: skip
    if "confirm" not in request.form:
        return render_template(
            "reviews/assign_preview.html", cohort=cohort, stage=stage, form=form,
            plan=assigning.plan(db(), **pairs), url=_assign_url(cohort_stage),
            reasons={kind: _(text) for kind, text in REASONS.items()},
        )  # fmt: skip
    done = asking.assign_reviewers(db(), **pairs, due_on=form.day(), now=clock.now())
    n = len(done.new)
    flash(ngettext("%(num)s review is assigned.", "%(num)s reviews are assigned.", n), "good")
    return redirect(_assign_url(cohort_stage), 303)


@bp.post("/cohorts/<cohort_code>/<stage_key>/reviews.csv")
@allow(Permission.REPORT_EXPORT, subject="cohort_stage")
def export(cohort_stage: Any) -> ResponseReturnValue:
    """Take the reviews of a stage out as CSV: a post, because it leaves a record."""
    cohort, stage = cohort_stage
    asking.record_export(db(), actor=actor(), cohort=cohort, stage=stage, now=clock.now())
    found = rubric(db(), stage.id)
    who = actor()

    def rows(session: Any) -> Any:
        return exporting.review_rows(
            session, actor=who, cohort=cohort, stage=stage,
            criteria=[one.line.key for one in found], words=words,
        )  # fmt: skip

    words = {key: str(word) for key, word in RECOMMENDATIONS.items()} | {"late": _("late")}
    head = [_(title) for title in exporting.BEFORE_MARKS]
    marks = [one.name.pick(who.language) for one in found]
    head += [*marks, *(_(title) for title in exporting.AFTER_MARKS)]
    return stream_csv(f"reviews-{cohort.code}-{stage.key}.csv", head, rows)


def _assign_page(cohort_stage: Any, page: assigning.Choice, form: AssignForm) -> str:
    cohort, stage = cohort_stage
    return render_template(
        "reviews/assign.html",
        cohort=cohort,
        stage=stage,
        page=page,
        form=form,
        narrowed={name: _word(name) for name in FILTERS},
        url=_assign_url(cohort_stage),
    )


def _assign_url(cohort_stage: Any) -> str:
    """Return the page's address with its filters."""
    cohort, stage = cohort_stage
    kept: dict[str, Any] = {name: word for name in FILTERS if (word := _word(name))}
    return url_for("reviews.assign", cohort_code=cohort.code, stage_key=stage.key, **kept)


def _in_time(form: AssignForm, cohort: Any) -> bool:
    try:
        require_due(form.day(), cohort.time_zone, clock.now())
    except DomainError as error:
        form.refuse(error)
    return not form.errors


def _choice(cohort_stage: Any) -> assigning.Choice:
    cohort, stage = cohort_stage
    narrowed = assigning.Filter(**{name: _word(name) for name in FILTERS})
    return assigning.choice(
        db(), actor=actor(), cohort=cohort, stage=stage, narrowed=narrowed, now=clock.now()
    )


def _word(name: str) -> str:
    """Return a filter of the URL; what no database can be asked for counts as nothing."""
    value = request.args.get(name, "")[:100]
    return value if is_storable(value) else ""


@bp.route("/ideas/<code>/conflict", methods=["GET", "POST"])
@allow(Permission.CONFLICT_DECLARE, subject="idea")
@once
def declare_conflict(idea: Any) -> ResponseReturnValue:
    """Declare a conflict of interest: one's own, or as a manager that of a reviewer."""
    manages = may(Permission.REVIEW_READ)
    people = reading.declarable(db(), idea, actor()) if manages else ()
    form = ConflictForm(data={"person": str(actor().id)})
    form.offer(people)
    if form.validate_on_submit():
        whose = form.whose() if manages else actor().id
        try:
            answering.declare_conflict(
                db(), actor=actor(), idea=idea, person_id=whose, reason=form.reason.data or "",
                now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The conflict of interest is declared."), "good")
            to = url_for("reviews.of_idea", code=idea.code) if manages else url_for("reviews.queue")
            return redirect(to, 303)
    declared = reading.declared(db(), idea) if manages else ()
    html = render_template(
        "reviews/conflict.html", idea=idea, form=form, declared=declared, manages=manages
    )
    return html, 422 if form.is_submitted() else 200


@bp.post("/ideas/<code>/conflict/<int:person_id>/withdraw")
@allow(Permission.REVIEW_READ, subject="idea")
def withdraw_conflict(idea: Any, person_id: int) -> ResponseReturnValue:
    """Take a declared conflict back."""
    answering.withdraw_conflict(
        db(), actor=actor(), idea=idea, person_id=person_id, now=clock.now()
    )
    flash(_("The conflict of interest is taken back."), "good")
    return redirect(url_for("reviews.declare_conflict", code=idea.code), 303)
