"""The scheduler's process: a ticker that starts each job while this process holds the lease.

APScheduler only tells the time. What is due stands in the database, so a tick that is missed,
repeated or late changes nothing but the moment.
"""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, case, func, literal
from sqlalchemy.orm import Session

from accelerator import clock, logs
from accelerator.config import Config
from accelerator.jobs import lease
from accelerator.jobs.announce import announce
from accelerator.jobs.call import call
from accelerator.jobs.daily import daily
from accelerator.jobs.decide import decide
from accelerator.jobs.deliver import deliver
from accelerator.jobs.foresee import foresee
from accelerator.jobs.lease import Hold, LeaseLost, Shift
from accelerator.jobs.match import match
from accelerator.jobs.remind import remind
from accelerator.jobs.rescore import rescore
from accelerator.jobs.rest import rest
from accelerator.jobs.run import reading, transaction
from accelerator.jobs.seal import seal
from accelerator.jobs.tidy import tidy
from accelerator.jobs.weekly import weekly
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import JobRun
from accelerator.storage.types import Moment

# After so many failures in a row a job is parked: tried once an hour, and shown as such.
PARKED_AFTER = 5
PAUSES = (5, 30, 120, 600, 3600)

log = logs.get("scheduler")


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable."""

    name: str
    every: timedelta
    work: Callable[[Shift], int]


JOBS = (
    Job("deliver", timedelta(seconds=5), deliver),
    Job("announce", timedelta(seconds=15), announce),
    Job("call", timedelta(seconds=5), call),
    Job("daily", timedelta(minutes=5), daily),
    Job("decide", timedelta(seconds=5), decide),
    Job("foresee", timedelta(minutes=10), foresee),
    Job("match", timedelta(seconds=5), match),
    Job("remind", timedelta(minutes=5), remind),
    Job("rescore", timedelta(minutes=10), rescore),
    Job("rest", timedelta(hours=1), rest),
    Job("seal", timedelta(minutes=1), seal),
    Job("tidy", timedelta(hours=6), tidy),
    Job("weekly", timedelta(minutes=15), weekly),
)


@dataclass
class Timetable:
    """Runs jobs until it is told to stop. `length` is how long the lease lasts unrenewed."""

    engine: Engine
    config: Config
    jobs: tuple[Job, ...] = JOBS
    length: timedelta = lease.LENGTH
    stop: threading.Event = field(default_factory=threading.Event)
    holder: str = field(
        default_factory=lambda: f"{socket.gethostname()[:20]}:{os.getpid()}:{token_hex(4)}"
    )
    hold: Hold | None = None

    def run(self) -> None:
        """Tick until `stop` is set, then let the jobs that run come to a good end."""
        ticker = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self.jobs))},
            # Its default of one second silently drops what comes late.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self.renew()
        for job in self.jobs:
            ticker.add_job(self.tick, _every(job), args=[job], id=job.name)
        ticker.start()
        try:
            before = clock.now()
            while not self.stop.wait(self.length.total_seconds() / 4):
                self.renew()
                if clock.now() < before:
                    self._plan_anew(ticker)
                before = clock.now()
        finally:
            self.stop.set()
            ticker.shutdown(wait=True)
            self.go()

    def renew(self) -> None:
        """Take or keep the lease; without a database there is nobody to act."""
        try:
            with transaction(self.engine) as session:
                hold = lease.take(session, self.holder, now=clock.now(), length=self.length)
        except Exception as error:  # noqa: BLE001 - it is tried again in a moment
            log.warning("the lease cannot be renewed", error=type(error).__name__)
            hold = None
        if hold != self.hold:
            log.info("the lease changed hands", held=hold is not None)
        self.hold = hold

    def go(self) -> None:
        """Give the lease back, so that another scheduler need not wait."""
        if self.hold is not None:
            try:
                with transaction(self.engine) as session:
                    lease.give_back(session, self.hold, now=clock.now())
            except Exception as error:  # noqa: BLE001 - it ends by itself
                log.warning("the lease lapses by itself", error=type(error).__name__)

    def tick(self, job: Job) -> None:
        """Run one job once, if it is this process's turn; its failure is counted and its own."""
        hold = self.hold
        if hold is None or self.stop.is_set():
            return
        shift = Shift(self.engine, self.config, hold, self.stop.is_set)
        try:
            if not may_run(self.engine, job.name, now=clock.now()):
                return
            with shift.transaction() as session:
                started(session, job.name, now=clock.now())
            done = job.work(shift)
            self._finished(job, "")
            if done:
                log.info("done", job=job.name, count=done)
        except LeaseLost:
            log.warning("another scheduler has taken over", job=job.name)
            self.hold = None
        except Exception as error:
            log.exception("a job failed", job=job.name)
            self._finished(job, " ".join(f"{type(error).__name__}: {error}".split())[:1000])

    def _finished(self, job: Job, error: str) -> None:
        try:
            with transaction(self.engine) as session:
                finished(session, job.name, error=error, now=clock.now())
        except Exception as lost:  # noqa: BLE001 - the next run writes it
            log.warning("a job's end was not written down", job=job.name, error=type(lost).__name__)

    def _plan_anew(self, ticker: BackgroundScheduler) -> None:
        """After the clock was set back, do not wait for the moments that had been planned."""
        for job in self.jobs:
            ticker.reschedule_job(job.name, trigger=_every(job))


def _every(job: Job) -> IntervalTrigger:
    return IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC)


def may_run(engine: Engine, name: str, *, now: datetime) -> bool:
    """Say whether a job is not waiting out its failures; a start in the future tells nothing."""
    with reading(engine) as session:
        row = session.get(JobRun, name)
        if row is None or not row.failures:
            return True
        pause = timedelta(seconds=PAUSES[min(row.failures, len(PAUSES)) - 1])
        return not row.started_at <= now < row.started_at + pause


def started(session: Session, name: str, *, now: datetime) -> None:
    """Write down that a job begins, as a failure until it ends: it may kill its process."""
    first = insert_into(session, JobRun).values(
        name=name, started_at=now, failures=1, last_error=""
    )
    parked = case(
        (JobRun.failures >= PARKED_AFTER, func.coalesce(JobRun.parked_at, literal(now, Moment)))
    )
    again = {
        "started_at": now, "finished_at": None, "failures": JobRun.failures + 1,
        "parked_at": parked,
    }  # fmt: skip
    session.execute(first.on_conflict_do_update(index_elements=[JobRun.name], set_=again))


def finished(session: Session, name: str, *, error: str, now: datetime) -> None:
    """Write down how a job ended; after too many failures in a row it is parked."""
    row = session.get_one(JobRun, name, with_for_update=True)
    row.finished_at, row.last_error = now, error
    if not error:
        row.failures, row.parked_at = 0, None
    elif row.failures >= PARKED_AFTER:
        row.parked_at = row.parked_at or now
