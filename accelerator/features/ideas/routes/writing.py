"""Write an idea: start, edit, autosave, hand in, withdraw."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.answers import CHOSEN, Kind, readable
from accelerator.domain.drafts import stamp
from accelerator.domain.errors import DomainError
from accelerator.domain.intake import unanswered, unmet
from accelerator.domain.policy import Permission
from accelerator.domain.workdays import due_instant
from accelerator.features.ideas.forms import (
    HandInForm,
    StartForm,
    WithdrawForm,
    WriteForm,
    write_form,
)
from accelerator.features.ideas.queries.finding import open_cohorts
from accelerator.features.ideas.queries.finding import similar as similar_to
from accelerator.features.ideas.queries.writing import Writing, is_full, writing
from accelerator.features.ideas.routes.blueprint import bp
from accelerator.features.ideas.service import answering_files, drafts, handing_in
from accelerator.i18n import LANGUAGES
from accelerator.i18n import gettext as _
from accelerator.standing.readiness import short_of_gate
from accelerator.standing.rework import rework_list
from accelerator.standing.wordings import house_texts
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db


def to_page(endpoint: str, idea: Any, **values: Any) -> ResponseReturnValue:
    """Send to a page of the idea after a post."""
    return redirect(url_for(f"ideas.{endpoint}", code=idea.code, **values), 303)


@bp.get("/ideas/new")
@allow(Permission.IDEA_CREATE)
def new() -> ResponseReturnValue:
    """Ask for the little that a draft needs."""
    return _start_page(StartForm(formdata=None, data={"title": request.args.get("title", "")}))


@bp.post("/ideas/new")
@allow(Permission.IDEA_CREATE)
@once
def start() -> ResponseReturnValue:
    """Make the draft and go on writing."""
    form = StartForm()
    if not form.validate():
        return _start_page(form), 422
    try:
        idea = drafts.start(
            db(),
            actor=actor(),
            cohort_code=form.cohort.data or "",
            title=form.title.data or "",
            summary=form.summary.data or "",
            now=clock.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return _start_page(form), 422
    flash(_("Your draft %(code)s is saved. Go on whenever you like.", code=idea.code), "good")
    return to_page("edit", idea)


def _start_page(form: StartForm) -> str:
    cohorts = open_cohorts(db(), actor=actor(), now=clock.now())
    form.offer(cohorts, request.args.get("cohort", ""))
    alike = similar_to(db(), actor=actor(), text=form.title.data or "")
    return render_template("ideas/new.html", form=form, cohorts=cohorts, rows=alike)


def _side(idea: Any) -> str:
    wanted = request.args.get("language", idea.language)
    return wanted if wanted in LANGUAGES else str(idea.language)


@bp.get("/ideas/<code>/edit")
@allow(Permission.IDEA_EDIT, subject="idea")
def edit(idea: Any) -> ResponseReturnValue:
    """Show the form of the stage the idea is in, in one language; `check` marks what is missing."""
    written, side = writing(db(), idea), _side(idea)
    form = write_form(written, written.shown(side))
    if "check" in request.args:
        _mark(form, written)
    return _edit_page(idea, written, form, side)


def _mark(form: WriteForm, written: Writing) -> None:
    """Say at each field what keeps the idea from being handed in."""
    for lack in written.lacks():
        if lack.field in form:
            form[lack.field].errors = [_(lack.message, **lack.values)]


@bp.post("/ideas/<code>/edit")
@allow(Permission.IDEA_EDIT, subject="idea")
def save(idea: Any) -> ResponseReturnValue:
    """Save by a button; the same text twice is the same text."""
    written, side = writing(db(), idea, sent=_sent()), _side(idea)
    form = write_form(written)
    if not form.validate():
        return _edit_page(idea, written, form, side, seen=request.form.get("version", "")), 422
    refused = _attach(idea, written)
    try:
        _save(idea, written, form, side)
    except drafts.Clash as clash:
        kept = written.shown(side) | clash.kept
        page = _edit_page(idea, written, write_form(written, kept), side, clash=clash)
        return page, 409
    onward = request.form.get("next", "")
    if refused:
        return _refused_page(idea, side, refused)
    if onward.startswith("remove:"):
        _remove(idea, written, onward)
    if onward in ("submit", "answer"):
        return to_page(onward, idea)
    if onward in LANGUAGES:
        return to_page("edit", idea, language=onward)
    flash(_("Saved."), "good")
    return to_page("edit", idea, language=side)


@bp.post("/ideas/<code>/autosave")
@allow(Permission.IDEA_EDIT, subject="idea")
def autosave(idea: Any) -> ResponseReturnValue:
    """Save after a pause in typing; the answer is the form's new stamp."""
    written, side = writing(db(), idea, sent=_sent()), _side(idea)
    form = write_form(written)
    if not form.validate():
        return {"error": _("This could not be saved."), "fields": form.errors}, 422
    try:
        version = _save(idea, written, form, side)
    except drafts.Clash as clash:
        return {"error": _(clash.message), "theirs": clash.theirs, "mine": clash.mine}, 409
    return {"version": version, "saved_at": clock.now().isoformat()}


def _sent() -> set[str]:
    """Return the names of what was sent; some of it may have been removed since."""
    return {*request.form, *request.files}


def _save(idea: Any, written: Writing, form: WriteForm, side: str) -> str:
    return drafts.save(
        db(),
        actor=actor(),
        idea=idea,
        side=side,
        typed=form.typed(written),
        seen=request.form.get("version", ""),
        now=clock.now(),
    )


def _attach(idea: Any, written: Writing) -> dict[str, DomainError]:
    """Attach the files that were sent for questions; return what was refused, by field."""
    refused: dict[str, DomainError] = {}
    for question in written.questions:
        for upload in request.files.getlist(question.field):
            if not upload.filename or question.asked.kind is not Kind.FILE:
                continue
            try:
                answering_files.give_file(
                    db(), actor=actor(), idea=idea, question_id=question.id,
                    name=upload.filename, file=upload.stream, limit=config().upload_limit,
                    store_url=config().store_url, now=clock.now(),
                )  # fmt: skip
            except DomainError as error:
                refused[question.field] = error
    return refused


def _refused_page(idea: Any, side: str, refused: dict[str, DomainError]) -> ResponseReturnValue:
    """Show which files were not taken; the text is saved."""
    written = writing(db(), idea, sent=_sent())
    form = write_form(written, written.shown(side))
    for name, error in refused.items():
        form[name].errors = [_(error.message, **error.values)]
    too_large = any(error.code == "file_too_large" for error in refused.values())
    return _edit_page(idea, written, form, side), 413 if too_large else 422


def _remove(idea: Any, written: Writing, onward: str) -> None:
    """Take one file out of an answer: "remove:<field>:<number>"."""
    _word, field, number = [*onward.split(":", 2), "", ""][:3]
    for question in written.questions:
        if question.field == field and question.asked.kind is Kind.FILE:
            answering_files.take_file(
                db(), actor=actor(), idea=idea, question=question,
                attachment_id=stored_number(number), now=clock.now(),
            )  # fmt: skip


def _edit_page(
    idea: Any,
    written: Writing,
    form: WriteForm,
    side: str,
    *,
    seen: str | None = None,
    clash: drafts.Clash | None = None,
) -> str:
    return render_template(
        "ideas/edit.html",
        idea=idea,
        written=written,
        form=form,
        side=side,
        other=written.stored("en" if side == "ja" else "ja"),
        seen=stamp(written.stored(side)) if seen is None else seen,
        clash=clash,
        asked_now=written.asked_now(),
        leading={q.asked.condition.question for q in written.asks if q.asked.condition},
        reads=lambda question: readable(question.asked, question.given),
        due_at=due_instant(written.due_on, written.zone),
    )


@bp.get("/ideas/<code>/submit")
@allow(Permission.IDEA_SUBMIT, subject="idea")
def submit(idea: Any) -> ResponseReturnValue:
    """Show what will be handed in, and what is still missing."""
    return submit_page(idea, HandInForm(formdata=None, data={"version": idea.version}))


@bp.post("/ideas/<code>/submit")
@allow(Permission.IDEA_SUBMIT, subject="idea")
@once
def hand_in(idea: Any) -> ResponseReturnValue:
    """Hand the idea in."""
    form = HandInForm()
    try:
        handing_in.hand_in(
            db(),
            actor=actor(),
            idea=idea,
            seen=stored_number(form.version.data),
            now=clock.now(),
        )
    except DomainError as error:
        form = HandInForm(formdata=None, data={"version": idea.version})
        form.refuse(error)
        return submit_page(idea, form), 422
    if idea.state == "waiting":
        flash(_("Handed in. Thank you! You see below where the idea stands in line."), "good")
    else:
        flash(_("Handed in. Thank you! You see below who acts next, and by when."), "good")
    return to_page("show", idea)


def submit_page(idea: Any, form: HandInForm) -> str:
    """Render what will be handed in, with a refused form."""
    written = writing(db(), idea)
    return render_template(
        "ideas/submit.html",
        idea=idea,
        written=written,
        form=form,
        lacks=written.lacks(),
        ticked={q.field for q in written.questions if q.asked.kind in CHOSEN},
        asked_now=written.asked_now(),
        reads=lambda question: readable(question.asked, question.given),
        due_at=due_instant(written.due_on, written.zone),
        open=written.place.passage == "open",
        unanswered=[one.key for one in unanswered(written.eligibility, written.said)],
        unmet=list(unmet(written.eligibility, written.said)),
        todo=rework_list(db(), idea),
        short=short_of_gate(db(), idea, now=clock.now()),
        dimension_names={text.dimension: text.name for text in house_texts()},
        full=is_full(db(), written) if written.place.idea == "draft" else False,
    )


@bp.get("/ideas/<code>/withdraw")
@allow(Permission.IDEA_WITHDRAW, subject="idea")
def withdraw(idea: Any) -> ResponseReturnValue:
    """Ask for the reason."""
    return render_template("ideas/withdraw.html", idea=idea, form=WithdrawForm(formdata=None))


@bp.post("/ideas/<code>/withdraw")
@allow(Permission.IDEA_WITHDRAW, subject="idea")
@once
def take_back(idea: Any) -> ResponseReturnValue:
    """Withdraw the idea."""
    form = WithdrawForm()
    if not form.validate():
        return render_template("ideas/withdraw.html", idea=idea, form=form), 422
    try:
        handing_in.withdraw(
            db(), actor=actor(), idea=idea, reason=form.reason.data or "", now=clock.now()
        )
    except DomainError as error:
        form.refuse(error)
        return render_template("ideas/withdraw.html", idea=idea, form=form), 422
    flash(_("Withdrawn. Nothing was deleted; your text stays here."), "good")
    return to_page("show", idea)
