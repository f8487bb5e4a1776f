"""Jobs run in a process of their own that dies after so many statements."""

import os
import signal
from itertools import count

from sqlalchemy import event

from accelerator import clock
from accelerator.jobs import lease
from accelerator.jobs.lease import Shift

END = 100_000


def run(world, config, job, now, point=END):
    """Run a job under the lease; after `point` statements the process is killed."""
    with clock.told_by(lambda: now):
        with world.session() as session:
            hold = lease.take(session, "the only one", now=now)
        steps = count(1)
        if point != END:
            event.listen(
                world.engine, "after_cursor_execute",
                lambda *_: os.kill(os.getpid(), signal.SIGKILL) if next(steps) == point else None,
            )  # fmt: skip
        return job(Shift(world.engine, config, hold))


def killed(world, config, job, point, now):
    """Run a job in a process of its own that dies after so many statements; say whether it did."""
    world.engine.dispose()  # no connection is shared between the processes
    child = os.fork()
    if child == 0:
        try:
            run(world, config, job, now, point)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])
