"""The reviewer: the queue, the workspace."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.domain.reviews import GONE, AssignmentState, Incomplete
from accelerator.features.reviews.forms import DIGITS, ReviewForm, review_form
from accelerator.features.reviews.queries import beside as besides
from accelerator.features.reviews.queries import changes as comparing
from accelerator.features.reviews.queries import marks as marking
from accelerator.features.reviews.queries import queue as queues
from accelerator.features.reviews.queries import workspace as workspaces
from accelerator.features.reviews.queries.workspace import (
    Facts,
    facts,
    rubric,
    wording,
)
from accelerator.features.reviews.routes.blueprint import bp
from accelerator.features.reviews.service import inquiring, writing
from accelerator.i18n import gettext as _
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db, keep

CODE = 20

# The reviewer's queue


@bp.get("/reviews")
@allow(Permission.REVIEW_QUEUE)
def queue() -> ResponseReturnValue:
    """Show what waits for an answer, what is to do, what is done."""
    after = _number(request.args.get("after", ""))
    page = queues.queue(db(), actor(), after=after, today=clock.now().date())
    return render_template("reviews/queue.html", page=page, after=after)


@bp.get("/reviews/next")
@allow(Permission.REVIEW_QUEUE)
def next_review() -> ResponseReturnValue:
    """Go to the open review of the least covered idea, or to the queue when none is left.

    With `turn`, go to the one before or after an idea, in the same order.
    """
    after = request.args.get("after", "")[:CODE]
    step = {"on": 1, "back": -1}.get(request.args.get("turn", ""))
    if step and is_storable(after):
        code = queues.neighbour(db(), actor(), after, step=step)
    else:
        code = queues.next_code(db(), actor(), after=after if is_storable(after) else "")
    return redirect(url_for("reviews.workspace", code=code) if code else url_for("reviews.queue"))


@bp.get("/reviews/marks")
@allow(Permission.REVIEW_QUEUE)
def own_marks() -> ResponseReturnValue:
    """Show somebody, and nobody else, how they mark beside all the others."""
    return render_template("reviews/marks.html", stages=marking.own_marks(db(), actor()))


# The workspace


@bp.get("/ideas/<code>/review")
@allow(Permission.REVIEW_WRITE, subject="review")
def workspace(review: Any) -> ResponseReturnValue:
    """Show idea and rubric side by side; a submitted review is read until one asks to change it."""
    return _show(review)


@bp.post("/ideas/<code>/review")
@allow(Permission.REVIEW_WRITE, subject="review")
@once
def write(review: Any) -> ResponseReturnValue:
    """Do what the button says with all that was typed: submit, save, skip, or ask the team."""
    found = facts(db(), review, hold=True)
    lines = rubric(db(), found.stage.id)
    form = review_form(lines)
    verb = request.form.get("action", "save")
    if not form.validate():
        return _show(review, found, form), 422
    what = _typed(form, review, found)
    try:
        if verb == "skip":
            writing.skip(db(), **what)
            return redirect(url_for("reviews.next_review", after=found.idea.code), 303)
        if verb == "ask":
            return _ask(form, review, found, what)
        if verb == "save":
            saved = writing.save(db(), **what)
        else:
            form.require_words(wording(lines))
            saved = writing.submit(db(), rubric=lines, **what)
    except Incomplete as error:
        writing.save(db(), **what)
        keep()  # what was typed is not lost for what is missing
        for one in error.errors:
            form.refuse(one)
        return _show(review, form=form), 422
    except Stale as error:
        return _show(review, found, form, stale=error), 409
    _tell(found, saved, verb)
    after = url_for("reviews.next_review", after=found.idea.code)
    here = url_for("reviews.workspace", code=found.idea.code)
    return redirect(after if verb == "next" and saved.submitted else here, 303)


def _typed(form: ReviewForm, review: Any, found: Facts) -> dict[str, Any]:
    return {
        "actor": actor(), "assignment": review, "found": found, "text": form.text(),
        "version": form.version.data or 0, "opened": form.opened_at(), "now": clock.now(),
    }  # fmt: skip


def _ask(form: ReviewForm, review: Any, found: Facts, what: dict[str, Any]) -> ResponseReturnValue:
    """Ask the team, and keep the review as it stands."""
    writing.save(db(), **what)
    keep()
    try:
        inquiring.ask(
            db(), actor=actor(), assignment=review, found=found,
            text=form.question.data or "", now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        form.refuse(error)
        return _show(review, form=form), 422
    flash(_("The team was asked. The answer comes back here and to your queue."), "good")
    here = url_for("reviews.workspace", code=found.idea.code, _anchor="questions")
    return redirect(here, 303)


@bp.post("/ideas/<code>/review/autosave")
@allow(Permission.REVIEW_WRITE, subject="review")
def autosave(review: Any) -> ResponseReturnValue:
    """Keep what was typed half a second ago; answers in JSON."""
    found = facts(db(), review)
    form = review_form(rubric(db(), found.stage.id))
    if not form.validate():
        return {"errors": form.errors}, 422
    saved = writing.save(db(), **_typed(form, review, found))
    answer = {"version": saved.version, "saved_at": saved.saved_at.isoformat()}
    if review.state in GONE or not found.open:
        answer["note"] = _("This review was closed meanwhile. Your text is kept; only you see it.")
    return answer


@bp.get("/ideas/<code>/review/changes")
@allow(Permission.REVIEW_WRITE, subject="review")
def changes(review: Any) -> ResponseReturnValue:
    """Show what changed since the version this reviewer reviewed last time."""
    found = facts(db(), review)
    before = besides.beside(db(), review, found).before
    if review.state in GONE or before is None:
        raise NotFound
    piece = "HX-Request" in request.headers
    return render_template(
        "reviews/_changes.html" if piece else "reviews/changes.html",
        idea=found.idea,
        before=before,
        changes=comparing.changes(db(), found, before),
    )


def _show(
    review: Any,
    found: Facts | None = None,
    form: ReviewForm | None = None,
    *,
    stale: Stale | None = None,
) -> str:
    found = found or facts(db(), review)
    page = workspaces.workspace(db(), review, found, rubric(db(), found.stage.id))
    if page.gone:
        return render_template("reviews/gone.html", page=page)
    beside = besides.beside(db(), review, found)
    submitted = page.state is AssignmentState.SUBMITTED
    posted = request.method == "POST"
    if page.open and (not submitted or posted or "change" in request.args):
        form = form or review_form(page.rubric, page.text)
        opened = form.opened.data or int(clock.now().timestamp())
        return render_template(
            "reviews/workspace.html", page=page, beside=beside, form=form, stale=stale,
            opened=opened, wording=wording(page.rubric),
        )  # fmt: skip
    return render_template("reviews/written.html", page=page, beside=beside)


def _tell(found: Facts, saved: writing.Saved, verb: str) -> None:
    if saved.submitted and saved.late:
        flash(_("Submitted. It came after its date and is marked as late; it counts."), "good")
    elif saved.submitted:
        flash(_("The review of %(code)s is submitted.", code=found.idea.code), "good")
    elif verb == "save" and found.open:
        flash(_("Your text is saved. It is not submitted yet."), "good")
    else:
        flash(_("This review was closed meanwhile. Your text is kept; only you see it."), "warn")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else None
