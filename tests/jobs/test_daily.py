"""The day's one message: what it carries, when it leaves, and that there is one a day."""

from dataclasses import replace
from datetime import date, datetime
from email.utils import parseaddr

import pytest
from sqlalchemy import select, update

from accelerator import clock
from accelerator.activity import notify
from accelerator.activity.events.base import Hears, Receivers
from accelerator.activity.outbox import Notice, notify_all
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind
from accelerator.jobs.daily import daily
from accelerator.jobs.deliver import deliver
from accelerator.jobs.remind import remind
from accelerator.jobs.timetable import finished, started
from accelerator.storage.tables import Delivery, Idea, Milestone, Person, Preference
from tests.mail import DATA, MailBox, held, mail_server, mails
from tests.world import World

DUE = date(2026, 12, 8)  # a Tuesday, a week after the 1st
NEWS = Hears(Receivers.PERSON, "milestone_given", kind=Kind.MILESTONE)


def tokyo(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"2026-12-{day:02}T{hour:02}:{minute:02}:00+09:00")


@pytest.fixture
def code(world: World) -> str:
    """Return an idea at work with a milestone of the team mate's, due on the 8th."""
    code = world.idea("owner", state="active", passage_state="open", team=("mate",))
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        idea.active_at = tokyo(30, 9)
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people["mate"],
                name=Bilingual("顧客訪問", "Interviews"), wanted=Bilingual("", ""), due_on=DUE,
            )
        )  # fmt: skip
    return code


def tell(world: World, key: str, now: datetime, who: str = "mate") -> None:
    with world.session() as session:
        notify(
            session, [world.people[who]], NEWS, key=key, data=DATA, due_at=now, now=now,
            about="idea:1", programme_id=world.programme_id,
        )  # fmt: skip


def at(world: World, config, moment: datetime) -> int:
    """Run the jobs of a tick; return how many mails were made."""
    with clock.told_by(lambda: moment):
        shift = held(world.engine, config)
        remind(shift)
        made = daily(shift)
        assert daily(shift) == 0
        deliver(shift)
    return made


def states(world: World) -> list[str]:
    with world.session() as session:
        found = select(Delivery.state).where(Delivery.channel == "daily").order_by(Delivery.id)
        return list(session.scalars(found))


def test_one_message_a_day_holds_what_is_due_first_and_then_what_is_new(world, config, code):
    tell(world, "night", tokyo(1, 2))
    assert at(world, config, tokyo(1, 7, 55)) == 0
    assert at(world, config, tokyo(1, 8)) == 1
    tell(world, "later", tokyo(1, 10))
    assert at(world, config, tokyo(1, 11)) == 0
    assert states(world) == ["carried", "carried", "waiting"]
    mail = mails(world.engine)[0]
    assert (mail.state, mail.subject) == ("sent", "Today: 1 due, 1 new")
    assert mail.body.index("Interviews for “A better cell” is due") < mail.body.index(
        "A milestone is yours: Customer interviews"
    )
    assert "/unsubscribe/…" in mail.body
    assert at(world, config, tokyo(2, 8)) == 1
    assert mails(world.engine)[-1].subject.startswith("A milestone is yours")


def test_what_is_done_by_the_morning_is_left_out_and_a_closed_account_hears_nothing(
    world, config, code
):
    with clock.told_by(lambda: tokyo(1, 9)):
        remind(held(world.engine, config))
    tell(world, "of a leaver", tokyo(1, 9), who="owner")
    with world.session() as session:
        session.execute(update(Milestone).values(state="done", done_at=tokyo(1, 9)))
        leaver = update(Person).where(Person.id == world.people["owner"])
        session.execute(leaver.values(disabled_at=tokyo(1, 9)))
    assert at(world, config, tokyo(1, 9, 5)) == 0
    assert states(world) == ["cancelled", "cancelled"]
    assert mails(world.engine) == []


def test_a_message_held_up_over_night_is_the_next_days_one(world, config, code):
    with clock.told_by(lambda: tokyo(4, 19, 59)):
        tell(world, "friday", tokyo(4, 19, 59))
        assert daily(held(world.engine, config)) == 1
    with clock.told_by(lambda: tokyo(4, 20, 1)):
        assert deliver(held(world.engine, config)) == 0
    tell(world, "weekend", tokyo(5, 12))
    assert at(world, config, tokyo(7, 8)) == 0
    assert [(mail.state, mail.sent_at) for mail in mails(world.engine)] == [("sent", tokyo(7, 8))]
    assert at(world, config, tokyo(8, 8)) == 1


def test_a_line_done_between_the_making_and_the_sending_is_taken_out(world, config, code):
    tell(world, "news", tokyo(1, 9))
    with clock.told_by(lambda: tokyo(1, 9)):
        shift = held(world.engine, config)
        remind(shift)
        assert daily(shift) == 1
        with world.session() as session:
            session.execute(update(Milestone).values(state="done", done_at=tokyo(1, 9)))
        deliver(shift)
    assert "Interviews for" not in mails(world.engine)[0].body
    assert states(world) == ["carried", "cancelled"]


def test_the_morning_waits_for_its_reminders_but_not_long(world, config, code):
    tell(world, "night", tokyo(1, 2))
    with world.session() as session:
        started(session, "remind", now=tokyo(1, 7, 58))
    with clock.told_by(lambda: tokyo(1, 8, 1)):
        assert daily(held(world.engine, config)) == 0
    with world.session() as session:
        started(session, "remind", now=tokyo(1, 8, 3))
        finished(session, "remind", error="", now=tokyo(1, 8, 4))
    with clock.told_by(lambda: tokyo(1, 8, 5)):
        assert daily(held(world.engine, config)) == 1
        deliver(held(world.engine, config))
    tell(world, "next night", tokyo(2, 2))
    with clock.told_by(lambda: tokyo(2, 8, 20)):
        assert daily(held(world.engine, config)) == 1


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("mail", ["inbox sent", "mail waiting"]),
        ("daily", ["inbox sent", "daily waiting"]),
        ("inbox", ["inbox sent"]),
        ("off", ["inbox cancelled"]),
    ],
)
def test_everybody_hears_as_they_chose(world, config, choice, expected):
    with world.session() as session:
        session.add(Preference(person_id=world.people["mate"], kind="milestone", choice=choice))
    tell(world, "one", tokyo(1, 9))
    tell(world, "one", tokyo(1, 9))
    with world.session() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        assert [f"{row.channel} {row.state}" for row in rows] == expected
        assert all((row.sent_at is None) == (row.state != "sent") for row in rows)
    bulk = Notice(NEWS, "two", DATA, tokyo(1, 9), programme_id=world.programme_id)
    with world.session() as session:
        notify_all(session, [(world.people["mate"], bulk)], now=tokyo(1, 9))
        rows = session.scalars(select(Delivery).where(Delivery.key.like("two:%"))).all()
        assert sorted(f"{row.channel} {row.state}" for row in rows) == sorted(expected)
        assert all((row.sent_at is None) == (row.state != "sent") for row in rows)


def test_a_mail_says_who_is_answered_how_it_ends_and_what_it_belongs_to(
    world, config, code, tmp_path
):
    box = MailBox()
    invited = Hears(Receivers.PERSON, "milestone_given", urgent=True)
    with mail_server(box) as port, clock.told_by(lambda: tokyo(1, 9)):
        shift = held(world.engine, replace(config, mail_url=f"smtp://127.0.0.1:{port}"))
        for key in ("a", "b"):
            with world.session() as session:
                notify(
                    session, [world.people["mate"]], invited, key=key, data=DATA,
                    due_at=tokyo(1, 9), now=tokyo(1, 9), about="idea:1",
                )  # fmt: skip
        tell(world, "news", tokyo(1, 9))
        daily(shift)
        deliver(shift)
    first, second, day = box.messages
    assert parseaddr(first["Reply-To"])[1] == "manager@hoshino.example"
    assert first["References"] == second["References"] != first["Message-ID"]
    assert first["List-Unsubscribe"] is None
    assert day["References"] is None
    assert day["List-Unsubscribe"].strip().startswith(f"<{config.base_url}/unsubscribe/")
    assert day["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
