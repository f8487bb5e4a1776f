"""Make programmes from a file, or as a copy of another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.outlines import ProgrammeCloned, ProgrammeImported
from accelerator.activity.events.people import RoleGiven
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor, Role
from accelerator.i18n import N_
from accelerator.standing.outlines import rows
from accelerator.storage.tables import Decider, Membership, Person, Programme, Stage


def bring_in(
    session: Session,
    *,
    actor: Actor,
    outline: Mapping[str, Any],
    key: str,
    name: Bilingual,
    now: datetime,
) -> Programme:
    """Make a programme of a file's outline; who brings it in becomes its manager."""
    programme = _made(session, actor, outline, key, name, now)
    event = ProgrammeImported(
        **_about(actor, programme),
        stages=len(outline["stages"]),
        questions=sum(len(stage["questions"]) for stage in outline["stages"]),
    )
    record(session, event, now=now)
    return programme


def clone(
    session: Session,
    *,
    actor: Actor,
    source: Programme,
    key: str,
    name: Bilingual,
    with_roles: bool,
    now: datetime,
) -> Programme:
    """Copy all that was designed, and on wish who holds which role; no cohort and no idea.

    Everybody who is given a role hears of it, as of any other role.
    """
    programme = _made(session, actor, rows.read(session, source), key, name, now)
    given = _copy_roles(session, actor, source, programme) if with_roles else []
    if with_roles:
        _copy_deciders(session, source, programme)
    event = ProgrammeCloned(
        **_about(actor, programme), source=source.key, people=len({person for person, _ in given})
    )
    record(session, event, now=now)
    for person_id, role in given:
        if (person_id, role) != (actor.id, Role.MANAGER):
            about = _about(actor, programme) | {"subject": f"person:{person_id}"}
            given_to = RoleGiven(
                **about, person_id=person_id, role=str(role), programme=programme.name
            )
            record(session, given_to, now=now)
    return programme


def _made(
    session: Session,
    actor: Actor,
    outline: Mapping[str, Any],
    key: str,
    name: Bilingual,
    now: datetime,
) -> Programme:
    if session.scalar(select(Programme.id).where(Programme.key == key)) is not None:
        raise DomainError(
            "programme_key_taken", N_("A programme with this key exists already."), field="key"
        )
    programme = rows.build(session, outline, key=key, name=name, now=now)
    session.add(Membership(programme_id=programme.id, person_id=actor.id, role=Role.MANAGER))
    session.flush()
    return programme


def _about(actor: Actor, programme: Programme) -> dict[str, Any]:
    return {
        "actor_id": actor.id,
        "programme_id": programme.id,
        "subject": f"programme:{programme.key}",
        "path": f"/programmes/{programme.key}",
    }


def _copy_roles(
    session: Session, actor: Actor, source: Programme, programme: Programme
) -> list[tuple[int, str]]:
    """Give the active people of the source their roles in its copy; return who got which."""
    found = session.execute(
        select(Membership.person_id, Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.programme_id == source.id, Person.disabled_at.is_(None))
        .order_by(Membership.id)
    )
    given = [
        (row.person_id, row.role)
        for row in found
        if (row.person_id, row.role) != (actor.id, Role.MANAGER)
    ]
    session.add_all(
        Membership(programme_id=programme.id, person_id=person, role=role) for person, role in given
    )
    session.flush()
    return given


def _copy_deciders(session: Session, source: Programme, programme: Programme) -> None:
    """Let the same people decide at the same gates."""
    mine = {stage.key: stage.id for stage in rows.stages_of(session, programme)}
    found = session.execute(
        select(Stage.key, Decider.person_id)
        .join(Decider, Decider.stage_id == Stage.id)
        .join(Person, Person.id == Decider.person_id)
        .where(
            Stage.programme_id == source.id,
            Stage.removed_at.is_(None),
            Person.disabled_at.is_(None),
        )
    )
    session.add_all(Decider(stage_id=mine[row.key], person_id=row.person_id) for row in found)
    session.flush()
