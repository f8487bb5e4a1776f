"""Reminding killed at each statement: each reminder is there once, whole, and none is missing."""

from datetime import date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from accelerator.domain.bilingual import Bilingual
from accelerator.jobs import remind
from accelerator.storage.invariants import broken
from accelerator.storage.tables import Delivery, Idea, Milestone
from tests.faults.killing import killed, run
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
