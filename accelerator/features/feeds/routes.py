"""Calendar addresses, and the calendars that stand behind them."""

from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock
from accelerator.activity import ics
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.feeds import queries, service
from accelerator.i18n import gettext as _
from accelerator.i18n import speaking
from accelerator.standing import agenda
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow, public
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db

bp = Blueprint("feeds", __name__)
LONGEST = 100


@bp.get("/calendar")
@allow(Permission.CALENDAR_OWN)
def index() -> ResponseReturnValue:
    """Show which calendars one can have, and which have an address."""
    return _page()


@bp.post("/calendar")
@allow(Permission.CALENDAR_OWN)
@once
def make() -> ResponseReturnValue:
    """Make the address of one's own calendar, or a new one; this answer alone shows it."""
    secret = service.make(db(), actor=actor(), cohort=None, now=clock.now())
    return _page(secret)


@bp.post("/cohorts/<cohort_code>/calendar")
@allow(Permission.CALENDAR_COHORT, subject="cohort")
@once
def make_cohort(cohort: Any) -> ResponseReturnValue:
    """Make the address of a cohort's calendar, or a new one; this answer alone shows it."""
    secret = service.make(db(), actor=actor(), cohort=cohort, now=clock.now())
    return _page(secret, cohort.code)


@bp.post("/calendar/<int:feed_id>/revoke")
@allow(Permission.CALENDAR_OWN)
def revoke(feed_id: int) -> ResponseReturnValue:
    """End an address."""
    try:
        service.revoke(db(), actor=actor(), feed_id=feed_id, now=clock.now())
        flash(_("The address is revoked. Calendars that used it show nothing new."), "good")
    except DomainError as error:
        flash_error(error)
    return redirect(url_for("feeds.index"), 303)


@bp.get("/calendar/<token>.ics")
@public
def show(token: str) -> ResponseReturnValue:
    """Answer a calendar program with what its person may see now; nobody is signed in here."""
    found = agenda.read_feed(db(), token, now=clock.now()) if len(token) <= LONGEST else None
    if found is None:
        raise NotFound
    with speaking(found.language):
        cohort = found.cohort.pick(found.language) if found.cohort is not None else ""
        name = _("Accelerator: %(cohort)s", cohort=cohort) if cohort else _("Accelerator")
    content = ics.calendar(
        found.entries, reader=found.language, base_url=config().base_url, name=name,
        zone=found.time_zone,
    )  # fmt: skip
    answer = Response(content, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'inline; filename="accelerator.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.set_etag(sha256(content).hexdigest()[:32])
    return answer.make_conditional(request)


def _page(secret: str = "", cohort_code: str = "") -> str:
    own, cohorts = queries.feeds(db(), actor())
    address = f"{config().base_url}{url_for('feeds.show', token=secret)}" if secret else ""
    return render_template(
        "feeds/index.html", own=own, cohorts=cohorts, address=address, made_for=cohort_code,
        milestones=agenda.MILESTONES,
    )  # fmt: skip
