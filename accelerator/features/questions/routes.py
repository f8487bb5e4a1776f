"""The designer of a stage's questions: the list, one question, and what a change touches."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock
from accelerator.domain.answers import Kind
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Permission
from accelerator.domain.questions import stepped
from accelerator.features.questions import queries, service
from accelerator.features.questions.forms import KINDS, QuestionForm, form_of
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.meanwhile import meanwhile
from accelerator.web.once import once
from accelerator.web.session import SAFE, db

bp = Blueprint("questions", __name__)
STAGE = "/programmes/<programme_key>/stages/<stage_key>/questions"
QUESTION = f"{STAGE}/<question_key>"


def _stage(programme: Any, key: str) -> Any:
    found = queries.stage_of(db(), programme, key, lock=request.method not in SAFE)
    if found is None or found.removed_at is not None:
        raise NotFound
    return found


def _question(stage: Any, key: str) -> Any:
    found = next((row for row in queries.questions_of(db(), stage) if row.key == key), None)
    if found is None:
        raise NotFound
    return found


def _back(programme: Any, stage: Any, anchor: str = "", moved: str = "") -> ResponseReturnValue:
    here = {"programme_key": programme.key, "stage_key": stage.key, "moved": moved or None}
    return redirect(url_for("questions.index", **here, _anchor=anchor or None), 303)


@bp.get(STAGE)
@allow(Permission.PROGRAMME_EDIT, subject="programme")
def index(programme: Any, stage_key: str) -> ResponseReturnValue:
    """List the questions of a stage in their order, both languages side by side."""
    return _list(programme, _stage(programme, stage_key))


def _list(programme: Any, stage: Any, refused: DomainError | None = None) -> str:
    return render_template(
        "questions/index.html",
        programme=programme,
        page=queries.designer(db(), actor(), stage),
        refused=refused,
        kinds=KINDS,
        moved=request.args.get("moved", request.form.get("move", "")),
    )


@bp.route("/programmes/<programme_key>/stages/<stage_key>/new-question", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def new(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Choose a kind of question, then write it."""
    stage, wanted = _stage(programme, stage_key), request.args.get("kind", "")
    if wanted not in list(Kind):
        return render_template(
            "questions/kinds.html", programme=programme, stage=stage, kinds=KINDS
        )
    kind, form, found, status = Kind(wanted), QuestionForm(), None, 200
    _offer(stage, form, kind)
    if _sent(form):
        try:
            made = service.add(
                db(), actor=actor(), programme=programme, stage=stage, values=form.values(kind),
                seen=request.form.get("confirmed", ""), now=clock.now(),
            )  # fmt: skip
        except service.Touching as error:
            found = error.affected
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The question is asked from now on."), "good")
            return _back(programme, stage, f"question-{made.key}")
    status = 422 if form.errors else status
    if request.method == "GET":
        form.kind.data = str(kind)
        form.currencies.data = ["JPY", "USD"]
    return _page(programme, stage, form, kind, found=found), status


@bp.route(QUESTION, methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def edit(programme: Any, stage_key: str, question_key: str) -> ResponseReturnValue:
    """Change a question; whom it touches is shown before it is saved."""
    stage = _stage(programme, stage_key)
    question = _question(stage, question_key)
    kind, form, found, theirs, status = Kind(question.kind), form_of(question), None, None, 200
    _offer(stage, form, kind, question)
    if _sent(form):
        try:
            service.change(
                db(), actor=actor(), programme=programme, stage=stage, question=question,
                version=form.seen_version(), values=form.values(kind),
                seen=request.form.get("confirmed", ""), now=clock.now(),
            )  # fmt: skip
        except Stale as error:
            saved = form_of(question, saved=True)
            _offer(stage, saved, kind, question)
            theirs, status = meanwhile([form], [saved]), 409
            form.version.process_data(error.version)
        except service.Touching as error:
            found = error.affected
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved."), "good")
            return _back(programme, stage, f"question-{question.key}")
    status = 422 if form.errors else status
    page = _page(programme, stage, form, kind, question=question, found=found, theirs=theirs)
    return page, status


def _sent(form: QuestionForm) -> bool:
    """Say whether the question is to be saved: moving its options about only draws it anew."""
    return "arrange" not in request.form and form.validate_on_submit()


def _offer(stage: Any, form: QuestionForm, kind: Kind, question: Any = None) -> None:
    rows = [row for row in queries.questions_of(db(), stage) if row.removed_at is None]
    above = rows[: rows.index(question)] if question in rows else rows
    form.offer(kind, above, queries.earlier(db(), stage, str(kind)))


def _page(
    programme: Any,
    stage: Any,
    form: QuestionForm,
    kind: Kind,
    *,
    question: Any = None,
    found: queries.Affected | None = None,
    theirs: Any = None,
) -> str:
    return render_template(
        "questions/edit.html", programme=programme, stage=stage, form=form, kind=kind,
        question=question, found=found, meanwhile=theirs, kinds=KINDS,
        hint=queries.lacking(question) if question else [],
    )  # fmt: skip


@bp.post("/programmes/<programme_key>/stages/<stage_key>/order-questions")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
def order(programme: Any, stage_key: str) -> ResponseReturnValue:
    """Put the questions into another order: as dragged, or one of them a step up or down."""
    stage = _stage(programme, stage_key)
    step, _space, key = request.form.get("move", "").partition(" ")
    try:
        service.order(
            db(), actor=actor(), programme=programme, stage=stage,
            keys=stepped(request.form.getlist("order"), key, up=step == "up"),
            seen=request.form.get("seen", ""), now=clock.now(),
        )  # fmt: skip
    except Stale as error:
        return _list(programme, stage, error), 409
    except DomainError as error:
        return _list(programme, stage, error), 422
    return _back(programme, stage, moved=request.form.get("move", ""))


@bp.route(f"{QUESTION}/remove", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def remove(programme: Any, stage_key: str, question_key: str) -> ResponseReturnValue:
    """Show whom removing a question touches, then remove it."""
    stage = _stage(programme, stage_key)
    question = _question(stage, question_key)
    if question.removed_at is not None:
        return _back(programme, stage, "removed")
    if request.method == "POST":
        service.remove(
            db(), actor=actor(), programme=programme, stage=stage, question=question,
            now=clock.now(),
        )  # fmt: skip
        flash(_("The question is no longer asked. Its answers are kept."), "good")
        return _back(programme, stage, "removed")
    rows = queries.questions_of(db(), stage)
    return render_template(
        "questions/remove.html", programme=programme, stage=stage, question=question,
        found=service.removing(db(), actor(), stage, question),
        followers=[
            row for row in rows
            if row.removed_at is None and (row.condition or {}).get("question") == question.key
        ],
    )  # fmt: skip


@bp.post(f"{QUESTION}/restore")
@allow(Permission.PROGRAMME_EDIT, subject="programme")
@once
def restore(programme: Any, stage_key: str, question_key: str) -> ResponseReturnValue:
    """Ask a removed question again."""
    stage = _stage(programme, stage_key)
    question = _question(stage, question_key)
    try:
        service.restore(
            db(), actor=actor(), programme=programme, stage=stage, question=question,
            seen=request.form.get("confirmed", ""), now=clock.now(),
        )  # fmt: skip
    except service.Touching as error:
        return render_template(
            "questions/restore.html", programme=programme, stage=stage, question=question,
            found=error.affected,
        )  # fmt: skip
    flash(_("The question is asked again, with the answers it had."), "good")
    return _back(programme, stage, f"question-{question.key}")
