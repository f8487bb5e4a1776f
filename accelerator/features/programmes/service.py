"""Make programmes from templates, and change their texts, weights and settings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator import content
from accelerator.activity import record
from accelerator.activity.events.programmes import ProgrammeChanged, ProgrammeCreated
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Actor, Role
from accelerator.i18n import N_
from accelerator.standing.outlines.reading import ready_made
from accelerator.standing.outlines.rows import build
from accelerator.storage.tables import (
    Membership,
    Programme,
)

Values = Mapping[str, Any]


def create_from_template(
    session: Session, *, actor: Actor, template: str, key: str, name: Bilingual, now: datetime
) -> Programme:
    """Copy a ready-made template into a programme of its own; its maker becomes its manager."""
    if template not in content.programme_templates():
        raise DomainError("unknown_template", N_("Choose one of the templates."), field="template")
    if session.scalar(select(Programme.id).where(Programme.key == key)) is not None:
        raise DomainError(
            "programme_key_taken", N_("A programme with this key exists already."), field="key"
        )
    programme = build(session, ready_made(template), key=key, name=name, now=now)
    session.add(Membership(programme_id=programme.id, person_id=actor.id, role=Role.MANAGER))
    session.flush()
    record(
        session,
        ProgrammeCreated(
            actor_id=actor.id,
            programme_id=programme.id,
            subject=f"programme:{key}",
            path=f"/programmes/{key}",
            template=template,
        ),
        now=now,
    )
    return programme


def change_programme(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    version: int,
    values: Values,
    now: datetime,
) -> None:
    """Change a programme's own texts and settings, unless somebody changed them meanwhile."""
    session.refresh(programme, with_for_update=True)
    _require_fresh(programme, version)
    _record_change(session, actor, programme, "programme", _apply(programme, values), now)


def _require_fresh(row: Programme, version: int) -> None:
    if row.version != version:
        raise Stale(
            "stale",
            N_("Another manager saved this page after you opened it."),
            theirs={},
            mine={},
            version=row.version,
        )


def _apply(row: Any, values: Values) -> list[str]:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _record_change(
    session: Session,
    actor: Actor,
    programme: Programme,
    what: str,
    fields: list[str],
    now: datetime,
) -> None:
    if not fields:
        return
    session.flush()
    record(
        session,
        ProgrammeChanged(
            actor_id=actor.id,
            programme_id=programme.id,
            subject=what,
            path=f"/programmes/{programme.key}",
            fields=fields,
        ),
        now=now,
    )
