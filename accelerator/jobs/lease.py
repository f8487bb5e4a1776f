"""Who may tick now: one row with a holder, an end and a fence that grows with each change of hands.

Whoever holds the lease renews it every few seconds. A holder that dies or freezes lets it lapse;
another takes it over with a higher fence, and the first, once thawed, finds that it is not its any
more before it does anything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, case, or_, select, update
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.config import Config
from accelerator.jobs.run import reading, transaction
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Lease

NAME = "scheduler"
LENGTH = timedelta(seconds=20)


class LeaseLost(Exception):
    """Another scheduler has taken over, or may at any moment; nothing more may be done."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A lease as its holder knows it."""

    holder: str
    fence: int

    @property
    def mark(self) -> str:
        """Return what rows claimed under this hold carry; never the same for another holder."""
        return f"{self.fence}:{self.holder}"[:60]


def take(
    session: Session, holder: str, *, now: datetime, length: timedelta = LENGTH
) -> Hold | None:
    """Take or renew the lease; None while another holds it.

    An end further away than any holder could have set it comes from a clock that was wrong.
    """
    free = or_(
        Lease.holder == holder, Lease.until <= now, Lease.until > now + max(length, LENGTH) * 2
    )
    statement = insert_into(session, Lease).values(
        name=NAME, holder=holder, fence=1, until=now + length
    )
    fence = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Lease.name],
            set_={
                "holder": statement.excluded.holder,
                "until": statement.excluded.until,
                "fence": case((Lease.holder == holder, Lease.fence), else_=Lease.fence + 1),
            },
            where=free,
        ).returning(Lease.fence)
    ).scalar_one_or_none()
    return None if fence is None else Hold(holder, fence)


def give_back(session: Session, hold: Hold, *, now: datetime) -> None:
    """End the lease in good order, so that another need not wait for it to lapse."""
    session.execute(
        update(Lease)
        .where(Lease.name == NAME, Lease.holder == hold.holder, Lease.fence == hold.fence)
        .values(until=now)
    )


def require(session: Session, hold: Hold, *, now: datetime, to_the_end: bool) -> None:
    """Raise LeaseLost unless the hold is good now, or even to the end of a writing transaction."""
    held = select(Lease.fence).where(
        Lease.name == NAME,
        Lease.holder == hold.holder,
        Lease.fence == hold.fence,
        Lease.until > now,
    )
    if to_the_end:
        held = held.with_for_update(read=True)
    if session.scalar(held) is None:
        raise LeaseLost(hold.mark)


@dataclass(frozen=True, slots=True)
class Shift:
    """What a job works with; each of its transactions proves first that the lease is still held."""

    engine: Engine
    config: Config
    hold: Hold
    stopping: Callable[[], bool] = lambda: False

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a writing transaction under the lease; raise LeaseLost instead when it is gone."""
        with transaction(self.engine) as session:
            require(session, self.hold, now=clock.now(), to_the_end=True)
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads."""
        with reading(self.engine) as session:
            yield session

    def still_mine(self) -> None:
        """Raise LeaseLost unless the lease is held at this moment: before anything leaves."""
        with reading(self.engine) as session:
            require(session, self.hold, now=clock.now(), to_the_end=False)
