"""How people hear: choices, quiet hours, days away, and mails ended by one click."""

from datetime import time, timedelta

from sqlalchemy import select

from accelerator.activity import notify
from accelerator.activity.events.base import Hears, Receivers
from accelerator.activity.replies import ending
from accelerator.domain.notices import Kind
from accelerator.storage.tables import Absence, Delivery, Event, Ladder, Person, Preference
from tests.mail import DATA
from tests.world import NOW, TODAY, World

NEWS = Hears(Receivers.PERSON, "milestone_given", kind=Kind.MILESTONE)
QUIET = {"quiet_from": "19:30", "quiet_until": "07:15"}


def chosen(world: World, name: str = "owner") -> dict[str, str]:
    with world.session() as session:
        found = select(Preference).where(Preference.person_id == world.people[name])
        return {row.kind: row.choice for row in session.scalars(found)}


def tell(world: World, name: str = "owner") -> None:
    with world.session() as session:
        notify(session, [world.people[name]], NEWS, key="n", data=DATA, due_at=NOW, now=NOW)


def states(world: World) -> list[tuple[str, str]]:
    with world.session() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id))
        return sorted((row.channel, row.state) for row in rows)


def test_a_person_chooses_by_kind_and_hours_and_what_waits_follows(world):
    tell(world)
    client = world.client("owner")
    page = client.get("/inbox/notices").get_data(as_text=True)
    assert "Milestones" in page
    assert "Summary of the week" not in page
    assert "Summary of the week" in world.client("manager").get("/inbox/notices").text
    answer = client.post("/inbox/notices", data={"kind_milestone": "inbox", **QUIET})
    assert (answer.status_code, answer.location) == (303, "/inbox/notices")
    assert chosen(world) == {"milestone": "inbox"}
    assert states(world) == [("daily", "cancelled"), ("inbox", "sent")]
    with world.session() as session:
        person = session.get_one(Person, world.people["owner"])
        assert (person.quiet_from, person.quiet_until) == (time(19, 30), time(7, 15))
        assert session.scalars(select(Event.kind)).all()[-1] == "NoticesChosen"
    client.post("/inbox/notices", data={"kind_milestone": "", **QUIET})
    assert chosen(world) == {}
    for wrong in ({"kind_decision": "off"}, {"kind_milestone": "x"}, {"quiet_from": "25:00"}):
        assert client.post("/inbox/notices", data=QUIET | wrong).status_code == 422
    assert chosen(world) == {}


def test_what_a_programme_needs_is_said_and_stays(world):
    tell(world)
    with world.session() as session:
        session.add(Ladder(programme_id=world.programme_id, kind="milestone", optional=False))
    client = world.client("owner")
    assert "A programme wants everybody to hear of this" in client.get("/inbox/notices").text
    client.post("/inbox/notices", data={"kind_milestone": "off", **QUIET})
    assert ("daily", "waiting") in states(world)


def test_days_away_are_written_down_with_a_stand_in_and_taken_back(world):
    client = world.client("owner")
    first, last = TODAY + timedelta(days=5), TODAY + timedelta(days=9)
    days = {"first_on": first.isoformat(), "last_on": last.isoformat()}
    sent = days | {"stand_in": "mate@hoshino.example"}
    assert client.post("/inbox/absences", data=sent).status_code == 303
    page = client.get("/inbox/notices").text
    assert "Test Mate" in page
    for wrong, words in (
        (days, "You have said already"),
        (days | {"last_on": TODAY.isoformat()}, "not before the first one"),
        ({"first_on": "2026-01-01", "last_on": "2026-01-02"}, "over already"),
        ({"first_on": "2027-01-01", "last_on": "2029-01-02"}, "at most 400 days"),
        (
            {"first_on": "2027-01-01", "last_on": "2027-01-02", "stand_in": "x@y.example"},
            "Nobody in the company",
        ),
        (
            {
                "first_on": "2027-01-01",
                "last_on": "2027-01-02",
                "stand_in": "owner@hoshino.example",
            },
            "Choose somebody else",
        ),
    ):
        answer = client.post("/inbox/absences", data=wrong)
        assert answer.status_code == 422
        assert words in answer.text
    with world.session() as session:
        absence = session.scalars(select(Absence)).one()
    path = f"/inbox/absences/{absence.id}/remove"
    assert world.client("mate").post(path).status_code == 403
    assert client.post(path).status_code == 303
    with world.session() as session:
        assert session.scalars(select(Absence)).all() == []


def test_one_click_ends_the_days_mail_and_looking_at_the_address_does_nothing(world, config):
    tell(world)
    token = ending(config.secret_key, world.people["owner"], "daily")
    nobody = world.client()
    assert "Shall this mail come no more?" in nobody.get(f"/unsubscribe/{token}").text
    assert chosen(world) == {}
    assert nobody.get(f"/unsubscribe/{token}x").status_code == 404
    assert nobody.post(f"/unsubscribe/{token}x", csrf=False).status_code == 404
    sent = {"List-Unsubscribe": "One-Click"}
    answer = nobody.post(f"/unsubscribe/{token}", data=sent, csrf=False)
    assert answer.status_code == 200
    assert "will not come any more" in answer.text
    assert chosen(world)["milestone"] == "inbox"
    assert states(world) == [("daily", "cancelled"), ("inbox", "sent")]
    weekly = ending(config.secret_key, world.people["owner"], "weekly")
    nobody.post(f"/unsubscribe/{weekly}", data=sent, csrf=False)
    assert chosen(world)["weekly"] == "off"
    with world.session() as session:
        assert session.scalars(select(Event.kind)).all()[-2:] == ["MailsEnded"] * 2


def test_the_inbox_shows_one_kind_and_reads_that_alone(world):
    tell(world)
    other = Hears(Receivers.PERSON, "milestone_given", channels=("inbox",))
    with world.session() as session:
        data = DATA | {"code": "S27-7777"}
        notify(session, [world.people["owner"]], other, key="o", data=data, due_at=NOW, now=NOW)
    client = world.client("owner")
    page = client.get("/inbox?kind=milestone").text
    assert "S27-0001" in page
    assert "S27-7777" not in page
    assert "S27-7777" in client.get("/inbox?kind=nonsense").text
    client.post("/inbox/read", data={"until": "99", "kind": "milestone"})
    assert "S27-7777" in client.get("/inbox").text
    assert "Nothing of this kind" in client.get("/inbox?kind=milestone").text
