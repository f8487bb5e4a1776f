"""Take a message that is to be sent, and note how its sending went: for mail and for chats alike.

Each message has its own two transactions, so whatever kills the process, at most the one message
between the other side's yes and our commit goes out again.
"""

import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.jobs.lease import Shift
from accelerator.jobs.run import transaction
from accelerator.storage.tables import Delivery
from accelerator.storage.tables.activity import TO_SEND

# Together four hours; then the message has failed and waits for the administrator.
BACK_OFF = tuple(timedelta(minutes=n) for n in (1, 2, 4, 8, 15, 30, 60, 60, 60))
CLAIM = timedelta(minutes=3)


def claim(session: Session, channel: str, mark: str, *, now: datetime) -> Delivery | None:
    """Take the next due message. Claims of a former holder of the lease are void.

    What is urgent goes first, then what was tried less often, so that a message that kills its
    process stops no other.
    """
    due = func.coalesce(*(_next(channel, mark, now, urgent=urgent) for urgent in (True, False)))
    return session.scalars(
        update(Delivery)
        .where(Delivery.id == due)
        .values(claimed_by=mark, claimed_until=now + CLAIM, attempts=Delivery.attempts + 1)
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _next(channel: str, mark: str, now: datetime, *, urgent: bool) -> ScalarSelect[int]:
    return (
        select(Delivery.id)
        .where(
            TO_SEND,
            Delivery.urgent == urgent,
            Delivery.channel == channel,
            Delivery.due_at <= now,
            or_(
                Delivery.claimed_by.is_(None),
                Delivery.claimed_by != mark,
                Delivery.claimed_until <= now,
            ),
        )
        .order_by(Delivery.attempts, Delivery.due_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )


def worn_out(row: Delivery) -> bool:
    """Say whether a message was taken more often than it is tried: its sending never ended."""
    return row.attempts > len(BACK_OFF) + 1


def put(row: Delivery, *, state: str, error: str, due_at: datetime | None = None) -> None:
    """Lay a claimed message down without having tried to send it."""
    row.state, row.last_error = state, error
    row.due_at = due_at or row.due_at
    row.claimed_by = row.claimed_until = None


def later(attempts: int, error: str) -> dict[str, Any]:
    """Return what is noted after a try that may be repeated."""
    if attempts > len(BACK_OFF):
        return {"state": "failed", "last_error": error}
    due_at = clock.now() + BACK_OFF[attempts - 1]
    return {"state": "retrying", "due_at": due_at, "last_error": error}


def note(shift: Shift, delivery_id: int, values: dict[str, Any]) -> None:
    """Write down how it went, if the message is still ours; a short outage is waited for.

    This needs no lease: what was sent was sent, and a claim that was taken over is left alone.
    """
    pauses = [0.2, 1.0, 3.0, 6.0]
    while True:
        try:
            with transaction(shift.engine) as session:
                session.execute(
                    update(Delivery)
                    .where(Delivery.id == delivery_id, Delivery.claimed_by == shift.hold.mark)
                    .values(values | {"claimed_by": None, "claimed_until": None})
                    .execution_options(synchronize_session=False)
                )
        except DBAPIError:
            if not pauses:
                raise
            time.sleep(pauses.pop(0))
        else:
            return


def why(error: Exception) -> str:
    """Write an error as one short line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:400]
