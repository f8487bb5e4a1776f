"""Announce the gate decisions whose moment has come, one transaction each."""

from accelerator import clock, logs
from accelerator.deciding import announce_next, begin_announcing, give_up_announcing
from accelerator.jobs.lease import LeaseLost, Shift

log = logs.get("announce")


def announce(shift: Shift) -> int:
    """Announce until nothing is due; return how many decisions were announced.

    One that fails is noted before it is tried, so that it stops nobody else's: neither by an
    error nor by ending the process each time.
    """
    announced = 0
    failed: list[int] = []
    while not shift.stopping():
        with shift.transaction() as session:
            taken = begin_announcing(session, now=clock.now(), passed=failed)
        if taken is None:
            break
        try:
            with shift.transaction() as session:
                told = announce_next(session, taken, now=clock.now())
            announced += told is not None
        except LeaseLost:
            raise
        except Exception:
            log.exception("a decision cannot be announced", decision=taken)
            with shift.transaction() as session:
                give_up_announcing(session, taken, now=clock.now())
            told = None
        if told is None:
            failed.append(taken)
    return announced
