"""Look before deciding: the exact list, what speaks for caution, the real messages; then decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accelerator import clock
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import WHILE_ONE_WAITS, DecidedMeanwhile
from accelerator.domain.policy import Permission
from accelerator.features.gates import queries, rehearsal, service
from accelerator.features.gates.forms import DecideForm, chosen_codes, left_out
from accelerator.features.gates.routes.blueprint import bp, gate_url, moment
from accelerator.i18n import gettext as _
from accelerator.i18n import language, ngettext
from accelerator.web.guard import allow
from accelerator.web.identity import actor
from accelerator.web.once import once
from accelerator.web.session import config, db


@bp.post("/cohorts/<cohort_code>/<stage_key>/gate/preview")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
def preview(cohort_stage: Any) -> ResponseReturnValue:
    """Show what is about to be decided: the list, what speaks for caution, the real messages."""
    cohort, stage = cohort_stage
    form = _form(cohort)
    codes = _chosen(cohort, stage)
    if request.form.get("switch"):
        form.outcome.data = request.form["switch"]
    if "reason" not in request.form or request.form.get("switch"):
        return _page(cohort, stage, form, codes)
    return _page(cohort, stage, form, codes, look=form.validate())


@bp.post("/cohorts/<cohort_code>/<stage_key>/gate/decide")
@allow(Permission.GATE_DECIDE, subject="cohort_stage")
@once
def decide(cohort_stage: Any) -> ResponseReturnValue:
    """Decide about the ideas chosen: all or none, and many of them in the background."""
    cohort, stage = cohort_stage
    form, codes = _form(cohort), chosen_codes()
    if not form.validate():
        return _page(cohort, stage, form, codes)
    now = clock.now()
    leaves = form.announce_moment(
        zone=cohort.time_zone, now=now, window=service.window(db(), cohort)
    )
    try:
        batch = service.begin(
            db(), actor=actor(), cohort=cohort, stage=stage, codes=codes, verdict=form.verdict(),
            announce_at=leaves, letters=form.letters(), now=now,
            left_out=queries.kept_back(db(), codes, left_out()),
        )  # fmt: skip
    except DomainError as error:
        return _refused(cohort, stage, form, codes, error)
    if len(codes) > WHILE_ONE_WAITS:
        flash(_("%(n)s ideas are being decided.", n=len(codes)), "good")
    else:
        flash(_decided(len(codes), batch.announce_at), "good")
    here = {"cohort_code": cohort.code, "stage_key": stage.key}
    return redirect(url_for("gates.batch", batch_id=batch.id, **here), 303)


def _form(cohort: Any) -> DecideForm:
    form = DecideForm()
    form.offer(
        queries.watchers(db(), cohort.programme_id),
        me=actor().id,
        leaves=moment(clock.now() + service.window(db(), cohort)),
    )
    return form


def _chosen(cohort: Any, stage: Any) -> list[str]:
    """Return the ideas ticked, or all of the list where that was asked for."""
    if request.form.get("every"):
        zone = request.form.get("zone", "")
        return queries.every_code(db(), actor(), cohort, stage, zone=zone)
    return chosen_codes()


def _page(
    cohort: Any, stage: Any, form: DecideForm, codes: list[str], *, look: bool = False
) -> ResponseReturnValue:
    """Show the form, and with `look` the messages; 422 where it cannot be decided like this."""
    rows = queries.chosen_rows(db(), actor(), cohort, stage, codes, now=clock.now())
    if not rows:
        if codes:
            return _meanwhile(cohort, stage, form, codes)
        flash(_("Choose at least one idea."), "warn")
        return redirect(gate_url(cohort, stage), 303)
    by_code = {row.code: row for row in rows}
    gone = [code for code in codes if code not in by_code]
    if look and gone:
        return _meanwhile(cohort, stage, form, gone)
    people = queries.receivers(db(), rows)
    away = queries.kept_back(db(), by_code, left_out())
    asked_for = request.form.get("show", "")
    show = rehearsal.to_show([*by_code], people, asked_for)
    compact = len(rows) > WHILE_ONE_WAITS
    few = [by_code[code] for code in show] if compact else rows
    conflicts = queries.own_conflicts(db(), actor(), rows)
    samples: tuple[rehearsal.Sample, ...] = ()
    if look:
        try:
            samples = rehearsal.rehearse(
                db(), actor=actor(), cohort=cohort, stage=stage, codes=show, people=people,
                verdict=form.verdict(), letters=form.letters(), left_out=away,
                base_url=config().base_url, now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            return _refused(cohort, stage, form, codes, error)
    fault = not look and "reason" in request.form and not request.form.get("switch")
    return render_template(
        "gates/preview.html",
        cohort=cohort, stage=stage, form=form, rows=rows, few=few, samples=samples, gone=gone,
        asked_for=asked_for, missing=[row for row in rows if row.missing],
        short=[row for row in rows if row.short], asked=[row for row in rows if row.asked],
        receivers=people, conflicts=conflicts, lines=_lines(rows, conflicts) if compact else (),
        comments=queries.comments(db(), few),
        left_out={review for each in away.values() for review in each},
    ), 422 if fault else 200  # fmt: skip


def _lines(rows: Sequence[Any], conflicts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Make the lines of a long list plain: code, title, owner, and the row if it wants a mind.

    A template that asks hundreds of rows for their parts takes longer than all queries.
    """
    reading = language()
    return [
        (
            row.code, row.title.pick(reading) or row.code, row.owner,
            row if row.missing or row.short or row.asked or row.code in conflicts else None,
        )
        for row in rows
    ]  # fmt: skip


def _refused(
    cohort: Any, stage: Any, form: DecideForm, codes: list[str], error: DomainError
) -> ResponseReturnValue:
    """Say at the field what is missing; or what somebody else decided meanwhile."""
    if isinstance(error, DecidedMeanwhile):
        return _meanwhile(cohort, stage, form, error.ideas)
    form.refuse_all(error)
    return _page(cohort, stage, form, codes)


def _meanwhile(cohort: Any, stage: Any, form: DecideForm, late: Any) -> ResponseReturnValue:
    found = queries.decided_meanwhile(db(), actor(), cohort, stage, late)
    rest = [code for code in chosen_codes() if code not in late]
    return render_template(
        "gates/meanwhile.html", cohort=cohort, stage=stage, form=form, found=found, rest=rest
    ), 409


def _decided(count: int, leaves: Any) -> str:
    if leaves is None:
        return ngettext("%(num)s idea decided.", "%(num)s ideas decided.", count)
    return ngettext(
        "%(num)s idea decided. The team hears at %(time)s; until then you can undo it.",
        "%(num)s ideas decided. The teams hear at %(time)s; until then you can undo it.",
        count,
        time=moment(leaves),
    )
