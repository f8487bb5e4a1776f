"""Who of a cohort was told what; a word by hand; reminders that pause."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Delivery, Event, Idea, Milestone, Person
from tests.counting import queries
from tests.world import NOW, TODAY, World

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def milestone(world: World, code: str, owner: str, days: int = 3) -> None:
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people[owner],
                name=Bilingual("顧客訪問", "Interviews"), wanted=Bilingual(),
                due_on=TODAY + timedelta(days=days), due_set_at=NOW - timedelta(days=30),
            )
        )  # fmt: skip


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.get_data(as_text=True))


def test_a_manager_sees_what_waits_and_nudges_once_a_day(world: World) -> None:
    code = world.idea("owner", title="Quiet cell", state="active", team=("mate",))
    draft = world.idea("stranger", title="Hidden draft")
    world.assign(code, "reviewer")
    milestone(world, code, "mate", -2)
    with world.session() as session:
        session.get_one(Person, world.people["mate"]).language = "ja"
    manager = world.client("manager")
    page = text_of(manager.get("/cohorts/S27/contacts"))
    for name in ("owner", "mate", "reviewer"):
        assert world.actor(name).display_name in page
    assert "Interviews" in page
    assert "late" in page
    assert draft not in page
    assert world.actor("employee").display_name not in page
    assert "Nobody matches" in text_of(manager.get("/cohorts/S27/contacts?q=100%25"))

    address = f"/cohorts/S27/contacts/{world.people['mate']}/nudge"
    assert "顧客訪問" in text_of(manager.get(address))
    seen = text_of(manager.post(address, data={"do": "preview", "note": "よろしく <b>"}))
    assert "よろしく &lt;b&gt;" in seen
    with world.session() as session:
        assert session.scalar(select(Delivery.id)) is None
    assert manager.post(address, data={"do": "send", "note": "よろしく <b>"}).status_code == 303
    # The 23rd of November is a holiday in Japan.
    assert "the mail leaves on Tue 24 Nov 2026 08:00 JST" in text_of(
        manager.get("/cohorts/S27/contacts?waits=1")
    )
    again = text_of(manager.post(address, data={"do": "send", "note": "Mine"}), 422)
    assert "nudged today already" in again
    assert "Mine" in again
    with world.session() as session:
        sent = session.scalars(select(Delivery).order_by(Delivery.channel)).all()
        assert [(row.channel, row.template) for row in sent] == [
            ("inbox", "nudged"), ("mail", "nudged"),
        ]  # fmt: skip
        assert sent[1].reply_to == session.get_one(Person, world.people["manager"]).email
        kinds = session.scalars(select(Event.kind)).all()
        number = sent[1].id
    assert list(kinds) == ["PersonNudged"]
    listed = text_of(manager.get("/cohorts/S27/messages?state=waiting&channel=mail"))
    assert f"/cohorts/S27/messages/{number}" in listed
    assert "よろしく" in text_of(manager.get(f"/cohorts/S27/messages/{number}"))
    outside = f"/cohorts/S27/contacts/{world.people['employee']}/nudge"
    assert manager.get(outside).status_code == 404
    late = world.idea("stranger", title="Slow cell", state="active", passage_state="open")
    address = f"/cohorts/S27/contacts/{world.people['stranger']}/nudge"
    said = text_of(manager.get(address))
    assert "“Slow cell” is to be handed in by Sun 13 Dec 2026" in said
    assert f"/ideas/{late}\n" in said
    nothing = f"/cohorts/S27/contacts/{world.people['owner']}/nudge"
    assert "Nothing waits here" in text_of(manager.post(nothing, data={"do": "send"}), 422)


@SQLITE
def test_who_is_in_a_team_learns_nothing_of_its_reviewers(world: World) -> None:
    code = world.idea("manager", title="Own cell", state="active")
    other = world.idea("owner", title="Other cell", state="active")
    world.assign(code, "reviewer")
    with world.session() as session:
        ids = {row.code: row.id for row in session.scalars(select(Idea))}
        for number, idea in enumerate((code, other)):
            session.add(
                Delivery(
                    key=f"k{number}", person_id=world.people["reviewer"], channel="inbox",
                    template="idea_submitted", about=f"idea:{ids[idea]}", state="sent",
                    data={
                        "code": idea, "title": {"ja": "", "en": f"About cell {number}"},
                        "stage": {"ja": "", "en": "Spark"}, "promise_on": TODAY.isoformat(),
                        "version": 1,
                    },
                    due_at=NOW, created_at=NOW, sent_at=NOW,
                )
            )  # fmt: skip
        session.flush()
        hidden = session.scalars(select(Delivery.id).where(Delivery.key == "k0")).one()
    manager = world.client("manager")
    reviewer = world.actor("reviewer").display_name
    assert reviewer not in text_of(manager.get("/cohorts/S27/contacts"))
    listed = text_of(manager.get("/cohorts/S27/messages"))
    assert "About cell 1" in listed
    assert "About cell 0" not in listed
    assert manager.get(f"/cohorts/S27/messages/{hidden}").status_code == 404
    for name in ("owner", "reviewer", "sponsor"):
        assert world.client(name).get("/cohorts/S27/contacts").status_code == 403
        assert world.client(name).get(f"/cohorts/S27/messages/{hidden}").status_code == 403
    assert manager.get(f"/ideas/{code}/reminders").status_code == 403


@SQLITE
def test_reminders_of_an_idea_pause_and_go_on(world: World) -> None:
    code = world.idea("owner", title="Quiet cell", state="active")
    milestone(world, code, "owner", 7)
    manager = world.client("manager")
    # Seven days before is a holiday in Japan, so they hear on the day after.
    assert "Tue 24 Nov" in text_of(manager.get("/cohorts/S27/contacts"))
    until = TODAY + timedelta(days=10)
    said = {"until": until.isoformat(), "reason": "The team moves house"}
    assert "Reason" in text_of(manager.post(f"/ideas/{code}/reminders", data={"until": ""}), 422)
    assert manager.post(f"/ideas/{code}/reminders", data=said).status_code == 303
    assert "Paused until" in text_of(manager.get(f"/ideas/{code}/reminders"))
    assert "Paused until" in text_of(manager.get("/cohorts/S27/contacts"))
    assert manager.post(f"/ideas/{code}/reminders/resume").status_code == 303
    assert "Paused until" not in text_of(manager.get(f"/ideas/{code}/reminders"))
    with world.session() as session:
        kinds = session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert list(kinds) == ["RemindersPaused", "RemindersResumed"]


@SQLITE
def test_the_pages_ask_as_often_for_ten_as_for_one(world: World, engine: Engine) -> None:
    manager = world.client("manager")
    counts = []
    for _ in range(2):
        for name in ("owner", "mate", "stranger") if counts else ("owner",):
            code = world.idea(name, state="active")
            milestone(world, code, name)
            world.assign(code, "reviewer")
        manager.get("/cohorts/S27/contacts")
        with queries(engine) as asked:
            manager.get("/cohorts/S27/contacts")
        with queries(engine) as listed:
            manager.get("/cohorts/S27/messages")
        counts.append((len(asked), len(listed)))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 10
