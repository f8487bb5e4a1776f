"""Mail servers as one meets them: greylisting, breaking off, saying no late, saying nothing."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from accelerator import clock
from accelerator.config import Config
from accelerator.jobs.deliver import BACK_OFF, deliver
from accelerator.storage.tables import Delivery, Person
from tests.mail import (
    CUT,
    CUT_AFTER,
    MailBox,
    free_port,
    held,
    mail_server,
    mails,
    states,
    write_mails,
)
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)
OWNER, MATE = "owner@hoshino.example", "mate@hoshino.example"

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Simulated:
    """Mails sent minute by minute, by a clock that costs no time."""

    def __init__(self, world: World, config: Config, port: int) -> None:
        self.world = world
        self.config = replace(config, mail_url=f"smtp://127.0.0.1:{port}?timeout=0.5")
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def write(self, *people: str, key: str = "test", urgent: bool = False) -> None:
        with self.world.session() as session:
            write_mails(session, [self.world.people[name] for name in people], key=key)
            if urgent:
                session.execute(
                    update(Delivery).where(Delivery.key.startswith(key)).values(urgent=True)
                )

    def run(self, minutes: int) -> int:
        """Let so many minutes pass, sending in each; return how many were sent."""
        sent = 0
        for _ in range(minutes):
            sent += deliver(held(self.world.engine, self.config))
            self.now += MINUTE
        return sent


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def post(world: World, config: Config, port: int) -> Iterator[Simulated]:
    post = Simulated(world, config, port)
    with clock.told_by(post):
        yield post


@sqlite_only
def test_a_greylisting_server_takes_everything_within_its_own_minutes(post, port, world):
    people = ("owner", "mate", "employee", "reviewer", "second", "stranger", "manager")
    post.write(*people)
    first_seen: dict[str, datetime] = {}
    tries: Counter[str] = Counter()
    box = MailBox()

    def greylist(address: str) -> str | None:
        tries[address] += 1
        seen = first_seen.setdefault(address, post.now)
        return None if post.now - seen >= 5 * MINUTE else "450 4.2.0 greylisted, come again"

    box.answer = greylist
    with mail_server(box, port):
        assert post.run(1) == 0
        assert states(world.engine) == ["retrying"] * 7  # one refusal stopped no other
        assert post.run(7) == 7
    assert Counter(box.receivers) == dict.fromkeys(tries, 1)
    assert set(tries.values()) == {4}  # at once, after one minute, after three, after seven


def test_down_for_two_hours_what_came_meanwhile_goes_too_and_the_urgent_first(post, port, world):
    post.write("owner", "mate")
    sent = 0
    for hour in range(4):
        sent += post.run(30)
        post.write("owner", "mate", "manager", key=f"later {hour}", urgent=hour == 3)
    assert sent == 0
    assert {mail.state for mail in mails(world.engine)} <= {"waiting", "retrying"}
    box = MailBox()
    with mail_server(box, port):
        post.now += BACK_OFF[-1]
        assert post.run(1) == 14
    ids = [str(message["Message-ID"]) for message in box.messages]
    assert len(set(ids)) == 14
    urgent = {mail.message_id for mail in mails(world.engine) if mail.urgent}
    assert set(ids[:3]) == urgent
    assert post.run(1) == 0


@sqlite_only
@pytest.mark.parametrize(
    ("verdict", "taken", "state", "why"),
    [
        ("451 4.3.0 no room now", 1, "sent", ""),
        ("421 4.3.2 closing", 1, "sent", ""),
        ("554 5.7.1 looks like spam", 0, "failed", "554 5.7.1 looks like spam"),
        ("552 5.3.4 too big", 0, "failed", "552 5.3.4 too big"),
        (CUT, 1, "sent", ""),
        (CUT_AFTER, 2, "sent", ""),  # its yes was lost: the same message comes again
    ],
)
def test_a_word_after_the_message_was_read(post, port, world, verdict, taken, state, why):
    post.write("owner", "mate")
    once = [verdict]
    box = MailBox()
    box.verdict = lambda address: once.pop() if address == OWNER and once else None
    with mail_server(box, port):
        post.run(4)
    by = Counter(box.receivers)
    assert (by[OWNER], by[MATE]) == (taken, 1)
    assert len({message["Message-ID"] for message in box.messages}) == 1 + bool(taken)
    mail = next(m for m in mails(world.engine) if m.person_id == world.people["owner"])
    assert (mail.state, mail.last_error) == (state, why)


@contextmanager
def greeting(port: int, words: bytes | None) -> Iterator[None]:
    """Answer each call with these words and hang up; None says nothing and keeps the line."""
    with closing(socket.create_server(("127.0.0.1", port))) as listening:
        calls: list[socket.socket] = []

        def answer() -> None:
            with suppress(OSError):
                while True:
                    call, _ = listening.accept()
                    calls.append(call)
                    if words is not None:
                        call.sendall(words)
                        call.close()

        answering = threading.Thread(target=answer)
        answering.start()
        yield
        listening.shutdown(socket.SHUT_RDWR)
        answering.join()
        for call in calls:
            call.close()


@sqlite_only
@pytest.mark.parametrize(
    "words",
    [None, b"", b"554 5.3.2 no service here\r\n", b"421 4.3.2 too busy\r\n", b"HTTP/1.1 400\r\n"],
)
def test_a_server_that_does_not_even_greet_is_asked_once_and_again_later(post, port, world, words):
    post.write("owner", "mate")
    with greeting(port, words):
        assert post.run(1) == 0
    tried = [mail for mail in mails(world.engine) if mail.attempts]
    assert [(mail.state, bool(mail.last_error)) for mail in tried] == [("retrying", True)]
    box = MailBox()
    with mail_server(box, port):
        assert post.run(2) == 2
    assert sorted(box.receivers) == [MATE, OWNER]


@sqlite_only
def test_a_receiver_whose_account_or_address_changes_between_two_tries_is_asked_anew(
    post, port, world
):
    post.write("owner", "mate")
    box = MailBox()
    box.answer = lambda address: "450 4.2.1 mailbox busy" if "new" not in address else None
    with mail_server(box, port):
        assert post.run(1) == 0
        with world.session() as session:
            owner = session.get_one(Person, world.people["owner"])
            owner.email = "new.owner@hoshino.example"
            session.get_one(Person, world.people["mate"]).disabled_at = post.now
        assert post.run(2) == 1
    assert box.receivers == ["new.owner@hoshino.example"]
    assert sorted(states(world.engine)) == ["cancelled", "sent"]
