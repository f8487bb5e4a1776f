"""Solve the proposals that are too large for a manager to wait for, one after another."""

from accelerator import clock, logs
from accelerator.features.assignment.service import proposing
from accelerator.features.assignment.service.solving import Solved, solve
from accelerator.jobs.lease import Shift

log = logs.get("match")


class _Cancelled(Exception):
    """Nobody waits for this proposal any more."""


def match(shift: Shift) -> int:
    """Solve until nothing waits; return how many proposals were solved.

    Solving holds no transaction: others write meanwhile, and applying checks everything again.
    """
    solved = 0
    while not shift.stopping():
        with shift.transaction() as session:
            taken = proposing.take_next(session)
            if taken is None:
                return solved
            proposal, found = taken
            number, worn_out = proposal.id, proposal.attempts > proposing.ATTEMPTS
        if worn_out:
            _finish(shift, number, None)
            continue

        def tell(percent: int, number: int = number) -> None:
            with shift.transaction() as session:
                if not proposing.progress(session, number, percent):
                    raise _Cancelled

        try:
            result = solve(found, tell)
        except _Cancelled:
            continue
        except (ArithmeticError, MemoryError):
            log.exception("a proposal cannot be solved", proposal=number)
            result = None
        _finish(shift, number, result)
        solved += 1
    return solved


def _finish(shift: Shift, number: int, result: Solved | None) -> None:
    with shift.transaction() as session:
        proposing.finish(session, number, result, now=clock.now())
