"""Poison jobs: one that always fails and one that kills its process stop no other."""

import os
import signal
from datetime import timedelta

from sqlalchemy import select

from accelerator import clock
from accelerator.jobs import timetable
from accelerator.jobs.timetable import Job, Timetable
from accelerator.storage.tables import JobRun, Throttle
from tests.world import NOW

OFTEN = timedelta(seconds=5)


def test_a_job_that_always_fails_is_parked_and_the_others_go_on(world, config):
    ran = []
    now = NOW

    def fail(_shift):
        ran.append("bad")
        raise RuntimeError("never works")

    def work(_shift):
        ran.append("good")
        return 1

    jobs = (Job("bad", OFTEN, fail), Job("good", OFTEN, work))
    table = Timetable(world.engine, config, jobs)
    with clock.told_by(lambda: now):
        for _ in range(60):
            table.renew()
            for job in jobs:
                table.tick(job)
            now += timedelta(seconds=100)
    assert ran.count("good") == 60
    assert timetable.PARKED_AFTER <= ran.count("bad") <= 7
    with world.session() as session:
        bad, good_run = session.get_one(JobRun, "bad"), session.get_one(JobRun, "good")
        assert bad.parked_at is not None
        assert "never works" in bad.last_error
        assert (good_run.failures, good_run.parked_at) == (0, None)
    page = world.client("admin").get("/admin/messages").get_data(as_text=True)
    assert "A job fails again and again" in page


def note(session, word):
    session.add(Throttle(key=f"{word} {clock.now():%H:%M}", window=0, count=1))
    session.flush()


def kill(shift):
    with shift.transaction() as session:
        note(session, "half")
        os.kill(os.getpid(), signal.SIGKILL)


def work(shift):
    with shift.transaction() as session:
        note(session, "whole")
    return 1


def ticked(world, config, jobs):
    """Tick each job once in a process of its own; say whether it was killed."""
    world.engine.dispose()  # no connection is shared between the processes
    child = os.fork()
    if child == 0:
        try:
            table = Timetable(world.engine, config, jobs)
            table.renew()
            for job in jobs:
                table.tick(job)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_job_that_kills_its_process_is_parked_and_the_others_go_on(world, config):
    now = NOW
    killer, good = Job("killer", OFTEN, kill), Job("good", OFTEN, work)
    killed = []
    with clock.told_by(lambda: now):
        for _ in range(90):  # a host that starts it again every minute
            killed.append(ticked(world, config, (killer, good)))
            now += timedelta(minutes=1)
        with world.session() as session:
            row = session.get_one(JobRun, "killer")
            assert row.parked_at is not None
            assert row.failures >= timetable.PARKED_AFTER
            notes = [key.split()[0] for key in session.scalars(select(Throttle.key))]
        # Seven tries in an hour and a half; in every other minute the good job had its turn.
        assert (notes.count("half"), notes.count("whole")) == (0, killed.count(False))
        assert sum(killed) <= 7
        page = world.client("admin").get("/admin/messages").get_data(as_text=True)
        assert "A job fails again and again" in page

        now += timedelta(hours=1)
        assert not ticked(world, config, (Job("killer", OFTEN, work), good))  # it was mended
    with world.session() as session:
        row = session.get_one(JobRun, "killer")
        assert (row.failures, row.parked_at) == (0, None)
