"""Sending again what failed, once what was wrong is mended."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.messages import MessagesResent
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.i18n import N_
from accelerator.storage.tables import Delivery


def resend(session: Session, *, actor: Actor, delivery_id: int | None, now: datetime) -> int:
    """Put one failed mail, or all of them, in line again; return how many."""
    failed = update(Delivery).where(Delivery.channel == "mail", Delivery.state == "failed")
    if delivery_id is not None:
        failed = failed.where(Delivery.id == delivery_id)
    count = len(
        session.execute(
            failed.values(
                state="waiting", attempts=0, due_at=now, last_error="",
                claimed_by=None, claimed_until=None,
            )
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        ).all()
    )  # fmt: skip
    if not count:
        raise DomainError("nothing_failed", N_("No mail waits to be sent again."))
    subject = f"delivery:{delivery_id}" if delivery_id is not None else ""
    record(session, MessagesResent(actor_id=actor.id, subject=subject, count=count), now=now)
    return count
