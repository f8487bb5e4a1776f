"""Reading notices: one by one, or all that were shown."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accelerator.domain.errors import Refused
from accelerator.domain.policy import Actor
from accelerator.i18n import N_
from accelerator.storage.tables import Delivery


def read_one(session: Session, *, actor: Actor, notice_id: int, now: datetime) -> str:
    """Mark one notice of the actor's own as read; return the path it leads to."""
    notice = session.scalar(
        select(Delivery).where(
            Delivery.id == notice_id,
            Delivery.person_id == actor.id,
            Delivery.channel == "inbox",
        )
    )
    if notice is None:
        raise Refused("not_yours", N_("This notice is not in your inbox."))
    notice.read_at = notice.read_at or now
    session.flush()
    return str(notice.data.get("path") or "")


def read_all(session: Session, *, actor: Actor, until: int, kind: str, now: datetime) -> None:
    """Mark as read what the actor was shown; a notice that came since stays unread."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.person_id == actor.id,
            Delivery.channel == "inbox",
            Delivery.read_at.is_(None),
            Delivery.id <= until,
            *([Delivery.kind == kind] if kind else []),
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
