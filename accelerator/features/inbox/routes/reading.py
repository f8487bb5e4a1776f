"""The inbox. Looking at it changes nothing; opening a notice is a post that leads to its page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.activity.letters import Reader
from accelerator.domain.notices import Kind
from accelerator.domain.policy import Permission
from accelerator.features.inbox import queries
from accelerator.features.inbox.forms import KINDS
from accelerator.features.inbox.routes.blueprint import bp
from accelerator.features.inbox.service import reading
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.web.forms import stored_number
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db

LARGEST_ID = 2**63 - 1


@bp.get("/inbox")
@allow(Permission.INBOX_READ)
def index() -> ResponseReturnValue:
    """List the reader's notices: the unread ones, or all."""
    everything = request.args.get("show") == "all"
    after = request.args.get("after", type=int)
    kind = request.args.get("kind", "")
    reader = Reader(actor().display_name, language(), actor().time_zone)
    page = queries.notices(
        db(),
        person_id=actor().id,
        reader=reader,
        unread=not everything,
        kind=kind if kind in set(Kind) else "",
        after=after if after is not None and 0 < after <= LARGEST_ID else None,
    )
    return render_template(
        "inbox/index.html", page=page, everything=everything, kinds=KINDS, kind=page.kind
    )


@bp.post("/inbox/read")
@allow(Permission.INBOX_READ)
def read() -> ResponseReturnValue:
    """Mark as read: all that were shown (`until`), or one (`notice`), which may be opened too."""
    until, notice_id = (
        stored_number(request.form.get(name), digits=18) for name in ("until", "notice")
    )
    back = url_for(
        "inbox.index",
        show=request.form.get("show") or None,
        kind=request.form.get("kind") or None,
    )
    if until:
        kind = request.form.get("kind", "")
        reading.read_all(db(), actor=actor(), until=until, kind=kind, now=clock.now())
        flash(_("Everything you were shown is marked as read."), "good")
        return redirect(back, 303)
    path = reading.read_one(db(), actor=actor(), notice_id=notice_id, now=clock.now())
    return redirect(path if path and "open" in request.form else back, 303)
