"""A programme leaves as a file, comes in from one, or is copied."""

from contextlib import closing
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain import checklist
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.outlines import service
from accelerator.features.outlines.forms import CloneForm, ImportForm
from accelerator.features.outlines.routes.blueprint import bp
from accelerator.i18n import N_
from accelerator.i18n import gettext as _
from accelerator.standing.outlines import reading, rows, writing
from accelerator.web.guard import allow, may
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import db


@bp.get("/programmes/<programme_key>/template.yaml")
@allow(Permission.PROGRAMME_CREATE, subject="programme")
def export(programme: Any) -> ResponseReturnValue:
    """Give a programme as one file."""
    text = writing.write(rows.read(db(), programme))
    name = f"{programme.key}.yaml"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(text, mimetype="application/yaml", headers=headers)


@bp.route("/programmes/import", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_CREATE)
@once
def bring_in() -> ResponseReturnValue:
    """Take a file or a text, show what it holds, and make a programme of it."""
    form = ImportForm()
    if not form.is_submitted():
        return _import_page(form)
    valid = form.validate()
    text, (outline, faults) = _sent(form)
    if text is None:
        form.refuse(DomainError("no_file", N_("Choose a file, or paste its text."), field="file"))
    if not valid or text is None or faults:
        return _import_page(form, outline, faults, text or ""), 422
    if "create" not in request.form:
        form.key.data = form.key.data or _suggested(outline)
        return _import_page(form, outline, (), text)
    try:
        programme = service.bring_in(
            db(), actor=actor(), outline=outline, key=_chosen_key(form), name=form.name(),
            now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        form.refuse(error)
        return _import_page(form, outline, (), text), 422
    flash(_("The programme was created. Read its stages, then set up a cohort."), "good")
    return redirect(url_for("programmes.show", programme_key=programme.key), 303)


def _sent(form: ImportForm) -> tuple[str | None, reading.Found]:
    """Read what was sent: a file comes before a text, and its text goes into the form."""
    if form.file.data:
        with closing(form.file.data) as file:
            text, found = reading.read_bytes(file.read(reading.MOST_BYTES + 1))
        form.text.data = text
        return text, found
    if form.text.data:
        return form.text.data, reading.read_text(form.text.data)
    return None, ({}, ())


def _suggested(outline: dict[str, Any]) -> str:
    return (outline["key"] or "").replace("_", "-")


def _chosen_key(form: ImportForm) -> str:
    if not form.key.data:
        raise DomainError("no_key", N_("This field is required."), field="key")
    return str(form.key.data)


def _import_page(
    form: ImportForm, outline: dict[str, Any] | None = None, faults: Any = (), text: str = ""
) -> str:
    good = outline if outline and not faults else None
    return render_template(
        "outlines/import.html",
        form=form,
        outline=good,
        faults=faults,
        lines=text.splitlines(),
        missing=checklist.check(good, None, None) if good else None,
    )


@bp.route("/programmes/<programme_key>/clone", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_CREATE, subject="programme")
@once
def clone(programme: Any) -> ResponseReturnValue:
    """Copy a programme."""
    form = CloneForm()
    if not form.is_submitted():
        form.name_ja.data, form.name_en.data = programme.name.ja, programme.name.en
    with_roles = may(Permission.ROLES_GIVE)
    made = []
    if form.carry_out(
        lambda: made.append(
            service.clone(
                db(), actor=actor(), source=programme, key=form.key.data or "", name=form.name(),
                with_roles=with_roles and bool(form.roles.data), now=clock.now(),
            )
        )
    ):  # fmt: skip
        flash(_("The copy is made. Change what you like, then set up a cohort."), "good")
        return redirect(url_for("programmes.show", programme_key=made[0].key), 303)
    page = render_template(
        "outlines/clone.html", programme=programme, form=form, with_roles=with_roles
    )
    return page, 422 if form.errors else 200
