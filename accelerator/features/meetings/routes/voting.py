"""Deciders vote before the meeting, each alone."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Permission
from accelerator.features.meetings import forms
from accelerator.features.meetings.queries.facts import meeting_facts
from accelerator.features.meetings.queries.votes import PAGE, ballot
from accelerator.features.meetings.routes.blueprint import bp
from accelerator.features.meetings.routes.reading import words
from accelerator.features.meetings.service import voting
from accelerator.features.meetings.service.voting import Cast
from accelerator.i18n import gettext as _
from accelerator.i18n import ngettext
from accelerator.web.errors import flash_error
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db


@bp.get("/votes")
@allow(Permission.VOTE_CAST, subject="gate")
def votes(gate: Any) -> ResponseReturnValue:
    """Show the ideas at the gate with one's own votes, and nobody else's."""
    return _page(gate, {})


@bp.post("/votes")
@allow(Permission.VOTE_CAST, subject="gate")
def cast(gate: Any) -> ResponseReturnValue:
    """Keep one's votes."""
    cohort, stage = gate
    typed = forms.votes()
    try:
        count = voting.vote(
            db(), actor=actor(), cohort=cohort, stage=stage, cast=typed, now=clock.now()
        )
    except DomainError as error:
        flash_error(error)
        return _page(gate, typed), 422
    if count:
        flash(ngettext("%(num)s vote saved.", "%(num)s votes saved.", count), "good")
    else:
        flash(_("Your votes stand as they were."), "info")
    return redirect(
        url_for(
            "meetings.votes", cohort_code=cohort.code, stage_key=stage.key, after=_after() or None
        ),
        303,
    )


def _page(gate: Any, typed: Cast) -> str:
    cohort, stage = gate
    return render_template(
        "meetings/votes.html",
        cohort=cohort, stage=stage, found=meeting_facts(db(), cohort, stage), typed=typed,
        page=ballot(db(), actor(), cohort, stage, after=_after()), size=PAGE, **words(),
    )  # fmt: skip


def _after() -> int:
    return min(max(0, request.args.get("after", 0, type=int)), 10**6)
