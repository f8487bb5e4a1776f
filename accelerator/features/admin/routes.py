"""Messages and the audit log, for administrators."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock
from accelerator.activity.outbox import STATES
from accelerator.activity.post import file_box
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.admin import queries, service
from accelerator.features.admin.kinds import KINDS
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.errors import flash_error
from accelerator.web.forms import is_storable
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import config, db

bp = Blueprint("admin", __name__)
LARGEST_ID = 2**63 - 1


def _word(name: str) -> str:
    text = request.args.get(name, "")[:100].strip()
    return text if is_storable(text) else ""


def _one_of(name: str, known: object) -> str:
    text = request.args.get(name, "")
    return text if text in known else ""  # type: ignore[operator]


def _after() -> int | None:
    after = request.args.get("after", type=int)
    return after if after is not None and 0 < after <= LARGEST_ID else None


@bp.get("/admin/messages")
@allow(Permission.MESSAGES_VIEW)
def messages() -> ResponseReturnValue:
    """List messages by state, channel and receiver."""
    chosen = {
        "state": _one_of("state", STATES),
        "channel": _one_of("channel", queries.CHANNELS),
        "words": _word("q"),
    }
    page = queries.messages(db(), actor=actor(), **chosen, after=_after(), now=clock.now())
    return render_template("admin/messages.html", page=page, chosen=chosen)


@bp.get("/admin/messages/<int:delivery_id>")
@allow(Permission.MESSAGES_VIEW)
def message(delivery_id: int) -> ResponseReturnValue:
    """Show one message, its state and its text."""
    found = _found(delivery_id)
    return render_template("admin/message.html", message=found, file=_file(found) is not None)


@bp.get("/admin/messages/<int:delivery_id>/file")
@allow(Permission.MESSAGES_VIEW)
def message_file(delivery_id: int) -> ResponseReturnValue:
    """Hand out a message of the file mailbox, as mail programs open it."""
    content = _file(_found(delivery_id))
    if content is None:
        raise NotFound
    name = f"message-{delivery_id}.eml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="message/rfc822", headers=headers)


@bp.post("/admin/messages/resend")
@allow(Permission.MESSAGES_VIEW)
def resend_all() -> ResponseReturnValue:
    """Put every failed mail in line again."""
    return _resend(None, url_for("admin.messages"))


@bp.post("/admin/messages/<int:delivery_id>/resend")
@allow(Permission.MESSAGES_VIEW)
def resend(delivery_id: int) -> ResponseReturnValue:
    """Put one failed mail in line again."""
    _found(delivery_id)
    return _resend(delivery_id, url_for("admin.message", delivery_id=delivery_id))


@bp.get("/admin/audit")
@allow(Permission.AUDIT_VIEW)
def audit() -> ResponseReturnValue:
    """List what happened by kind, by who acted and by idea; on request prove the seals."""
    chosen = {"kind": _one_of("kind", KINDS), "words": _word("q"), "code": _word("idea").upper()}
    page = queries.audit(db(), actor=actor(), **chosen, after=_after())
    proof = queries.seals(db()) if request.args.get("prove") else None
    kinds = sorted(((kind, _(label)) for kind, label in KINDS.items()), key=lambda pair: pair[1])
    return render_template("admin/audit.html", page=page, chosen=chosen, proof=proof, kinds=kinds)


def _resend(delivery_id: int | None, back: str) -> ResponseReturnValue:
    try:
        count = service.resend(db(), actor=actor(), delivery_id=delivery_id, now=clock.now())
    except DomainError as error:
        flash_error(error)
    else:
        text = ngettext("%(num)s mail is in line again.", "%(num)s mails are in line again.", count)
        flash(text, "good")
    return redirect(back, 303)


def _found(delivery_id: int) -> queries.Message:
    if delivery_id > LARGEST_ID:
        abort(404)
    found = queries.message(
        db(), actor=actor(), delivery_id=delivery_id, base_url=config().base_url
    )
    if found is None:
        raise NotFound
    return found


def _file(message: queries.Message) -> bytes | None:
    """Return the message's file, in the demonstration's mailbox only: it holds live links."""
    box = file_box(config().mail_url)
    if config().production or box is None or message.message_id is None:
        return None
    return box.content_of(message.message_id)
