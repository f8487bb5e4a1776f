"""The reviewer's answer: yes, no, another date, or a colleague instead; one button for each."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.domain.reviews import DeclineReason
from accelerator.features.reviews.forms import REASONS, DeclineForm, HandOverForm, OtherDateForm
from accelerator.features.reviews.queries import answer as answers
from accelerator.features.reviews.queries.workspace import facts
from accelerator.features.reviews.routes.blueprint import bp
from accelerator.features.reviews.service import answering, arranging
from accelerator.i18n import gettext as _
from accelerator.web.errors import flash_error
from accelerator.web.forms import Form
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.get("/ideas/<code>/review/answer")
@allow(Permission.REVIEW_WRITE, subject="review")
def answer(review: Any) -> ResponseReturnValue:
    """Show what is asked, with one button for each answer."""
    return _page(review)


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


@bp.post("/ideas/<code>/review/decline")
@allow(Permission.REVIEW_WRITE, subject="review")
@once
def decline(review: Any) -> ResponseReturnValue:
    """Say no to a review, for one of three reasons."""
    form = DeclineForm()
    return _answered(
        review,
        form,
        lambda: answering.decline(
            db(), actor=actor(), assignment=review, reason=DeclineReason(form.reason.data or ""),
            note=form.note.data or "", now=clock.now(),
        ),
        _("You declined. Thank you for saying so early."),
    )  # fmt: skip


@bp.post("/ideas/<code>/review/date")
@allow(Permission.REVIEW_WRITE, subject="review")
@once
def ask_date(review: Any) -> ResponseReturnValue:
    """Ask for another date."""
    form = OtherDateForm()
    return _answered(
        review,
        form,
        lambda: arranging.ask_date(
            db(), actor=actor(), assignment=review, asked_due_on=form.day(),
            reason=form.reason.data or "", now=clock.now(),
        ),
        _("The programme managers were asked. Until they answer, the old date holds."),
    )  # fmt: skip


@bp.post("/ideas/<code>/review/hand-over")
@allow(Permission.REVIEW_WRITE, subject="review")
@once
def hand_over(review: Any) -> ResponseReturnValue:
    """Give a review to a colleague."""
    form = HandOverForm()
    return _answered(
        review,
        form,
        lambda: arranging.hand_over(
            db(), actor=actor(), assignment=review, colleague_id=form.whose(),
            note=form.note.data or "", now=clock.now(),
        ),
        _("The review is handed over. Your colleague and the programme managers hear of it."),
    )  # fmt: skip


def _answered(
    review: Any, form: Form, change: Callable[[], object], done: str
) -> ResponseReturnValue:
    """Do what was answered and go back to the queue; else show the page with what was typed."""
    if form.carry_out(change):
        flash(done, "good")
        return redirect(url_for("reviews.queue"), 303)
    return _page(review, form), 422


def _page(review: Any, tried: Form | None = None) -> str:
    page = answers.answer(db(), review)
    if page.idea.gone:
        return render_template("reviews/gone.html", page=page.idea)
    forms: dict[str, Any] = {
        name: tried if isinstance(tried, kind) else kind(formdata=None)
        for name, kind in (("no", DeclineForm), ("date", OtherDateForm), ("over", HandOverForm))
    }
    forms["over"].offer(page.colleagues)
    return render_template(
        "reviews/answer.html", page=page, idea=page.idea, reasons=REASONS.items(), **forms
    )
