"""Carry out the decisions about many ideas, one transaction for each idea."""

from accelerator import clock, logs
from accelerator.features.gates import service
from accelerator.jobs.lease import LeaseLost, Shift

log = logs.get("decide")


def decide(shift: Shift) -> int:
    """Decide until no batch is left; return how many ideas had their turn."""
    turns = 0
    while not shift.stopping():
        with shift.transaction() as session:
            batch = service.take_up(session, now=clock.now())
        if batch is None:
            break
        while not shift.stopping():
            try:
                with shift.transaction() as session:
                    goes_on = service.step(session, batch, now=clock.now())
            except LeaseLost:
                raise
            except Exception:
                log.exception("an idea of a batch cannot be decided", batch=batch)
                with shift.transaction() as session:
                    service.pass_over(session, batch, problem="error")
                goes_on = True
            if not goes_on:
                break
            turns += 1
    return turns
