"""Reminding killed at each statement: each reminder is there once, whole, and none is missing."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.domain.bilingual import Bilingual
from accelerator.jobs import daily, remind
from accelerator.jobs.deliver import deliver
from accelerator.jobs.weekly import weekly
from accelerator.storage.invariants import broken
from accelerator.storage.tables import Delivery, Idea, Milestone
from tests.faults.killing import killed, run
from tests.mail import NEWS, MailBox, mail_server, states, write_mails
from tests.world import NOW

DUE = date(2026, 12, 8)
LATE = datetime.fromisoformat("2026-12-15T10:00:00+09:00")  # owner, lead and manager hear
OWNERS = ("owner", "mate", "employee", "reviewer", "second")


def late_milestones(world):
    """Give five people two milestones each that are a week late by then."""
    for name in OWNERS:
        code = world.idea(name, state="active", passage_state="open")
        with world.session() as session:
            idea = session.scalars(select(Idea).where(Idea.code == code)).one()
            session.add_all(
                Milestone(
                    idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people[name],
                    name=Bilingual("顧客訪問", f"Interviews {n}"), wanted=Bilingual("", ""),
                    due_on=DUE, due_set_at=NOW - timedelta(days=60),
                )
                for n in range(2)
            )  # fmt: skip


def told(world):
    """Return the keys of what was told, without the channel, by channel."""
    with world.session() as session:
        found = session.execute(select(Delivery.channel, Delivery.key)).all()
    return {
        channel: {key.rpartition(":")[0] for kind, key in found if kind == channel}
        for channel in ("inbox", "daily")
    }


def test_killed_at_each_statement_every_reminder_comes_once_and_whole(world, config, monkeypatch):
    monkeypatch.setattr(remind, "AT_ONCE", 4)  # several transactions, as for thousands of people
    late_milestones(world)
    died = 0
    for point in count(1):
        if not killed(world, config, remind.remind, point, LATE):
            break
        died += 1
        seen = told(world)
        assert seen["inbox"] == seen["daily"]
    assert died >= 8
    seen = told(world)
    # One step for each milestone and person: the lead owns it, and the managers hear.
    assert len(seen["inbox"]) == 2 * len(OWNERS) * 2
    assert run(world, config, remind.remind, LATE + timedelta(minutes=5)) == 0
    assert told(world) == seen
    with world.session() as session:
        assert broken(session) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_told_in_the_run_that_died_is_what_the_next_one_leaves_out(world, config):
    late_milestones(world)
    run(world, config, remind.remind, LATE)
    whole = told(world)
    with world.session() as session:
        session.execute(Delivery.__table__.delete().where(Delivery.id % 2 == 0))
    run(world, config, remind.remind, LATE + timedelta(minutes=5))
    assert told(world)["inbox"] == whole["inbox"]


def news_for(world, names):
    with clock.told_by(lambda: LATE), world.session() as session:
        for key in ("one", "two"):
            write_mails(session, [world.people[name] for name in names], key=key, line=NEWS)


def carried(world):
    """Return how many rows are carried; each by a message of its receiver's that tells of it."""
    with world.session() as session:
        mails = {
            mail.id: mail
            for mail in session.scalars(select(Delivery).where(Delivery.template == "daily"))
        }
        rows = session.scalars(select(Delivery).where(Delivery.channel == "daily")).all()
    assert len({mail.person_id for mail in mails.values()}) == len(mails)
    there = [row for row in rows if row.state == "carried"]
    assert {row.state for row in rows} <= {"waiting", "carried"}
    for mail in mails.values():
        theirs = [row for row in rows if row.person_id == mail.person_id]
        assert {row.carried_by_id for row in theirs} == {mail.id}
        assert sum(len(group["items"]) for group in mail.data["news"]) == len(theirs) == 2
    assert len(there) == 2 * len(mails)
    return len(there)


def test_the_days_message_killed_while_made_and_while_sent_comes_once(world, config, monkeypatch):
    monkeypatch.setattr(daily, "_AT_ONCE", 2)
    news_for(world, OWNERS)
    for point in count(1):
        if not killed(world, config, daily.daily, point, LATE):
            break
        carried(world)
    assert point > 8
    assert carried(world) == 2 * len(OWNERS)
    assert run(world, config, daily.daily, LATE + timedelta(minutes=5)) == 0

    box, died = MailBox(), 0
    with mail_server(box) as port:
        posted = replace(config, mail_url=f"smtp://127.0.0.1:{port}")
        for point in count(3, 2):
            if not killed(world, posted, deliver, point, LATE + timedelta(minutes=point)):
                break
            died += 1
        run(world, posted, deliver, LATE + timedelta(minutes=point + 5))  # no claim is left
    assert died >= 5
    assert set(box.receivers) == {f"{name}@hoshino.example" for name in OWNERS}
    assert len({message["Message-ID"] for message in box.messages}) == len(OWNERS)
    # Only who died between the mail server's yes and the commit sent a message again.
    assert len(box.messages) <= len(OWNERS) + died // 3
    assert set(states(world.engine)) == {"sent"}


def test_the_weeks_summary_killed_at_each_statement_is_written_once(world, config):
    late_milestones(world)
    for point in count(2, 3):
        if not killed(world, config, weekly, point, LATE):
            break
    assert point > 10
    assert run(world, config, weekly, LATE + timedelta(hours=2)) == 0
    with world.session() as session:
        rows = session.scalars(select(Delivery).where(Delivery.template == "weekly")).all()
    people = [row.person_id for row in rows]
    assert len(people) == len(set(people))
    assert {world.people["manager"], world.people["sponsor"]} <= set(people)
    mine = next(row for row in rows if row.person_id == world.people["manager"])
    assert mine.state == "waiting"
    assert mine.data["cohorts"]
