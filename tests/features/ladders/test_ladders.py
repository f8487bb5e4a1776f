"""A programme's ladders: set, said before they are saved, refused at the field, rehearsed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from accelerator import clock
from accelerator.domain.bilingual import Bilingual
from accelerator.jobs.call import call
from accelerator.jobs.remind import remind
from accelerator.standing.dues import still_due
from accelerator.storage.tables import (
    Delivery,
    Event,
    Hook,
    Idea,
    Ladder,
    Milestone,
    Passage,
    Programme,
)
from tests.counting import queries
from tests.mail import held
from tests.world import NOW, TODAY, World

LADDERS = "/programmes/spark/ladders"
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def steps(*rows: dict[str, str], version: int = 0, **more: str) -> dict[str, str]:
    """Return the form of a ladder as a browser sends it."""
    form = {"version": str(version), "optional": "y", **more}
    for number, row in enumerate(rows):
        usual = {"days": "1", "when": "before calendar", "to": "owner", "mail": "y"}
        form |= {f"steps-{number}-{name}": value for name, value in (usual | row).items()}
    return form


def milestone(world: World, code: str, due_on: date, owner: str = "owner") -> None:
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people[owner],
                name=Bilingual("顧客訪問", "Interviews"), wanted=Bilingual("", ""), due_on=due_on,
            )
        )  # fmt: skip
        passage = session.get_one(Passage, idea.passage_id)
        passage.promise_on, passage.entered_at = None, NOW - timedelta(days=20)


@SQLITE
def test_a_manager_sets_the_steps_and_the_words(world):
    code = world.idea("owner", state="active", passage_state="open")
    milestone(world, code, TODAY + timedelta(days=3))
    manager = world.client("manager")
    page = manager.get(LADDERS).text
    assert page.count("Usual steps") == 7
    page = manager.get(f"{LADDERS}/milestone").text
    assert "Interviews for “A better cell” is due" in page
    assert "「A better cell」の「顧客訪問」" in page

    words = {"words_en": "Please mind {name} of {title}", "words_ja": "{name}をお願いします"}
    form = steps({"days": "3", "hook": "y", **words}, {"when": "after working", "to": "line"})
    shown = manager.post(f"{LADDERS}/milestone", data=form | {"act": "preview"})
    assert shown.status_code == 200
    assert "Please mind Interviews of A better cell" in shown.text
    assert "顧客訪問をお願いします" in shown.text
    assert "has in hand in “Spark" in shown.text  # no title for a line manager
    added = manager.post(f"{LADDERS}/milestone", data=form | {"act": "add"}).text
    assert 'name="steps-2-days"' in added

    assert manager.post(f"{LADDERS}/milestone", data=form).status_code == 303
    assert "Own steps" in manager.get(LADDERS).text
    with world.session() as session:
        row = session.scalars(select(Ladder)).one()
        assert [step["offset_days"] for step in row.steps] == [-3, 1]
        assert row.steps[0]["channels"] == ["inbox", "mail", "hook"]
        event = session.scalars(select(Event).where(Event.kind == "LadderChanged")).one()
        assert len(event.data["was"]["steps"]) == 5
        assert len(event.data["now"]["steps"]) == 2

    late = manager.post(f"{LADDERS}/milestone", data=steps({"days": "9"}))
    assert late.status_code == 409
    assert "Somebody else saved this meanwhile" in late.text
    assert manager.post(f"{LADDERS}/milestone/reset", data={"version": "1"}).status_code == 303
    assert "Own steps" not in manager.get(LADDERS).text


@SQLITE
def test_what_is_wrong_is_said_at_its_field(world):
    manager = world.client("manager")
    form = steps(
        {"days": "91"}, {"to": "nobody"}, {"days": "2", "words_en": "Dear {nobody}"}, {"days": ""}
    )
    page = manager.post(f"{LADDERS}/review", data=form)
    assert page.status_code == 422
    assert "Between -90 and 365 days." in page.text
    assert "{nobody} is no placeholder here." in page.text
    manager.post("/preferences", data={"language": "ja"})
    odd = manager.post(f"{LADDERS}/review", data=steps({"days": "-4"}, {"days": "x"})).text
    assert "日数：0から999までの数を入力してください。" in odd
    assert "{&#39;" not in odd
    manager.post("/preferences", data={"language": "en"})
    idle = steps({"days": "200", "when": "after calendar", "to": "lead"}, idle_days="100")
    assert "Between 1 and 99 days." in manager.post(f"{LADDERS}/idle", data=idle).text
    idle["steps-0-days"] = "60"
    assert manager.post(f"{LADDERS}/idle", data=idle).status_code == 303
    with world.session() as session:
        assert session.scalars(select(Programme.idle_days)).first() == 100
    assert manager.get(f"{LADDERS}/lunch").status_code == 404
    assert world.client("other_manager").get(LADDERS).status_code == 403


def test_a_programmes_own_steps_reach_people_and_chats(world, config):
    code = world.idea("owner", state="active", passage_state="open", team=("mate",))
    milestone(world, code, TODAY + timedelta(days=4), owner="mate")
    form = steps({"days": "4", "hook": "y", "words_en": "Mind {name}", "words_ja": "{name}"})
    assert world.client("manager").post(f"{LADDERS}/milestone", data=form).status_code == 303
    with world.session() as session:
        session.add(
            Hook(
                programme_id=world.programme_id, name="#spark", form="slack", url="https://x.test/",
                kinds=["milestone"], made_by_id=world.people["manager"], made_at=NOW,
            )
        )  # fmt: skip
    with clock.told_by(lambda: NOW + timedelta(days=1)):  # today is a holiday
        assert remind(held(world.engine, config)) == 1
        assert remind(held(world.engine, config)) == 0
    with world.session() as session:
        rows = session.scalars(
            select(Delivery).where(Delivery.template == "reminder").order_by(Delivery.id)
        ).all()
        assert [(row.channel, row.person_id) for row in rows] == [
            ("inbox", world.people["mate"]), ("daily", world.people["mate"]), ("hook", None),
        ]  # fmt: skip
        assert rows[0].data["line"]["words"] == {"ja": "{name}", "en": "Mind {name}"}
        chat = rows[2].data["line"]
        assert (chat["to"], chat["who"]) == ("manager", "Test Mate")
        assert still_due(session, [chat], 0, now=NOW) == [True]
        session.execute(update(Milestone).values(state="done", done_at=NOW))
        assert still_due(session, [chat], 0, now=NOW) == [False]
    with clock.told_by(lambda: NOW + timedelta(days=1)):
        assert call(held(world.engine, config)) == 0
    with world.session() as session:
        found = select(Delivery.state).where(Delivery.channel == "hook")
        assert session.scalars(found).all() == ["cancelled"]


@SQLITE
def test_the_rehearsal_shows_what_then_happens(world, config):
    """What is rehearsed today is what the job tells in the days that follow, day by day."""
    code = world.idea("owner", state="active", passage_state="open", team=("mate",))
    milestone(world, code, TODAY + timedelta(days=8), owner="mate")
    world.assign(world.idea("owner", title="Reviewed", state="active"), "reviewer")
    manager = world.client("manager")
    with queries(world.engine) as asked:
        page = manager.get("/programmes/spark/rehearsal").text
    rows = page.count('<th scope="row">')
    for day in range(31):
        with clock.told_by(lambda day=day: NOW + timedelta(days=day)):
            remind(held(world.engine, config))
    with world.session() as session:
        told = len(
            session.scalars(
                select(Delivery).where(Delivery.template == "reminder", Delivery.channel == "inbox")
            ).all()
        )
    assert rows == told > 5
    assert "Interviews for “A better cell” is due on" in page
    assert "Your review of “Reviewed” is due on" in page
    only = manager.get("/programmes/spark/rehearsal?kind=review&who=Reviewer").text
    assert "Interviews" not in only
    assert len(asked) <= 24


@SQLITE
def test_what_rests_is_listed_with_what_will_happen(world, config):
    code = world.idea("owner", title="At rest", state="active", passage_state="open")
    world.idea("owner", title="A draft at rest")
    world.idea("owner", title="At work", state="active", passage_state="open")
    manager = world.client("manager")
    assert "No idea rests" in manager.get("/programmes/spark/idle").text
    with world.session() as session:
        session.execute(
            update(Idea).where(Idea.code != code).values(active_at=NOW + timedelta(days=60))
        )
    with clock.told_by(lambda: NOW + timedelta(days=65)):
        manager = world.client("manager")
        with queries(world.engine) as asked:
            page = manager.get("/programmes/spark/idle").text
        assert len(asked) <= 10
        assert "At rest" in page
        assert "not parked before" in page
        assert "draft" not in page
        assert "At work" not in page
        remind(held(world.engine, config))
        assert "its team knows" in manager.get("/programmes/spark/idle").text
        team = world.client("owner")
        with queries(world.engine) as asked:
            own = team.get(f"/ideas/{code}/milestones").text
        assert len(asked) <= 10
        assert "Nobody in the team has worked on this idea for" in own
        assert "It is parked on" in own
        assert "has worked on" not in world.client("sponsor").get(f"/ideas/{code}/milestones").text
        assert world.client("owner").get("/programmes/spark/idle").status_code == 403
