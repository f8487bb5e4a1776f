"""Handing in freezes what was written, once, in time, and promises an answer."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Delivery,
    Passage,
    Question,
    Version,
)
from tests.features.ideas.looking import add_questions, events, idea_of, passage_of, rows, text_of
from tests.world import NOW, TODAY, World


def hand_in(world: World, code: str, who: str = "owner", **more: str):
    client = world.client(who)
    version = client.forms_of(f"/ideas/{code}/submit").hidden.get("version", "")
    return client.post(f"/ideas/{code}/submit", data={"version": version, **more})


def test_a_version_is_frozen_and_the_promise_counts_working_days(world: World) -> None:
    add_questions(
        world,
        {
            "key": "kind", "kind": "choice", "required": True,
            "options": [{"key": "a", "label": {"ja": "甲", "en": "First"}}],
        },
    )  # fmt: skip
    code = world.idea("owner", team=("mate",), pending=("invitee",))
    world.client("owner").post(f"/ideas/{code}/edit", data={"answer_kind": "a"})
    handed_in = hand_in(world, code, "mate")
    assert (handed_in.status_code, handed_in.location) == (303, f"/ideas/{code}")
    idea, passage = idea_of(world, code), passage_of(world, code)
    assert (idea.state, passage.state, passage.handed_in_at) == ("active", "handed_in", NOW)
    # Ten working days after Monday 23 November 2026, itself a holiday in Japan.
    assert passage.promise_on == date(2026, 12, 7)
    (version,) = rows(world, Version)
    assert (version.number, version.created_by_id) == (1, world.people["mate"])
    content = version.content
    assert content["title"] == {"ja": "", "en": "A better cell"}
    assert [(a["key"], a["text"]["en"], a["value"]) for a in content["answers"]] == [
        ("problem", "The problem of A better cell", None),
        ("market", "", None),
        ("kind", "First", "a"),
    ]
    assert [member["name"] for member in content["team"]] == ["Test Owner", "Test Mate"]
    assert content["attachments"] == []
    assert events(world, "IdeaSubmitted") == 1
    heard = {(d.person_id, d.channel) for d in rows(world, Delivery)}
    assert heard == {
        (world.people["owner"], "inbox"), (world.people["owner"], "mail"),
        (world.people["mate"], "inbox"), (world.people["mate"], "mail"),
        (world.people["manager"], "inbox"),
    }  # fmt: skip


def test_the_same_post_twice_makes_one_version(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    version = client.forms_of(f"/ideas/{code}/submit").hidden["version"]
    data = {"version": version, "_once": "token"}
    places = {client.post(f"/ideas/{code}/submit", data=data).location for _ in range(2)}
    assert places == {f"/ideas/{code}"}
    another = client.post(f"/ideas/{code}/submit", data={"version": version, "_once": "other"})
    assert another.status_code == 422
    assert "handed in" in text_of(another.get_data(as_text=True))
    assert len(rows(world, Version)) == 1
    assert events(world, "IdeaSubmitted") == 1


def test_what_is_missing_is_listed_with_its_field(world: World) -> None:
    add_questions(
        world,
        {"key": "kind", "kind": "choice", "required": True, "options": [{"key": "a", "label": {}}]},
        {"key": "count", "kind": "number"},
    )
    code = world.idea("owner", title="")
    client = world.client("owner")
    client.post(f"/ideas/{code}/edit", data={"answer_count": "many"})
    page = client.get(f"/ideas/{code}/submit").get_data(as_text=True)
    for field in ("title", "answer_kind-0", "answer_count"):
        assert f'/edit?check=1#{field}"' in page
    assert "Write a number" in page
    edit = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    assert 'id="answer_kind-0"' in edit
    assert "Write a number" not in edit
    checked = client.get(f"/ideas/{code}/edit?check=1").get_data(as_text=True)
    assert "Write a number" in checked.split('id="answer_count-error"')[1].split("</p>")[0]
    refused = hand_in(world, code, version=str(idea_of(world, code).version))
    assert refused.status_code == 422
    assert rows(world, Version) == []
    assert idea_of(world, code).state == "draft"


def test_text_changed_after_the_look_is_looked_at_again(world: World) -> None:
    code = world.idea("owner", team=("mate",))
    client = world.client("owner")
    seen = client.forms_of(f"/ideas/{code}/submit").hidden["version"]
    mate = world.client("mate")
    stamp = mate.forms_of(f"/ideas/{code}/edit").hidden["version"]
    mate.post(f"/ideas/{code}/edit", data={"title": "Changed", "version": stamp})
    refused = client.post(f"/ideas/{code}/submit", data={"version": seen})
    assert refused.status_code == 422
    assert "Changed" in refused.get_data(as_text=True)
    assert hand_in(world, code).status_code == 303
    (version,) = rows(world, Version)
    assert version.content["title"]["en"] == "Changed"


def test_the_deadline_is_the_end_of_the_day_where_the_cohort_is(world: World) -> None:
    code = world.idea("owner")
    last = NOW.replace(month=12, day=13, hour=14, minute=59, second=59)
    with clock.told_by(lambda: last + timedelta(seconds=1)):
        late = hand_in(world, code)
        assert late.status_code == 422
        assert "Your draft is kept" in late.get_data(as_text=True)
    assert idea_of(world, code).state == "draft"
    with clock.told_by(lambda: last):
        assert hand_in(world, code).status_code == 303


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_before_the_intake_opens_nothing_is_taken(world: World) -> None:
    code = world.idea("owner")
    with world.session() as session:
        session.get_one(Cohort, world.cohort_id).intake_opens_on = TODAY + timedelta(days=1)
    assert "has not opened yet" in hand_in(world, code).get_data(as_text=True)


def test_a_full_cohort_says_so_and_keeps_the_draft(world: World) -> None:
    code = world.idea("owner")
    world.idea("mate", state="active")
    world.idea("mate", state="withdrawn")
    world.idea("mate", state="discarded")
    with world.session() as session:
        session.get_one(Cohort, world.cohort_id).capacity = 1
    full = hand_in(world, code)
    assert full.status_code == 422
    assert "it takes 1 ideas" in full.get_data(as_text=True)
    with world.session() as session:
        session.get_one(Cohort, world.cohort_id).capacity = 2
    assert hand_in(world, code).status_code == 303


def test_later_stages_ask_for_no_intake(world: World) -> None:
    code = world.idea("owner", state="active", passage_state="open", stage=1)
    with world.session() as session:
        cohort = session.get_one(Cohort, world.cohort_id)
        cohort.intake_closes_on, cohort.capacity = TODAY - timedelta(days=1), 1
    assert hand_in(world, code).status_code == 303
    assert passage_of(world, code).state == "handed_in"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_team_hands_in(world: World) -> None:
    code = world.idea("owner", state="active", passage_state="open", pending=("invitee",))
    for name in ("invitee", "manager", "admin", "sponsor"):
        assert world.client(name).get(f"/ideas/{code}/submit").status_code == 403
        assert world.client(name).post(f"/ideas/{code}/submit").status_code == 403
    assert world.client("employee").get(f"/ideas/{code}/submit").status_code == 404


def test_removed_questions_are_not_asked_for(world: World) -> None:
    code = world.idea("owner")
    with world.session() as session:
        for question in session.scalars(select(Question).where(Question.key == "problem")):
            question.removed_at = NOW
    assert hand_in(world, code).status_code == 303
    (version,) = rows(world, Version)
    assert [answer["key"] for answer in version.content["answers"]] == ["market"]


def test_withdrawing_ends_everything_that_waited(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    world.assign(code, "reviewer")
    world.assign(code, "second", state="submitted")
    idea = idea_of(world, code)
    with world.session() as session:
        for key, event in (("a", None), ("b", None)):
            session.add(
                Delivery(
                    key=key, person_id=world.people["mate"], channel="mail", template="reminder",
                    about=f"idea:{idea.id}", state="waiting" if key == "a" else "sent",
                    due_at=NOW, created_at=NOW, event_id=event,
                )
            )  # fmt: skip
    client = world.client("owner")
    assert client.get(f"/ideas/{code}/withdraw").status_code == 200
    empty = client.post(f"/ideas/{code}/withdraw", data={"reason": "  "})
    assert empty.status_code == 422
    done = client.post(f"/ideas/{code}/withdraw", data={"reason": "The market is served."})
    assert done.location == f"/ideas/{code}"
    idea, passage = idea_of(world, code), passage_of(world, code)
    assert (idea.state, idea.withdrawn_reason) == ("withdrawn", "The market is served.")
    assert (passage.state, passage.left_at) == ("left", NOW)
    assert [a.state for a in rows(world, Assignment)] == ["removed", "submitted"]
    assert [d.state for d in rows(world, Delivery, Delivery.template == "reminder")] == [
        "cancelled", "sent",
    ]  # fmt: skip
    told = {d.person_id for d in rows(world, Delivery, Delivery.template == "idea_withdrawn")}
    assert told == {world.people[name] for name in ("mate", "manager", "reviewer")}
    assert client.post(f"/ideas/{code}/withdraw", data={"reason": "Again"}).status_code == 422
    page = text_of(client.get(f"/ideas/{code}").get_data(as_text=True))
    assert "The market is served." in page
    assert events(world, "IdeaWithdrawn") == 1


def test_a_withdrawn_draft_stays_the_teams_own(world: World) -> None:
    code = world.idea("owner", audience="everybody")
    world.client("owner").post(f"/ideas/{code}/withdraw", data={"reason": "No time."})
    assert idea_of(world, code).state == "discarded"
    for name in ("manager", "admin", "sponsor", "employee"):
        assert world.client(name).get(f"/ideas/{code}").status_code == 404
        assert code not in world.client(name).get("/ideas").get_data(as_text=True)
    assert "Withdrawn" in world.client("owner").get(f"/ideas/{code}").get_data(as_text=True)
    assert rows(world, Delivery) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_owner_withdraws(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    for name in ("mate", "manager", "admin"):
        refused = world.client(name).post(f"/ideas/{code}/withdraw", data={"reason": "x"})
        assert refused.status_code == 403
    assert rows(world, Passage)[0].state == "handed_in"
