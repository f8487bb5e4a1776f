"""Make programmes from templates, and change their texts, weights and settings."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

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
    Criterion,
    Membership,
    MilestoneTemplate,
    Programme,
    Question,
    Stage,
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


def change_stage(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    version: int,
    values: Values,
    questions: Mapping[str, Values],
    criteria: Mapping[str, Values],
    milestones: Mapping[str, Values],
    now: datetime,
) -> None:
    """Change a stage and the rows that hang on it, which are named by their keys.

    Answers, marks and dates that exist stay as they are; ranking reads the new weights.
    """
    _require_fresh(stage, version)
    rubric = _rows(session, Criterion, stage)
    _require_weight(
        {"weight": row.weight, "counted": row.counted} | dict(criteria.get(row.key, {}))
        for row in rubric
    )
    changed = _apply(stage, values)
    for word, rows, changes in (
        ("question", _rows(session, Question, stage), questions),
        ("criterion", rubric, criteria),
        ("milestone", _rows(session, MilestoneTemplate, stage), milestones),
    ):
        for row in rows:
            fields = _apply(row, changes.get(row.key, {}))
            changed += [f"{word}:{row.key}:{field}" for field in fields]
    if changed:
        # A changed question is a changed stage: its version grows with it.
        flag_modified(stage, "minimums")
    _record_change(session, actor, programme, f"stage:{stage.key}", changed, now)


def _rows(session: Session, table: Any, stage: Stage) -> list[Any]:
    return list(
        session.scalars(
            select(table)
            .where(table.stage_id == stage.id, table.removed_at.is_(None))
            .order_by(table.position)
        )
    )


def _require_weight(rubric: Iterable[Values]) -> None:
    """Raise unless something counts: a score without weights is no number. No rubric is fine."""
    weights = [row["weight"] if row["counted"] else 0 for row in rubric]
    if weights and sum(weights) <= 0:
        raise DomainError(
            "no_weight", N_("At least one counted criterion needs a weight above zero.")
        )


def _require_fresh(row: Programme | Stage, version: int) -> None:
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
