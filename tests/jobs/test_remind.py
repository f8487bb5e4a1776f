"""Reminders from facts: who hears, when, in what words, and that they stop."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from accelerator import clock
from accelerator.activity.letters import Reader, subject
from accelerator.domain.bilingual import Bilingual
from accelerator.jobs.deliver import deliver
from accelerator.jobs.remind import remind
from accelerator.standing.dues import still_due
from accelerator.storage.tables import (
    Assignment,
    Decision,
    Delivery,
    Idea,
    Membership,
    Milestone,
    Passage,
    Person,
    Preference,
)
from tests.mail import held, mails
from tests.world import NOW, World

DUE = date(2026, 12, 8)  # a Tuesday; 1 December is a week before, 15 December five days after
MORNING = {day: datetime.fromisoformat(f"2026-12-{day:02}T10:00:00+09:00") for day in range(1, 23)}


@pytest.fixture
def code(world: World) -> str:
    """Return an idea at work whose only milestone, its team mate's, is due."""
    code = world.idea("owner", state="active", passage_state="open", team=("mate",))
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        idea.active_at = NOW + timedelta(days=40)
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people["mate"],
                name=Bilingual("顧客訪問", "Interviews"), wanted=Bilingual("", ""), due_on=DUE,
            )
        )  # fmt: skip
    return code


def at(world: World, config, moment: datetime) -> int:
    with clock.told_by(lambda: moment):
        shift = held(world.engine, config)
        heard = remind(shift)
        assert remind(shift) == 0
    return heard


def said(world: World, language: str = "en") -> list[str]:
    """Return what every notice says, oldest first."""
    reader = Reader("", language, "Asia/Tokyo")
    with world.session() as session:
        rows = session.scalars(
            select(Delivery).where(Delivery.channel == "inbox").order_by(Delivery.id)
        )
        return [subject(row.template, row.data, reader) for row in rows]


def waiting(world: World) -> list[tuple[int, str]]:
    """Return receiver and channel of what waits to be carried or sent."""
    with world.session() as session:
        rows = session.execute(
            select(Delivery.person_id, Delivery.channel)
            .where(Delivery.state == "waiting")
            .order_by(Delivery.id)
        )
        return [(row.person_id, row.channel) for row in rows]


def notices(world: World) -> list[tuple[str, str]]:
    """Return receiver and key of every notice, oldest first, and forget none."""
    with world.session() as session:
        rows = session.execute(
            select(Person.email, Delivery.key)
            .join(Delivery, Delivery.person_id == Person.id)
            .where(Delivery.channel == "inbox")
            .order_by(Delivery.id)
        ).all()
    return [(email.split("@")[0], key.split(":")[3]) for email, key in rows]


def test_the_whole_ladder_of_a_milestone(world, config, code):
    heard = {day: at(world, config, moment) for day, moment in MORNING.items()}
    assert {day: count for day, count in heard.items() if count} == {1: 1, 7: 1, 8: 1, 11: 1, 15: 1}
    assert notices(world) == [
        ("mate", "-7calendar"), ("mate", "-1calendar"), ("mate", "+0calendar"),
        ("owner", "+3working"), ("manager", "+5working"),
    ]  # fmt: skip
    assert said(world) == [
        "Interviews for “A better cell” is due on Tue 8 Dec 2026",
        "Interviews for “A better cell” is due on Tue 8 Dec 2026",
        "Interviews for “A better cell” is due today, Tue 8 Dec 2026",
        "Interviews for “A better cell” was due on Tue 8 Dec 2026; it is with Test Mate",
        "Interviews for “A better cell” was due on Tue 8 Dec 2026; it is with Test Mate",
    ]
    assert {channel for _, channel in waiting(world)} == {"daily"}
    assert len(waiting(world)) == 5


def test_it_stops_when_the_thing_is_done_and_begins_anew_with_another_date(world, config, code):
    at(world, config, MORNING[1])
    with world.session() as session:
        session.execute(update(Milestone).values(state="done", done_at=NOW))
    assert [at(world, config, MORNING[day]) for day in (7, 8, 11, 15)] == [0, 0, 0, 0]
    with world.session() as session:
        session.execute(
            update(Milestone).values(
                state="open", done_at=None, due_on=date(2026, 12, 22), due_set_at=MORNING[11]
            )
        )
    assert [at(world, config, MORNING[day]) for day in (14, 15, 16)] == [0, 1, 0]


def by_mail(world: World, name: str = "mate") -> None:
    """Let somebody hear of milestones by a mail of its own."""
    with world.session() as session:
        session.add(Preference(person_id=world.people[name], kind="milestone", choice="mail"))


def test_what_was_done_before_the_mail_left_is_not_told(world, config, code):
    by_mail(world)
    with clock.told_by(lambda: MORNING[1]):
        assert remind(held(world.engine, config)) == 1
        with world.session() as session:
            line = session.scalars(select(Delivery.data)).first()["line"]
            assert still_due(session, [line], world.people["mate"], now=NOW) == [True]
            assert still_due(session, [line], world.people["owner"], now=NOW) == [False]
            session.execute(update(Milestone).values(state="done", done_at=NOW))
            assert still_due(session, [line], world.people["mate"], now=NOW) == [False]
        assert deliver(held(world.engine, config)) == 0
    assert [mail.state for mail in mails(world.engine)] == ["cancelled"]


def test_a_mail_held_up_until_night_waits_for_the_next_working_morning(world, config, code):
    by_mail(world)
    with clock.told_by(lambda: MORNING[4]):
        assert remind(held(world.engine, config)) == 1
    with clock.told_by(lambda: MORNING[4] + timedelta(hours=13)):
        assert deliver(held(world.engine, config)) == 0
    mail = mails(world.engine)[0]
    assert (mail.state, mail.attempts) == ("waiting", 0)
    assert mail.due_at == MORNING[7] - timedelta(hours=2)
    with clock.told_by(lambda: MORNING[7]):
        assert deliver(held(world.engine, config)) == 1
    assert "Interviews" in mails(world.engine)[0].body


def test_nobody_hears_at_night_at_a_weekend_or_on_a_holiday_of_their_own(world, config, code):
    with world.session() as session:
        session.execute(
            update(Person)
            .where(Person.email == "mate@hoshino.example")
            .values(country="DE", time_zone="Europe/Berlin", language="ja")
        )
        session.execute(update(Milestone).values(due_on=date(2027, 1, 2)))
    tries = {
        "2026-12-25T10:00:00+01:00": 0,  # Christmas
        "2026-12-26T10:00:00+01:00": 0,  # a Saturday
        "2026-12-28T07:59:00+01:00": 0,
        "2026-12-28T08:00:00+01:00": 1,
        "2026-12-31T20:00:00+01:00": 0,
        "2027-01-01T10:00:00+01:00": 0,  # New Year, one day before
        "2027-01-04T09:00:00+01:00": 1,
    }
    found = {when: at(world, config, datetime.fromisoformat(when)) for when in tries}
    assert found == tries
    assert said(world, "ja")[-1] == "「A better cell」の「顧客訪問」の期日は2027年1月2日(土)でした"


def test_everything_that_is_due_waits_for_the_one_message_of_the_day(world, config, code):
    for title in ("Second", "Third"):
        world.assign(world.idea("owner", title=title, state="active"), "mate")
    with world.session() as session:
        session.execute(update(Assignment).values(due_on=DUE))
        session.execute(update(Passage).values(promise_on=None))
    assert at(world, config, MORNING[1]) == 1
    assert waiting(world) == [(world.people["mate"], "daily")] * 3
    assert [who for who, _ in notices(world)] == ["mate"] * 3


def test_a_late_review_is_told_to_its_reviewer_and_the_managers_never_to_the_team(world, config):
    world.assign(world.idea("owner", state="active", team=("mate",)), "reviewer")
    with world.session() as session:
        session.execute(update(Assignment).values(due_on=DUE))
        session.execute(update(Passage).values(promise_on=None))
    for moment in MORNING.values():
        at(world, config, moment)
    assert {who for who, _ in notices(world)} == {"reviewer", "manager"}
    assert notices(world)[-2:] == [("reviewer", "+3working"), ("manager", "+5working")]
    assert said(world)[-1] == (
        "The review of “A better cell” by Test Reviewer was due on Tue 8 Dec 2026"
    )


def test_a_review_handed_in_or_taken_back_is_not_reminded_of(world, config):
    for state in ("submitted", "declined", "removed"):
        world.assign(world.idea("owner", state="active"), "reviewer", state=state)
    with world.session() as session:
        session.execute(update(Passage).values(promise_on=None))
    assert sum(at(world, config, moment) for moment in MORNING.values()) == 0


def test_a_gate_promise_is_the_managers_and_the_lead_hears_that_it_is_late(world, config):
    world.idea("owner", state="active", team=("mate",))
    with world.session() as session:
        session.execute(update(Passage).values(promise_on=DUE))
    for moment in MORNING.values():
        at(world, config, moment)
    assert notices(world) == [
        ("manager", "-7calendar"), ("manager", "-1calendar"), ("manager", "+0calendar"),
        ("owner", "+3working"), ("manager", "+5working"),
    ]  # fmt: skip


def test_a_parked_idea_comes_back_once_to_its_owner_and_managers(world, config):
    code = world.idea("owner", state="parked", passage_state="left")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Decision(
                passage_id=idea.passage_id, idea_id=idea.id, outcome="park", reason="Too early",
                decided_by_id=world.people["manager"], decided_at=NOW, announced_at=NOW,
                revisit_on=DUE,
            )
        )  # fmt: skip
    heard = {day: at(world, config, moment) for day, moment in MORNING.items()}
    assert {day: count for day, count in heard.items() if count} == {8: 2}
    assert sorted(who for who, _ in notices(world)) == ["manager", "owner"]


def test_a_closed_account_or_a_missing_manager_is_stood_in_for(world, config, code):
    with world.session() as session:
        session.execute(
            update(Person).where(Person.email == "mate@hoshino.example").values(disabled_at=NOW)
        )
        managers = session.scalars(
            select(Membership).where(
                Membership.role == "manager", Membership.programme_id == world.programme_id
            )
        )
        for membership in managers:
            session.delete(membership)
    for moment in MORNING.values():
        at(world, config, moment)
    assert notices(world) == [
        ("owner", "-7calendar"), ("owner", "-1calendar"), ("owner", "+0calendar"),
        ("owner", "+3working"), ("admin", "+5working"),
    ]  # fmt: skip


def test_a_draft_and_an_ended_idea_are_left_in_peace(world, config, code):
    for state in ("draft", "withdrawn", "stopped"):
        with world.session() as session:
            session.execute(update(Idea).where(Idea.code == code).values(state=state))
        assert sum(at(world, config, MORNING[day]) for day in (1, 8, 15)) == 0


def test_a_role_lost_since_is_not_told(world, config, code):
    manager = world.people["manager"]
    with clock.told_by(lambda: MORNING[15]):
        remind(held(world.engine, config))
    with world.session() as session:
        lines = {
            row.person_id: row.data["line"]
            for row in session.scalars(select(Delivery).where(Delivery.channel == "inbox"))
        }
        for role in session.scalars(select(Membership).where(Membership.person_id == manager)):
            session.delete(role)
    with world.session() as session:
        assert {
            person: still_due(session, [line], person, now=MORNING[15])
            for person, line in lines.items()
        } == {
            world.people["mate"]: [True], world.people["owner"]: [True], manager: [False],
        }  # fmt: skip
