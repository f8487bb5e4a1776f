"""The reviewer: the queue, the workspace, and the answers yes and no."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.domain.reviews import AssignmentState, DeclineReason, Incomplete
from accelerator.features.reviews.forms import DIGITS, DeclineForm, ReviewForm, review_form
from accelerator.features.reviews.queries import queue as queues
from accelerator.features.reviews.queries import workspace as workspaces
from accelerator.features.reviews.queries.workspace import Facts, Workspace, facts, rubric
from accelerator.features.reviews.routes.blueprint import bp
from accelerator.features.reviews.service import answering, writing
from accelerator.i18n import gettext as _
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db, keep

# The reviewer's queue


@bp.get("/reviews")
@allow(Permission.REVIEW_QUEUE)
def queue() -> ResponseReturnValue:
    """Show what waits for an answer, what is to do, what is done."""
    after = _number(request.args.get("after", ""))
    page = queues.queue(db(), actor(), after=after)
    return render_template("reviews/queue.html", page=page, after=after)


@bp.get("/reviews/next")
@allow(Permission.REVIEW_QUEUE)
def next_review() -> ResponseReturnValue:
    """Go to the open review of the least covered idea, or to the queue when none is left."""
    code = queues.next_code(db(), actor(), after=request.args.get("after", "")[:20])
    return redirect(url_for("reviews.workspace", code=code) if code else url_for("reviews.queue"))


# The workspace


@bp.get("/ideas/<code>/review")
@allow(Permission.REVIEW_WRITE, subject="review")
def workspace(review: Any) -> ResponseReturnValue:
    """Show idea and rubric side by side; a submitted review is read until one asks to change it."""
    return _workspace(_page(review))


@bp.post("/ideas/<code>/review")
@allow(Permission.REVIEW_WRITE, subject="review")
@once
def write(review: Any) -> ResponseReturnValue:
    """Submit the review, and go on to the next one if asked; without a button, only save."""
    found = facts(db(), review)
    lines = rubric(db(), found.stage.id)
    form = review_form(lines)
    verb = request.form.get("action", "save")
    if not form.validate():
        return _workspace(workspaces.workspace(db(), review, found, lines), form), 422
    what: dict[str, Any] = {
        "actor": actor(), "assignment": review, "found": found, "text": form.text(),
        "version": form.version.data or 0, "now": clock.now(),
    }  # fmt: skip
    try:
        if verb == "save":
            saved = writing.save(db(), **what)
        else:
            saved = writing.submit(db(), rubric=lines, **what)
    except Incomplete as error:
        saved = writing.save(db(), **what)
        keep()  # what was typed is not lost for what is missing
        for one in error.errors:
            form.refuse(one)
        return _workspace(_page(review), form), 422
    except Stale as error:
        return _workspace(_page(review), form, stale=error), 409
    _tell(found, saved, verb)
    after = url_for("reviews.next_review", after=found.idea.code)
    here = url_for("reviews.workspace", code=found.idea.code)
    return redirect(after if verb == "next" and saved.submitted else here, 303)


@bp.post("/ideas/<code>/review/autosave")
@allow(Permission.REVIEW_WRITE, subject="review")
def autosave(review: Any) -> ResponseReturnValue:
    """Keep what was typed half a second ago; answers in JSON."""
    found = facts(db(), review)
    form = review_form(rubric(db(), found.stage.id))
    if not form.validate():
        return {"errors": form.errors}, 422
    saved = writing.save(
        db(), actor=actor(), assignment=review, found=found, text=form.text(),
        version=form.version.data or 0, now=clock.now(),
    )  # fmt: skip
    return {"version": saved.version, "saved_at": saved.saved_at.isoformat()}


def _page(review: Any) -> Workspace:
    found = facts(db(), review)
    return workspaces.workspace(db(), review, found, rubric(db(), found.stage.id))


def _workspace(
    page: Workspace, form: ReviewForm | None = None, *, stale: Stale | None = None
) -> str:
    if page.gone:
        return render_template("reviews/gone.html", page=page)
    submitted = page.state is AssignmentState.SUBMITTED
    posted = request.method == "POST"
    if page.open and (not submitted or posted or "change" in request.args):
        form = form or review_form(page.rubric, page.text)
        return render_template("reviews/workspace.html", page=page, form=form, stale=stale)
    return render_template("reviews/written.html", page=page)


def _tell(found: Facts, saved: writing.Saved, verb: str) -> None:
    if saved.submitted and saved.late:
        flash(_("Submitted. It came after its date and is marked as late; it counts."), "good")
    elif saved.submitted:
        flash(_("The review of %(code)s is submitted.", code=found.idea.code), "good")
    elif verb == "save" and found.open:
        flash(_("Your text is saved. It is not submitted yet."), "good")
    else:
        flash(_("This review was closed meanwhile. Your text is kept; only you see it."), "warn")


# Answering


@bp.post("/ideas/<code>/review/accept")
@allow(Permission.REVIEW_WRITE, subject="review")
@once
def accept(review: Any) -> ResponseReturnValue:
    """Say yes to a review."""
    code = facts(db(), review).idea.code
    try:
        answering.accept(db(), actor=actor(), assignment=review, now=clock.now())
    except DomainError as error:
        flash_error(error)
    return redirect(url_for("reviews.workspace", code=code), 303)


@bp.route("/ideas/<code>/review/decline", methods=["GET", "POST"])
@allow(Permission.REVIEW_WRITE, subject="review")
@once
def decline(review: Any) -> ResponseReturnValue:
    """Say no to a review, for one of three reasons."""
    form = DeclineForm()
    if form.validate_on_submit():
        try:
            answering.decline(
                db(), actor=actor(), assignment=review, reason=DeclineReason(form.reason.data),
                note=form.note.data or "", now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("You declined. Thank you for saying so early."), "good")
            return redirect(url_for("reviews.queue"), 303)
    page = _page(review)
    if page.gone:
        return render_template("reviews/gone.html", page=page)
    html = render_template("reviews/decline.html", page=page, form=form)
    return html, 422 if form.is_submitted() else 200


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else None
