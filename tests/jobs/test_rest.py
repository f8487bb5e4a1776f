"""What rests: idle ideas and how they end, ageing evidence, people who are away, pauses."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from accelerator import clock
from accelerator.activity.letters import Reader, subject
from accelerator.activity.pausing import pause_reminders, resume_reminders
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.jobs.remind import remind
from accelerator.jobs.rest import rest
from accelerator.standing.dues import still_due
from accelerator.standing.readiness import remember_score
from accelerator.storage.invariants import broken
from accelerator.storage.tables import (
    Absence,
    Answer,
    Assignment,
    Claim,
    Decision,
    Delivery,
    Event,
    Evidence,
    Idea,
    Milestone,
    Passage,
    Person,
    Verification,
)
from tests.mail import held
from tests.world import NOW, TODAY, World

DAY = timedelta(days=1)
MORNING = datetime.fromisoformat("2026-11-24T10:00:00+09:00")  # a Tuesday


def run(world: World, config, moment: datetime) -> tuple[int, int]:
    with clock.told_by(lambda: moment):
        shift = held(world.engine, config)
        return remind(shift), rest(shift)


def told(world: World, template: str = "reminder") -> list[tuple[str, date, str]]:
    """Return who was told what on which day, oldest first."""
    with world.session() as session:
        rows = session.execute(
            select(Person.email, Delivery.created_at, Delivery.data, Delivery.template)
            .join(Delivery, Delivery.person_id == Person.id)
            .where(Delivery.channel == "inbox", Delivery.template == template)
            .order_by(Delivery.id)
        ).all()
        return [
            (
                row.email.split("@")[0],
                row.created_at.date(),
                subject(row.template, row.data, Reader("", "en", "Asia/Tokyo")),
            )
            for row in rows
        ]


def idea_of(session, code: str) -> Idea:
    return session.scalars(select(Idea).where(Idea.code == code)).one()


@pytest.fixture
def code(world: World) -> str:
    return world.idea("owner", state="active", passage_state="open", team=("mate",))


def test_an_idle_idea_is_told_of_twice_then_parked_and_taken_up_with_one_click(world, config, code):
    with_us = world.idea("stranger", title="With us", state="active")
    draft = world.idea("employee", title="A draft")
    with world.session() as session:
        promised = update(Passage).where(Passage.promise_on.is_not(None))
        session.execute(promised.values(promise_on=date(2028, 1, 3)))
    parked = [day for day in range(160) if run(world, config, MORNING + day * DAY)[1]]
    # Entered on 23 November: 150 days later, told of ever since the thirtieth.
    assert [TODAY + (day + 1) * DAY for day in parked] == [date(2027, 4, 22)]
    heard = told(world)
    assert [(who, day.isoformat()) for who, day, _ in heard] == [
        ("owner", "2026-12-23"), ("employee", "2026-12-23"),
        ("owner", "2027-02-22"), ("employee", "2027-02-22"),
    ]  # fmt: skip
    assert heard[0][2] == (
        "Nobody has worked on “A better cell” since Mon 23 Nov 2026;"
        " it will be parked on Thu 22 Apr 2027"
    )
    assert heard[1][2] == "Your draft “A draft” has lain still since Mon 23 Nov 2026"

    with world.session() as session:
        states = {one: idea_of(session, one).state for one in (code, with_us, draft)}
        assert states == {code: "parked", with_us: "active", draft: "draft"}
        decision = session.scalars(select(Decision)).one()
        assert decision.decided_by_id is None
        assert "since Mon 23 Nov 2026" in decision.reason
        assert broken(session) == []
    assert {who for who, *_ in told(world, "decision_announced")} == {"owner", "mate"}

    with clock.told_by(lambda: MORNING + 170 * DAY):
        mate = world.client("mate")
        page = mate.get(f"/ideas/{code}/outcome").text
        assert "by the rules of the programme it is parked" in page
        assert "Take it up again" in page
        assert world.client("manager").post(f"/ideas/{code}/take-up").status_code == 403
        assert "Take a decision back" not in page
        assert mate.post(f"/ideas/{code}/take-up").status_code == 303
        again = mate.post(f"/ideas/{code}/take-up")
        assert again.status_code in (303, 422)
    with world.session() as session:
        idea = idea_of(session, code)
        passages = session.scalars(
            select(Passage).where(Passage.idea_id == idea.id).order_by(Passage.number)
        ).all()
        assert (idea.state, [p.state for p in passages]) == ("active", ["left", "open"])
        assert passages[0].stage_id == passages[1].stage_id
        kinds = set(session.scalars(select(Event.kind).where(Event.idea_id == idea.id)))
        assert {"DecisionAnnounced", "IdeaTakenUp"} <= kinds
        assert broken(session) == []
    assert {who for who, *_ in told(world, "idea_taken_up")} == {"owner", "manager"}


def test_nothing_is_parked_unsaid_and_work_of_the_team_starts_the_days_anew(world, config, code):
    long_ago = MORNING - 400 * DAY
    with world.session() as session:
        session.execute(update(Passage).values(entered_at=long_ago))
        session.execute(update(Answer).values(updated_at=long_ago))
    # The rules come to an idea that has rested for ever: it is told of first, two weeks ahead.
    assert run(world, config, MORNING) == (1, 0)
    assert told(world)[0][2].endswith("it will be parked on Tue 8 Dec 2026")
    assert run(world, config, MORNING + 13 * DAY)[1] == 0
    with world.session() as session:
        session.execute(update(Answer).values(updated_at=MORNING + 13 * DAY))
        line = session.scalars(select(Delivery.data)).first()["line"]
        assert still_due(session, [line], world.people["owner"], now=MORNING + 13 * DAY) == [False]
    assert run(world, config, MORNING + 14 * DAY) == (0, 0)
    with world.session() as session:
        found = idea_of(session, code)
        assert (found.state, found.active_at) == ("active", MORNING + 13 * DAY)
        session.execute(update(Answer).values(updated_at=long_ago))
        session.execute(update(Idea).values(active_at=None))
    assert run(world, config, MORNING + 14 * DAY) == (0, 1)


def test_a_pause_is_kept_by_everything_and_told_to_the_team(world, config, code):
    with world.session() as session:
        idea = idea_of(session, code)
        actor = Actor(world.people["manager"])
        for until, reason in ((TODAY, "too early"), (None, "none"), (TODAY + 20 * DAY, " ")):
            with pytest.raises(DomainError):
                pause_reminders(
                    session, actor=actor, idea=idea, until=until, reason=reason, now=NOW
                )
        with pytest.raises(DomainError):
            resume_reminders(session, actor=actor, idea=idea, now=NOW)
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, owner_id=idea.owner_id,
                name=Bilingual("", "Interviews"), wanted=Bilingual("", ""),
                due_on=TODAY - 30 * DAY,
            )
        )  # fmt: skip
        pause_reminders(
            session, actor=actor, idea=idea, until=TODAY + 9 * DAY, reason="Moving house", now=NOW
        )
    assert [run(world, config, MORNING + day * DAY)[0] for day in range(7)] == [0] * 7
    assert run(world, config, MORNING + 8 * DAY)[0] == 2  # the lead and the manager
    assert {who for who, *_ in told(world, "reminders_paused")} == {"owner", "mate"}
    with world.session() as session:
        idea = idea_of(session, code)
        pause_reminders(
            session, actor=actor, idea=idea, until=TODAY + 99 * DAY, reason="Again", now=NOW
        )
        resume_reminders(session, actor=actor, idea=idea, now=MORNING)
        assert idea.reminders_paused_until == MORNING.date()
    assert {who for who, *_ in told(world, "reminders_resumed")} == {"owner", "mate"}


def test_who_is_away_hears_later_and_a_stand_in_hears_what_they_may_see(world, config, code):
    with world.session() as session:
        idea = idea_of(session, code)
        session.get_one(Passage, idea.passage_id).entered_at = NOW - 20 * DAY
        for name, owner in (("Interviews", "mate"), ("Prototype", "owner")):
            session.add(
                Milestone(
                    idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people[owner],
                    name=Bilingual("", name), wanted=Bilingual("", ""), due_on=TODAY + 2 * DAY,
                )
            )  # fmt: skip
        for away, stand_in in (("mate", "owner"), ("owner", "employee"), ("manager", "owner")):
            session.add(
                Absence(
                    person_id=world.people[away], first_on=TODAY, last_on=TODAY + 10 * DAY,
                    stand_in_id=world.people[stand_in], made_at=NOW,
                )
            )  # fmt: skip
        session.execute(update(Absence).where(Absence.person_id == world.people["owner"]).values(
            first_on=TODAY + 4 * DAY
        ))  # fmt: skip
    run(world, config, MORNING)
    # The team mate's stand-in is in the team; the owner is there still.
    assert [(who, text) for who, _, text in told(world)] == [
        ("owner", "For Test Mate: Interviews for “A better cell” is due on Wed 25 Nov 2026"),
        ("owner", "Prototype for “A better cell” is due on Wed 25 Nov 2026"),
    ]
    for day in range(1, 10):
        run(world, config, MORNING + day * DAY)
    # Whoever may not see the idea hears of nothing, and nobody hears as a manager who is none.
    assert {who for who, *_ in told(world)} == {"owner"}
    for day in range(10, 18):
        run(world, config, MORNING + day * DAY)
    # Days of absence are no working days: three and five of them later the lead and the manager.
    back = {who: day for who, day, _ in reversed(told(world)) if day >= date(2026, 12, 3)}
    assert back == {
        "mate": date(2026, 12, 4), "owner": date(2026, 12, 7), "manager": date(2026, 12, 10),
    }  # fmt: skip


def test_a_managers_stand_in_knows_no_reviewer_of_their_own_idea(world, config):
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    world.role("owner", "manager")
    world.role("second", "manager")
    with world.session() as session:
        session.execute(update(Passage).values(promise_on=None))
        session.execute(update(Assignment).values(due_on=TODAY - 30 * DAY))
        for stand_in in ("owner", "second"):
            session.add(
                Absence(
                    person_id=world.people["manager"], first_on=TODAY, last_on=TODAY + 3 * DAY,
                    stand_in_id=world.people[stand_in], made_at=NOW,
                )
            )  # fmt: skip
    run(world, config, MORNING)
    assert {who for who, *_ in told(world)} == {"reviewer", "second"}


def test_evidence_that_soon_counts_for_less_says_which_when_and_by_how_much(world, config, code):
    with world.session() as session:
        idea = idea_of(session, code)
        for dimension in ("customer", "technology", "business", "ip", "team", "funding"):
            session.add(
                Claim(
                    idea_id=idea.id, dimension=dimension, level=3, claimed_by_id=idea.owner_id,
                    claimed_at=NOW - 300 * DAY,
                )
            )  # fmt: skip
            for level in (1, 2, 3):
                age = 160 if dimension == "customer" else 10
                evidence = Evidence(
                    idea_id=idea.id, dimension=dimension, level=level, statement="Seen",
                    true_on=TODAY - age * DAY, given_by_id=idea.owner_id,
                    given_at=NOW - age * DAY,
                )  # fmt: skip
                session.add(evidence)
                session.flush()
                session.add(
                    Verification(
                        evidence_id=evidence.id, verifier_id=world.people["manager"],
                        accepted=True, level=level, verified_at=NOW - age * DAY,
                    )
                )  # fmt: skip
        session.flush()
        remember_score(session, idea, now=NOW)
        assert idea.evidence_falls_on is not None
    assert run(world, config, MORNING)[0] == 1
    who, _, text = told(world)[0]
    assert who == "owner"
    assert "counts for less from" in text
    assert "Customer, -" in text
    assert "points" in text
