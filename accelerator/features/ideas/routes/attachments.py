"""Files of an idea: attached, downloaded, removed."""

from typing import Any
from urllib.parse import quote

from flask import Response, flash, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock
from accelerator.activity import attachments
from accelerator.domain.anonymity import neutral_name
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.ideas.forms import AttachForm
from accelerator.features.ideas.queries.attachments import may_download
from accelerator.features.ideas.routes.blueprint import bp
from accelerator.features.ideas.routes.reading import idea_page
from accelerator.features.ideas.routes.writing import to_page
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow, may
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db


@bp.post("/ideas/<code>/attachments")
@allow(Permission.IDEA_EDIT, subject="idea")
@once
def attach(idea: Any) -> ResponseReturnValue:
    """Take a file in."""
    form = AttachForm()
    if not form.validate():
        return idea_page(idea, attach=form), 422
    upload = form.file.data
    try:
        attachments.attach(
            db(),
            actor=actor(),
            idea=idea,
            name=upload.filename or "",
            file=upload.stream,
            limit=config().upload_limit,
            store_url=config().store_url,
            now=clock.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return idea_page(idea, attach=form), 413 if error.code == "file_too_large" else 422
    flash(_("The file is attached."), "good")
    return to_page("show", idea, _anchor="files")


@bp.get("/ideas/<code>/attachments/<int:attachment_id>")
@allow(Permission.IDEA_VIEW, subject="attachment")
def attachment(attachment: Any) -> ResponseReturnValue:
    """Give a file out, always as a download."""
    if not may_download(db(), attachment, in_team=may(Permission.IDEA_EDIT)):
        raise NotFound
    stream = attachments.content(attachment, store_url=config().store_url)
    answer = Response(stream, mimetype=attachment.media_type)
    answer.headers["Content-Length"] = str(attachment.size)
    name = attachment.name
    if not may(Permission.TEAM_VIEW):
        name = neutral_name(name, (request.view_args or {})["code"], attachment.id)
    answer.headers["Content-Disposition"] = disposition(name)
    return answer


def disposition(name: str) -> str:
    """Name a download: plainly for old clients, exactly for all others (RFC 6266 and 8187)."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%;' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@bp.post("/ideas/<code>/attachments/<int:attachment_id>/remove")
@allow(Permission.IDEA_EDIT, subject="attachment")
@once
def remove_attachment(attachment: Any) -> ResponseReturnValue:
    """Take a file out of the idea."""
    idea = attachments.remove(db(), actor=actor(), attachment=attachment, now=clock.now())
    flash(_("The file is removed. What was handed in with it keeps it."), "good")
    return to_page("show", idea, _anchor="files")
