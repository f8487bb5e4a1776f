"""Announce the gate decisions whose moment has come, one transaction each."""

from accelerator import clock
from accelerator.features.gates import service
from accelerator.jobs.lease import Shift


def announce(shift: Shift) -> int:
    """Announce until nothing is due; return how many decisions were announced."""
    announced = 0
    while not shift.stopping():
        with shift.transaction() as session:
            code = service.announce_due(session, now=clock.now())
        if code is None:
            break
        announced += 1
    return announced
