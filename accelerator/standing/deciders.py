"""Who decides at a gate: those its stage names, or else the managers of its programme."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.conflicts import Party
from accelerator.domain.policy import Role
from accelerator.storage.tables import Decider, Membership, Person, Stage


@dataclass(frozen=True, slots=True)
class DeciderRow:
    """Somebody who decides at a gate, with what conflicts of interest depend on."""

    id: int
    name: str
    party: Party


_STAGE: BindParameter[int] = bindparam("stage")
_NAMED = exists().where(Decider.stage_id == _STAGE)
DECIDERS = (
    select(Person)
    .where(
        Person.disabled_at.is_(None),
        or_(
            Person.id.in_(select(Decider.person_id).where(Decider.stage_id == _STAGE)),
            and_(
                ~_NAMED,
                Person.id.in_(
                    select(Membership.person_id).where(
                        Membership.programme_id == bindparam("programme"),
                        Membership.role == Role.MANAGER,
                    )
                ),
            ),
        ),
    )
    .order_by(Person.id)
)


def deciders_of(session: Session, stage: Stage) -> tuple[DeciderRow, ...]:
    """List who decides at a gate; one query."""
    people = session.scalars(DECIDERS, {"stage": stage.id, "programme": stage.programme_id})
    return tuple(
        DeciderRow(one.id, one.display_name, Party(one.id, one.department, one.line_manager_id))
        for one in people
    )
