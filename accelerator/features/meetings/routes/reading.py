"""The pages of a meeting: its list, one idea a screen, the pack to print, the record."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator import clock
from accelerator.domain.conflicts import REASONS
from accelerator.domain.meeting import WHY, Group
from accelerator.domain.policy import Permission
from accelerator.features.meetings.forms import ItemForm, PrepareForm, TimeForm
from accelerator.features.meetings.queries import agenda as agendas
from accelerator.features.meetings.queries import facts
from accelerator.features.meetings.queries.agenda import agenda
from accelerator.features.meetings.queries.pack import packs
from accelerator.features.meetings.routes.blueprint import bp
from accelerator.i18n import gettext as _
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.session import db

PAGE = 25
PART = 15  # ideas of a pack on one page: what a browser lays out and prints at once


def words() -> dict[str, Any]:
    """Return the texts of the rules in the reader's language."""
    return {
        "why": {key: _(text) for key, text in WHY.items()},
        "reasons": {key: _(text) for key, text in REASONS.items()},
    }


@bp.get("")
@allow(Permission.MEETING_VIEW, subject="gate")
def show(gate: Any) -> ResponseReturnValue:
    """Show the list of the meeting, and what is clear or disputed besides."""
    return list_page(gate)


def list_page(gate: Any, form: TimeForm | None = None) -> str:
    """Render the list, with a refused form in its place."""
    cohort, stage = gate
    found = facts.meeting_facts(db(), cohort, stage)
    ideas = facts.ideas_at_gate(db(), actor(), cohort, stage, found, today=_today(cohort))
    wanted = request.args.get("list", "")
    group = Group(wanted) if wanted in set(Group) else Group.DISCUSS
    after = max(0, request.args.get("after", 0, type=int))
    if found.meeting is None and not isinstance(form, PrepareForm):
        form = None  # the meeting whose time was to be set is gone
    lines = ideas.of(group, listed=found.meeting is None)
    return render_template(
        "meetings/show.html",
        cohort=cohort, stage=stage, found=found, meeting=found.meeting, group=group,
        counts={one: len(ideas.of(one, listed=found.meeting is None)) for one in Group},
        rows=ideas.rows(db(), lines[after : after + PAGE]), total=len(lines), after=after,
        size=PAGE, items=agenda(db(), actor(), found.meeting),
        form=form or PrepareForm(formdata=None, data=_begins(found.meeting, cohort)),
        all=len(ideas.lines), voted=sum(bool(line.mine) for line in ideas.lines), **words(),
    )  # fmt: skip


def _begins(meeting: Any, cohort: Any) -> dict[str, Any]:
    """Return when a meeting begins, on the cohort's clock."""
    if meeting is None or meeting.starts_at is None:
        return {}
    return {"starts": meeting.starts_at.astimezone(ZoneInfo(cohort.time_zone))}


@bp.get("/item/<code>")
@allow(Permission.MEETING_VIEW, subject="gate")
def item(gate: Any, code: str) -> ResponseReturnValue:
    """Show one idea of the list, large, with what the meeting needs to decide."""
    return item_page(gate, code)


def item_page(gate: Any, code: str, form: ItemForm | None = None, **more: Any) -> str:
    """Render an item, with a refused form in its place."""
    cohort, stage = gate
    meeting, items = agendas.open_agenda(db(), actor(), cohort, stage)
    at = next((i for i, one in enumerate(items) if one.code == code), None)
    if at is None or meeting is None:
        raise NotFound
    row = items[at]
    pack = packs(
        db(), actor(), cohort, stage, passages=[row.passage_id],
        started=meeting.started_at is not None, today=_today(cohort),
    ).get(row.passage_id)  # fmt: skip
    if pack is None:
        raise NotFound
    return render_template(
        "meetings/item.html",
        cohort=cohort, stage=stage, meeting=meeting, item=row, pack=pack,
        before=items[at - 1] if at else None,
        after=items[at + 1] if at + 1 < len(items) else None,
        number=at + 1, count=len(items), now=clock.now(),
        form=form or ItemForm(formdata=None, data={"note": row.note}),
        **(words() | {"meanwhile": None} | more),
    )  # fmt: skip


@bp.get("/read/<code>")
@allow(Permission.MEETING_VIEW, subject="gate")
def read(gate: Any, code: str) -> ResponseReturnValue:
    """Show the pack of any idea that waits at the gate, to vote on it."""
    cohort, stage = gate
    found = facts.meeting_facts(db(), cohort, stage)
    passage_id = facts.waiting(db(), cohort, stage, code)
    one = packs(
        db(), actor(), cohort, stage, passages=[passage_id], started=found.started,
        today=_today(cohort),
    ).get(passage_id)  # fmt: skip
    if one is None:
        raise NotFound
    return render_template("meetings/read.html", cohort=cohort, stage=stage, pack=one, **words())


@bp.get("/pack")
@allow(Permission.MEETING_VIEW, subject="gate")
def pack(gate: Any) -> ResponseReturnValue:
    """Show the packs of the list to print, a part at a time: contents first, an idea a page."""
    cohort, stage = gate
    meeting, items = agendas.open_agenda(db(), actor(), cohort, stage)
    started = meeting is not None and meeting.started_at is not None
    after = max(0, request.args.get("after", 0, type=int))
    part = items[after : after + PART]
    made = packs(
        db(), actor(), cohort, stage, passages=[one.passage_id for one in part],
        started=started, today=_today(cohort),
    )  # fmt: skip
    return render_template(
        "meetings/pack.html",
        cohort=cohort, stage=stage, meeting=meeting, now=clock.now(),
        packs=[made[one.passage_id] for one in part if one.passage_id in made],
        after=after, size=PART, total=len(items), **words(),
    )  # fmt: skip


@bp.get("/records")
@allow(Permission.MEETING_VIEW, subject="gate")
def records(gate: Any) -> ResponseReturnValue:
    """List the meetings that took place."""
    cohort, stage = gate
    return render_template(
        "meetings/records.html",
        cohort=cohort, stage=stage, rows=agendas.records(db(), cohort, stage),
    )  # fmt: skip


@bp.get("/records/<int:meeting_id>")
@allow(Permission.MEETING_VIEW, subject="gate")
def record(gate: Any, meeting_id: int) -> ResponseReturnValue:
    """Show what came of one meeting."""
    cohort, stage = gate
    found = agendas.record_of(db(), cohort, stage, meeting_id)
    if found is None:
        raise NotFound
    meeting, row = found
    return render_template(
        "meetings/record.html",
        cohort=cohort, stage=stage, row=row, items=agenda(db(), actor(), meeting), **words(),
    )  # fmt: skip


def _today(cohort: Any) -> date:
    return clock.now().astimezone(ZoneInfo(cohort.time_zone)).date()
