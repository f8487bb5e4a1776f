"""Mail that meets trouble: it is sent, retrying, or failed and visible; never lost, never twice."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from accelerator import clock
from accelerator.config import Config
from accelerator.jobs.deliver import BACK_OFF, deliver
from accelerator.storage.tables import Delivery, Person
from tests.mail import MailBox, free_port, held, mail_server, mails, states, write_mails
from tests.world import NOW, World

THREE = ("owner", "mate", "manager")


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def time():
    time = Time()
    with clock.told_by(time):
        yield time


@pytest.fixture
def box():
    return MailBox()


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def posted(config: Config, port: int) -> Config:
    return replace(config, mail_url=f"smtp://127.0.0.1:{port}?timeout=1")


@pytest.fixture
def three(world: World):
    with world.session() as session:
        write_mails(session, [world.people[name] for name in THREE])
    return world


def run(world: World, config: Config) -> int:
    return deliver(held(world.engine, config))


def test_each_gets_one_message_in_their_own_language(three, posted, box, port, time):
    with three.session() as session:
        session.execute(
            update(Person)
            .where(Person.id == three.people["mate"])
            .values(language="ja", family_name="高橋", given_name="彩")
        )
    with mail_server(box, port):
        assert run(three, posted) == 3
        assert run(three, posted) == 0
    by = {str(message["To"].addresses[0].addr_spec): message for message in box.messages}
    assert sorted(by) == sorted(f"{name}@hoshino.example" for name in THREE)
    owner, mate = by["owner@hoshino.example"], by["mate@hoshino.example"]
    assert "Customer interviews" in owner["Subject"]
    assert "顧客訪問" in mate["Subject"]
    assert mate["To"].addresses[0].display_name == "高橋 彩"
    assert mate["Auto-Submitted"] == "auto-generated"
    text = mate.get_body(("plain",)).get_content()
    assert "http://localhost/ideas/S27-0001/milestones" in text
    assert '<html lang="ja">' in mate.get_body(("html",)).get_content()
    stored = {mail.person_id: mail for mail in mails(three.engine)}[three.people["mate"]]
    assert (stored.subject, stored.state, stored.last_error) == (mate["Subject"], "sent", "")
    assert stored.body.split() == text.split()
    assert stored.message_id == mate["Message-ID"]


def test_a_server_down_for_two_hours_delays_and_loses_nothing(three, posted, box, port, time):
    for _ in range(120):
        run(three, posted)
        time.pass_by(minutes=1)
    waiting = mails(three.engine)
    assert {mail.state for mail in waiting} == {"retrying"}
    assert all("ConnectionRefusedError" in mail.last_error for mail in waiting)
    with mail_server(box, port):
        for _ in range(61):
            run(three, posted)
            time.pass_by(minutes=1)
    assert Counter(box.receivers) == dict.fromkeys((f"{n}@hoshino.example" for n in THREE), 1)
    assert states(three.engine) == ["sent"] * 3


def test_after_four_hours_without_a_server_it_has_failed_and_says_so(three, posted, time):
    assert sum(BACK_OFF, timedelta()) == timedelta(hours=4)
    for _ in range(60):
        run(three, posted)
        time.pass_by(minutes=5)
    for mail in mails(three.engine):
        assert (mail.state, mail.claimed_by) == ("failed", None)
        assert "ConnectionRefusedError" in mail.last_error
        assert "Customer interviews" in mail.subject


def test_a_slow_server_is_waited_for_and_one_too_slow_is_asked_again(
    three, posted, box, port, time
):
    with mail_server(box, port):
        box.pause = 0.2
        assert run(three, posted) == 3
    assert states(three.engine) == ["sent"] * 3
    with three.session() as session:
        write_mails(session, [three.people["owner"], three.people["mate"]], key="again")
    with mail_server(box, port):
        box.pause = 1.6
        assert run(three, posted) == 0
        box.pause = 0
        assert run(three, posted) == 1
        time.pass_by(minutes=1)
        assert run(three, posted) == 1
    assert states(three.engine) == ["sent"] * 5
    ids = Counter(message["Message-ID"] for message in box.messages)
    assert len(ids) == 5


def test_451_is_tried_again_and_stops_no_other(three, posted, box, port, time):
    refusals = iter(["451 4.7.1 greylisted"])
    box.answer = lambda address: next(refusals, None) if address.startswith("owner") else None
    with mail_server(box, port):
        assert run(three, posted) == 2
        late = next(m for m in mails(three.engine) if m.person_id == three.people["owner"])
        assert (late.state, late.last_error) == ("retrying", "451 4.7.1 greylisted")
        assert late.due_at == NOW + BACK_OFF[0]
        assert run(three, posted) == 0
        time.pass_by(minutes=1)
        assert run(three, posted) == 1
    assert sorted(Counter(box.receivers).values()) == [1, 1, 1]


def test_421_ends_this_run_and_all_get_theirs_in_the_next(three, posted, box, port, time):
    refusals = iter(["421 4.3.2 shutting down"])
    box.answer = lambda _address: next(refusals, None)
    with mail_server(box, port):
        assert run(three, posted) == 0
        assert sorted(states(three.engine)) == ["retrying", "waiting", "waiting"]
        time.pass_by(minutes=1)
        assert run(three, posted) == 3
    assert sorted(Counter(box.receivers).values()) == [1, 1, 1]


def test_550_has_failed_at_once_and_the_good_receivers_get_one(three, posted, box, port, time):
    box.answer = lambda address: "550 5.1.1 nobody here" if address.startswith("mate") else None
    with mail_server(box, port):
        assert run(three, posted) == 2
        time.pass_by(hours=5)
        assert run(three, posted) == 0
    by = {mail.person_id: mail for mail in mails(three.engine)}
    bad = by.pop(three.people["mate"])
    assert (bad.state, bad.last_error) == ("failed", "550 5.1.1 nobody here")
    assert {mail.state for mail in by.values()} == {"sent"}
    assert sorted(box.receivers) == ["manager@hoshino.example", "owner@hoshino.example"]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"email": "no address at all"},
        {"email": "bad@hoshino.example\nBcc: everybody@hoshino.example"},
        {"family_name": "Evil\r\nBcc: everybody@hoshino.example"},
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_header_carries_no_line_break_and_a_bad_address_stops_nobody(
    three, posted, box, port, time, spoilt
):
    with three.session() as session:
        session.execute(update(Person).where(Person.id == three.people["owner"]).values(**spoilt))
    with mail_server(box, port):
        assert run(three, posted) == 2
    bad = next(m for m in mails(three.engine) if m.person_id == three.people["owner"])
    assert bad.state == "failed"
    assert bad.last_error
    assert sorted(box.receivers) == ["manager@hoshino.example", "mate@hoshino.example"]


def test_a_message_that_cannot_be_written_fails_alone_and_is_visible(
    three, posted, box, port, time
):
    with three.session() as session:
        poison = session.scalars(
            update(Delivery)
            .where(Delivery.person_id == three.people["owner"])
            .values(data={"path": "/"})
            .returning(Delivery.id)
        ).one()
    with mail_server(box, port):
        assert run(three, posted) == 2
    bad = next(mail for mail in mails(three.engine) if mail.id == poison)
    assert bad.state == "failed"
    assert "UndefinedError" in bad.last_error
    page = three.client("admin").get("/admin/messages?state=failed").get_data(as_text=True)
    assert f"/admin/messages/{poison}" in page
    assert three.client("admin").get(f"/admin/messages/{poison}").status_code == 200


def test_a_message_that_kills_its_process_goes_last_and_then_fails(three, posted, box, port, time):
    killer = mails(three.engine)[0].id
    died = {"claimed_by": "an older holder", "claimed_until": NOW + timedelta(minutes=3)}
    with three.session() as session:
        session.execute(update(Delivery).where(Delivery.id == killer).values(attempts=5, **died))
    with mail_server(box, port):
        assert run(three, posted) == 3
    assert box.messages[-1]["Message-ID"] == mails(three.engine)[0].message_id
    with three.session() as session:
        write_mails(session, [three.people["owner"]], key="killer")
        session.execute(
            update(Delivery)
            .where(Delivery.state == "waiting")
            .values(attempts=len(BACK_OFF) + 1, **died)
        )
    with mail_server(box, port):
        assert run(three, posted) == 0
    assert mails(three.engine)[-1].state == "failed"
    assert mails(three.engine)[-1].last_error == "Its sending never came to an end."


def test_what_lost_its_reason_or_its_receiver_is_not_sent(three, posted, box, port, time):
    with three.session() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.person_id == three.people["owner"])
            .values(state="cancelled")
        )
        session.execute(
            update(Person).where(Person.id == three.people["mate"]).values(disabled_at=NOW)
        )
    with mail_server(box, port):
        assert run(three, posted) == 1
    assert box.receivers == ["manager@hoshino.example"]
    assert sorted(states(three.engine)) == ["cancelled", "cancelled", "sent"]


def test_the_link_that_sets_a_password_is_forgotten_once_it_was_sent(
    world, posted, box, port, time
):
    link = "/set-password/a-secret_token"
    with world.session() as session:
        write_mails(session, [world.people["owner"]], path=link)
    with mail_server(box, port):
        assert run(world, posted) == 1
    assert link in box.messages[0].get_body(("plain",)).get_content()
    stored = mails(world.engine)[0]
    assert "a-secret_token" not in f"{stored.body} {stored.data}"


def test_the_file_mailbox_holds_each_message_once(three, config, tmp_path, time):
    assert run(three, config) == 3
    with three.session() as session:
        session.execute(update(Delivery).values(state="waiting", sent_at=None))
    assert run(three, config) == 3
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 3
    assert [file.suffix for file in (tmp_path / "mail").iterdir()] == [".eml"] * 3
