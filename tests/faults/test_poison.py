"""Poison jobs: one that always fails and one that kills its process stop no other."""

import os
import signal
from datetime import timedelta

from sqlalchemy import select, update

from accelerator import clock
from accelerator.activity.events.daily import DAILY
from accelerator.activity.events.reminders import TEMPLATE as REMINDER
from accelerator.jobs import timetable
from accelerator.jobs.daily import daily
from accelerator.jobs.deliver import deliver
from accelerator.jobs.timetable import Job, Timetable
from accelerator.storage.tables import Delivery, JobRun, Throttle
from tests.mail import LINE, NEWS, held, write_mails
from tests.world import NOW

WEDNESDAY = NOW + timedelta(days=9)
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


def test_a_row_that_nobody_understands_fails_alone_and_is_visible(world, config):
    """Left behind by another release, say: neither the day's messages nor the mails wait for it."""
    names = ("owner", "mate", "manager")
    with clock.told_by(lambda: WEDNESDAY), world.session() as session:
        for line, key in ((NEWS, "news"), (LINE, "mail"), (LINE, "due"), (LINE, "day")):
            write_mails(session, [world.people[name] for name in names], key=key, line=line)
        mine = (Delivery.person_id == world.people["mate"],)
        of = {"news": REMINDER, "due": REMINDER, "day": DAILY}  # without what these need
        spoilt = [
            session.scalars(
                update(Delivery)
                .where(*mine, Delivery.key.startswith(f"{key}:"))
                .values(template=template, data={"path": "/"})
                .returning(Delivery.id)
            ).one()
            for key, template in of.items()
        ]
    with clock.told_by(lambda: WEDNESDAY):
        shift = held(world.engine, config)
        daily(shift)
        deliver(shift)
    with world.session() as session:
        rows = {row.id: row for row in session.scalars(select(Delivery))}
    for one in spoilt:
        assert (rows[one].state, "KeyError" in rows[one].last_error) == ("failed", True), rows[
            one
        ].key
    others = [row for row in rows.values() if row.id not in spoilt]
    assert {row.state for row in others} <= {"sent", "carried"}
    page = world.client("admin").get("/admin/messages?state=failed").get_data(as_text=True)
    assert [one for one in spoilt if f"/admin/messages/{one}" not in page] == []
