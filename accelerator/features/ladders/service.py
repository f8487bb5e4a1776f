"""Change how a programme reminds, and go back to the house's ladder."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.ladders import LadderChanged
from accelerator.domain.errors import Stale
from accelerator.domain.ladder import DEFAULTS, Ladder, Step, Unit, require_sound, steps_of
from accelerator.domain.notices import Kind
from accelerator.domain.policy import Actor
from accelerator.i18n import N_
from accelerator.storage.tables import Ladder as LadderRow
from accelerator.storage.tables import Programme


def change(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    kind: Kind,
    version: int,
    steps: Sequence[Step],
    optional: bool,
    idle_days: int | None,
    now: datetime,
) -> None:
    """Set a programme's own steps for a kind, the earliest first.

    `version` is that of the ladder the form showed, 0 for the house's. Raises UnsoundLadder, and
    Stale when somebody saved meanwhile. What was told already is not told again.
    """
    row = _fresh(session, programme, kind, version)
    days = idle_days or programme.idle_days
    require_sound(kind, steps, idle_days=days)
    was = _before(row, kind, programme)
    ordered = sorted(steps, key=lambda s: s.offset_days * (1.4 if s.unit is Unit.WORKING else 1))
    wanted = Ladder(tuple(ordered), optional)
    if row is None and wanted != DEFAULTS[kind]:
        row = LadderRow(programme_id=programme.id, kind=str(kind))
        session.add(row)
    if row is not None:
        row.steps, row.optional = [step.as_dict() for step in ordered], optional
    if kind is Kind.IDLE:
        programme.idle_days = days
    _record(session, actor, programme, kind, was, _after(wanted, kind, programme), now)


def reset(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    kind: Kind,
    version: int,
    now: datetime,
) -> None:
    """Let the house's ladder hold again."""
    row = _fresh(session, programme, kind, version)
    was = _before(row, kind, programme)
    if row is not None:
        session.delete(row)
    _record(session, actor, programme, kind, was, _after(DEFAULTS[kind], kind, programme), now)


def _fresh(session: Session, programme: Programme, kind: Kind, version: int) -> LadderRow | None:
    """Load the row of a ladder under its programme's lock; raise Stale when it has changed."""
    session.refresh(programme, with_for_update=True)
    row = session.get(LadderRow, (programme.id, str(kind)), populate_existing=True)
    found = row.version if row is not None else 0
    if found != version:
        raise Stale(
            "stale", N_("Another manager saved this page after you opened it."),
            theirs={}, mine={}, version=found,
        )  # fmt: skip
    return row


def _before(row: LadderRow | None, kind: Kind, programme: Programme) -> dict[str, Any]:
    if row is None:
        return _after(DEFAULTS[kind], kind, programme)
    return _after(Ladder(steps_of(row.steps), row.optional), kind, programme)


def _after(ladder: Ladder, kind: Kind, programme: Programme) -> dict[str, Any]:
    said: dict[str, Any] = {
        "steps": [step.as_dict() for step in ladder.steps], "optional": ladder.optional,
    }  # fmt: skip
    return said | {"idle_days": programme.idle_days} if kind is Kind.IDLE else said


def _record(
    session: Session,
    actor: Actor,
    programme: Programme,
    kind: Kind,
    was: dict[str, Any],
    after: dict[str, Any],
    now: datetime,
) -> None:
    session.flush()
    if was == after:
        return
    record(
        session,
        LadderChanged(
            actor_id=actor.id, programme_id=programme.id, subject=f"ladder:{kind}",
            path=f"/programmes/{programme.key}/ladders/{kind}", kind_of=str(kind),
            was=was, now=after,
        ),
        now=now,
    )  # fmt: skip
