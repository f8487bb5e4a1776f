"""Seal the audit log every minute, never on the request path, where it would queue all writers."""

from sqlalchemy.exc import OperationalError

from accelerator import clock, logs
from accelerator.activity import chain
from accelerator.jobs.lease import Shift

log = logs.get("seal")


def seal(shift: Shift) -> int:
    """Seal every event that is settled; return how many. A busy log is sealed next time."""
    try:
        with shift.transaction() as session:
            until = chain.settled(session)
    except OperationalError as error:
        if "lock timeout" not in str(error.orig):
            raise
        log.info("events are being written; sealed next time")
        return 0
    sealed = 0
    while not shift.stopping():
        with shift.transaction() as session:
            count = chain.seal(session, until=until, now=clock.now())
        if not count:
            break
        sealed += count
    return sealed
