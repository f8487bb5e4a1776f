"""Say of the milestones that are due soon how likely they are to be late."""

from accelerator import clock
from accelerator.jobs.lease import Shift
from accelerator.standing.lateness import chances, programmes, remember


def foresee(shift: Shift) -> int:
    """Ask each programme's past anew; return how many chances changed."""
    changed = 0
    with shift.reading() as session:
        listed = programmes(session)
    for programme in listed:
        if shift.stopping():
            break
        with shift.reading() as session:
            found = chances(session, programme, now=clock.now())
        if found:
            with shift.transaction() as session:
                changed += remember(session, found)
    return changed
