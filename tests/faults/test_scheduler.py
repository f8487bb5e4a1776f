"""Schedulers that are killed, frozen, many at once, or whose clock jumps."""

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from accelerator import clock
from accelerator.domain.bilingual import Bilingual
from accelerator.jobs import run
from accelerator.jobs.daily import daily
from accelerator.jobs.deliver import deliver
from accelerator.jobs.lease import LeaseLost
from accelerator.jobs.remind import remind
from accelerator.jobs.run import reading
from accelerator.jobs.timetable import Job, Timetable
from accelerator.storage.tables import Delivery, Idea, JobRun, Lease, Milestone, Passage, Person
from tests.mail import NEWS, MailBox, held, mail_server, mails, states, write_mails
from tests.world import NOW, World

SCRIPT = Path(__file__).with_name("scheduler.py")
LEASE = 2.0
DUE_SOON = NOW + timedelta(days=9)  # a Wednesday at 10:00 in Tokyo; reviews are due in five days


@contextmanager
def scheduler(url: str, port: int, now: datetime) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), url, f"smtp://127.0.0.1:{port}", str(LEASE), now.isoformat()],
        cwd=SCRIPT.parents[2], env={"PYTHONPATH": str(SCRIPT.parents[2])},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(20)


def wait_for(what: Callable[[], object], seconds: float = 60, every: float = 0.1) -> None:
    deadline = monotonic() + seconds
    while not what():
        assert monotonic() < deadline, "waited too long"
        sleep(every)


def all_sent(world: World) -> bool:
    with reading(world.engine) as session:
        waiting = select(func.count()).where(Delivery.channel == "mail", Delivery.state != "sent")
        return session.scalar(waiting) == 0


def crowd(world: World, count: int) -> list[int]:
    with world.session() as session:
        return list(
            session.scalars(
                insert(Person).returning(Person.id),
                [
                    {
                        "email": f"p{n}@hoshino.example", "family_name": f"P{n}",
                        "given_name": "", "department": "", "skills": [], "created_at": NOW,
                        "version": 1,
                    }
                    for n in range(count)
                ],
            )
        )  # fmt: skip


def digests(world: World) -> dict[str, int]:
    """Count what waits for the day's message, is carried by one that was sent, or by none."""
    with reading(world.engine) as session:
        mail = aliased(Delivery)
        rows = session.execute(
            select(Delivery.state, mail.state, func.count())
            .outerjoin(mail, mail.id == Delivery.carried_by_id)
            .where(Delivery.channel == "daily")
            .group_by(Delivery.state, mail.state)
        )
        return {f"{state} {carrier or ''}".strip(): count for state, carrier, count in rows}


def test_killed_in_a_digest_of_500_each_gets_one_and_one_at_most_gets_two(world, database_url):
    people = crowd(world, 500)
    with clock.told_by(lambda: DUE_SOON), world.session() as session:
        for key in ("one", "two"):
            write_mails(session, people, key=key, line=NEWS)
    box = MailBox()
    with mail_server(box) as port:
        with scheduler(database_url, port, DUE_SOON) as first:
            wait_for(lambda: len(box.messages) >= 150)
            first.kill()
            first.wait()
        # Clocks of both processes began at one time; the second one starts after the first died.
        with scheduler(database_url, port, DUE_SOON + timedelta(seconds=30)):
            wait_for(lambda: digests(world) == {"carried sent": 1000}, 60, every=0.5)
    assert set(box.receivers) == {f"p{n}@hoshino.example" for n in range(500)}
    assert len(box.messages) <= 501
    assert len({message["Message-ID"] for message in box.messages}) == 500
    bodies = [message.get_body(("plain",)).get_content() for message in box.messages]
    assert {body.count("/ideas/S27-0001/milestones") for body in bodies} == {2}


@pytest.mark.parametrize("many", [2, 5])
def test_of_several_schedulers_each_reminder_comes_once(world, database_url, many):
    for title in ("A better cell", "Quiet gears", "Clean baths"):
        world.assign(world.idea("owner", title=title, state="active"), "reviewer")
    box = MailBox()
    with mail_server(box) as port, ExitStack() as together:
        for _ in range(many):
            together.enter_context(scheduler(database_url, port, DUE_SOON))
        wait_for(lambda: len(box.messages) >= 2)
        sleep(1.5)  # room for a second one, if there were any
    assert sorted(box.receivers) == ["manager@hoshino.example", "reviewer@hoshino.example"]
    with world.session() as session:
        notices = session.execute(
            select(Person.email, func.count())
            .join(Delivery, Delivery.person_id == Person.id)
            .where(Delivery.channel == "inbox")
            .group_by(Person.email)
        ).all()
    assert sorted(map(tuple, notices)) == [
        ("manager@hoshino.example", 3), ("reviewer@hoshino.example", 3),
    ]  # fmt: skip


def freeze(process: subprocess.Popen, world: World) -> None:
    """Stop a process between two transactions: one of SQLite's would stop everybody with it."""
    for _ in range(100):
        process.send_signal(signal.SIGSTOP)
        if world.engine.dialect.name != "sqlite" or not is_locked(world):
            return
        process.send_signal(signal.SIGCONT)
        sleep(0.02)
    raise AssertionError("it was always in a transaction")


def is_locked(world: World) -> bool:
    with closing(sqlite3.connect(str(world.engine.url.database), timeout=0.1)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


def test_a_frozen_scheduler_notices_that_another_took_over_before_it_sends(world, database_url):
    people = crowd(world, 25)
    with world.session() as session:
        write_mails(session, people)
    box = MailBox()
    box.pause = 0.05
    began = monotonic()
    with mail_server(box) as port, scheduler(database_url, port, NOW) as first:
        wait_for(lambda: len(box.messages) >= 5)
        freeze(first, world)
        later = NOW + timedelta(seconds=monotonic() - began)
        with scheduler(database_url, port, later):
            wait_for(lambda: all_sent(world))
        first.send_signal(signal.SIGCONT)
        sleep(1)
        fence = select(Lease.fence)
        with world.session() as session:
            assert session.scalar(fence) >= 2
    assert set(box.receivers) == {f"p{n}@hoshino.example" for n in range(25)}
    # The message that was already on its way when the freeze came may arrive twice.
    assert len(box.messages) <= 26
    assert len({message["Message-ID"] for message in box.messages}) == 25


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_scheduler_frozen_in_a_transaction_keeps_no_lock(world, config, monkeypatch):
    """On SQLite it would stop every writer: there all processes are of one machine."""
    with world.session() as session:
        write_mails(session, [world.people["owner"]])
    monkeypatch.setattr(run, "FROZEN", text(str(run.FROZEN).replace("20s", "1s")))
    frozen = held(world.engine, config, "first")

    def freeze_and_thaw() -> None:
        with frozen.transaction() as session:
            session.execute(update(Delivery).values(subject="of the frozen one"))
            with clock.told_by(lambda: NOW + timedelta(days=31)):  # its lease has lapsed
                awake = held(world.engine, config, "second")
                assert awake.hold.fence == frozen.hold.fence + 1
                assert deliver(awake) == 1
            session.execute(select(Delivery))

    with pytest.raises(DBAPIError):
        freeze_and_thaw()
    assert mails(world.engine)[0].subject != "of the frozen one"


def test_who_lost_the_lease_sends_nothing(world, config):
    with world.session() as session:
        write_mails(session, [world.people["owner"]])
    frozen = held(world.engine, config, "first")
    with world.session() as session:
        session.execute(update(Lease).values(until=NOW))
    awake = held(world.engine, config, "second")
    assert awake.hold.fence == frozen.hold.fence + 1
    with pytest.raises(LeaseLost):
        deliver(frozen)
    with pytest.raises(LeaseLost):
        frozen.still_mine()
    assert states(world.engine) == ["waiting"]
    assert deliver(awake) == 1


def test_a_claim_of_a_former_holder_is_taken_over_at_once(world, config):
    with world.session() as session:
        write_mails(session, [world.people["owner"]])
        session.execute(
            update(Delivery).values(
                claimed_by="1:somebody", claimed_until=NOW + timedelta(minutes=3), attempts=1
            )
        )
    assert deliver(held(world.engine, config)) == 1


def due_on(world: World, owner: str, day: date) -> None:
    code = world.idea(owner, state="active", passage_state="open")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people[owner],
                name=Bilingual("顧客訪問", "Interviews"), wanted=Bilingual("", ""), due_on=day,
            )
        )  # fmt: skip


def test_clock_jumps_send_nothing_twice_and_lose_nothing(world, config):
    world.assign(world.idea("owner", state="active"), "reviewer")
    jumps = [
        DUE_SOON, DUE_SOON + timedelta(hours=3), DUE_SOON - timedelta(days=2), DUE_SOON,
        DUE_SOON + timedelta(days=365), DUE_SOON, DUE_SOON + timedelta(minutes=1),
    ]  # fmt: skip
    heard: list[int] = []
    for moment in jumps:
        with clock.told_by(lambda moment=moment: moment):
            shift = held(world.engine, config)
            for job in (remind, daily, deliver):
                job(shift)
            heard.append(len(mails(world.engine)))
    told = [line["row"] for mail in mails(world.engine) for line in mail.data["lines"]]
    assert len(told) == len(set(told))
    with world.session() as session:
        waiting = select(func.count()).where(
            Delivery.channel == "daily", Delivery.state == "waiting"
        )
        assert session.scalar(waiting) == 0
    assert heard[0] == heard[1] == heard[2] == heard[3]  # back and forth within days: nothing new
    assert heard[4] == heard[5] == heard[6]  # a year ahead and back: told once of being late
    assert set(states(world.engine)) == {"sent"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("zone", "country", "sunday"),
    [
        ("Europe/Berlin", "DE", date(2027, 3, 28)),
        ("Europe/Berlin", "DE", date(2026, 10, 25)),
        ("Europe/London", "GB", date(2026, 10, 25)),
        ("Asia/Tokyo", "JP", date(2027, 3, 28)),
        ("America/Sao_Paulo", "BR", date(2018, 11, 4)),
        ("Australia/Lord_Howe", "AU", date(2026, 10, 4)),
        ("Pacific/Apia", "WS", date(2012, 1, 1)),
    ],
)
def test_over_a_change_of_clocks_nine_is_once_a_day_and_each_day_is_told_of_once(
    world, config, zone, country, sunday
):
    local = ZoneInfo(zone)
    tuesday = sunday + timedelta(days=2)
    due_on(world, "owner", tuesday)
    with world.session() as session:
        session.execute(update(Person).values(time_zone=zone, country=country, quiet_until=time(9)))
        session.execute(update(Passage).values(entered_at=NOW - timedelta(days=6000)))
    at = datetime.combine(sunday, time(), UTC) - timedelta(days=3)
    for _ in range(6 * 48):
        at += timedelta(minutes=30)
        if at.astimezone(local).hour not in {0, 8, 9, 10, 13, 21}:
            continue
        with clock.told_by(lambda: at):  # noqa: B023 - asked within the turn
            shift = held(world.engine, config)
            for job in (remind, daily, deliver):
                job(shift)
    sent = mails(world.engine)
    told = [
        (line["kind"], line["due_on"], line["on"]) for mail in sent for line in mail.data["lines"]
    ]
    assert len(told) == len(set(told)) >= 2
    assert set(states(world.engine)) == {"sent"}
    moments = [mail.sent_at.astimezone(local) for mail in sent]
    assert len({moment.date() for moment in moments}) == len(moments)
    assert tuesday in {moment.date() for moment in moments}
    assert {moment.time() for moment in moments[1:]} == {time(9)}  # the first had been held up


def test_the_timetable_stops_in_good_order_and_lets_go(world, config):
    table = Timetable(world.engine, config, (Job("one", timedelta(seconds=1), lambda _: 0),))
    thread = threading.Thread(target=table.run)
    thread.start()

    def ran():
        with world.session() as session:
            return session.get(JobRun, "one")

    wait_for(ran, 20)
    table.stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert held(world.engine, config, "another").hold.fence == 2
