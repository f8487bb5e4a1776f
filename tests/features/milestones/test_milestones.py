"""Milestones through the application: done, reopened, handed over, moved; who may, who hears."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Delivery, Event, Idea, Milestone
from tests.counting import queries
from tests.world import TODAY, World


def add(world: World, code: str, *, name: str = "Interviews", days: int = 5, n: int = 1) -> int:
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        for i in range(n):
            row = Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, name=Bilingual("訪問", f"{name} {i}"),
                wanted=Bilingual("", ""), owner_id=idea.owner_id,
                due_on=TODAY + timedelta(days=days),
            )  # fmt: skip
            session.add(row)
            session.flush()
    return row.id


def read(world: World, milestone_id: int) -> Milestone:
    with world.session() as session:
        return session.get_one(Milestone, milestone_id)


def test_the_team_does_reopens_and_hands_over(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    number = add(world, code)
    client = world.client("owner")
    page = f"/ideas/{code}/milestones"

    missing = client.post(f"{page}/{number}/complete", data={"evidence": "", "url": "x:y"})
    assert missing.status_code == 422
    assert "https://" in missing.get_data(as_text=True)
    assert read(world, number).state == "open"

    done = client.post(
        f"{page}/{number}/complete",
        data={"evidence": "Seven talks 😀", "url": "https://example.com/notes"},
    )
    assert done.status_code == 303
    assert read(world, number).state == "done"
    shown = client.get(f"{page}/{number}").get_data(as_text=True)
    assert "https://example.com/notes" in shown
    assert "Seven talks 😀" in shown
    assert client.post(f"{page}/{number}/complete", data={"evidence": "again"}).status_code == 422

    assert client.post(f"{page}/{number}/reopen").status_code == 303
    assert client.post(f"{page}/{number}/reopen").status_code == 422
    given = client.post(f"{page}/{number}/owner", data={"owner": world.people["mate"]})
    assert given.status_code == 303
    assert read(world, number).owner_id == world.people["mate"]
    outsider = client.post(f"{page}/{number}/owner", data={"owner": world.people["stranger"]})
    assert outsider.status_code == 422
    with world.session() as session:
        told = session.scalars(select(Delivery.person_id).where(Delivery.channel == "inbox")).all()
        kinds = session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert told == [world.people["mate"]]
    assert kinds == ["MilestoneDone", "MilestoneReopened", "MilestoneGiven"]


def test_a_new_date_is_asked_and_granted_or_refused(world: World) -> None:
    code = world.idea("owner", state="active")
    number = add(world, code)
    page = f"/ideas/{code}/milestones"
    owner, manager = world.client("owner"), world.client("manager")
    later = TODAY + timedelta(days=30)

    past = owner.post(
        f"{page}/{number}/ask-date", data={"asked_due_on": "2020-01-01", "reason": "Kept words"}
    )
    assert past.status_code == 422
    assert "Kept words" in past.get_data(as_text=True)
    ask = {"asked_due_on": later.isoformat(), "reason": "The customer is away"}
    assert owner.post(f"{page}/{number}/ask-date", data=ask).status_code == 303
    assert owner.post(f"{page}/{number}/grant").status_code == 403
    empty = manager.post(f"{page}/{number}/refuse", data={"reason": "", "list": "S27"})
    assert empty.status_code == 422
    assert '<input type="hidden" name="list" value="S27">' in empty.get_data(as_text=True)
    answered = {"reason": "Too late", "list": "S27"}
    kept = manager.post(f"{page}/{number}/refuse", data=answered)
    assert kept.headers["Location"] == "/cohorts/S27/milestones?show=asked"
    assert read(world, number).due_on == TODAY + timedelta(days=5)
    assert manager.post(f"{page}/{number}/grant").status_code == 422
    owner.post(f"{page}/{number}/ask-date", data=ask)
    assert manager.post(f"{page}/{number}/grant").status_code == 303
    assert read(world, number).due_on == later
    with world.session() as session:
        templates = session.scalars(
            select(Delivery.template).where(Delivery.channel == "inbox").order_by(Delivery.id)
        ).all()
    assert templates == [
        "new_date_asked",
        "new_date_refused",
        "new_date_asked",
        "new_date_granted",
    ]


def test_the_team_adds_its_own_once(world: World) -> None:
    code = world.idea("owner", state="active")
    client = world.client("owner")
    form = {
        "name": "試作品", "due_on": (TODAY + timedelta(days=9)).isoformat(),
        "owner": world.people["owner"], "_once": "one-token",
    }  # fmt: skip
    first = client.post(f"/ideas/{code}/milestones", data=form)
    second = client.post(f"/ideas/{code}/milestones", data=form)
    assert (first.status_code, second.location) == (303, first.location)
    with world.session() as session:
        assert [m.name.en for m in session.scalars(select(Milestone))] == ["試作品"]
    assert client.post(f"/ideas/{code}/milestones", data={"name": ""}).status_code == 422


@pytest.mark.parametrize("name", ["stranger", "other_manager", "employee", "sponsor", "reviewer"])
def test_others_change_nothing(world: World, name: str) -> None:
    code = world.idea("owner", state="active", title="CANARY")
    number = add(world, code)
    client = world.client(name)
    for verb in ("complete", "reopen", "owner", "ask-date", "grant", "refuse"):
        answer = client.post(f"/ideas/{code}/milestones/{number}/{verb}", data={"evidence": "x"})
        assert answer.status_code == 403
        assert "CANARY" not in answer.get_data(as_text=True)
    assert read(world, number).state == "open"
    seen = client.get(f"/ideas/{code}/milestones")
    assert seen.status_code == (200 if name == "sponsor" else 404)


def test_a_milestone_is_reached_through_its_own_idea_only(world: World) -> None:
    mine, other = world.idea("owner", state="active"), world.idea("mate", state="active")
    number = add(world, other)
    answer = world.client("owner").post(
        f"/ideas/{mine}/milestones/{number}/complete", data={"evidence": "x"}
    )
    assert answer.status_code == 404


def test_a_cohorts_list_is_sorted_by_lateness_with_constant_queries(world: World) -> None:
    code = world.idea("owner", state="active")
    add(world, code, name="Late one", days=-3)
    client = world.client("manager")
    pages = []
    for more in (0, 60):
        add(world, code, name="Later one", days=30, n=more or 1)
        with queries(world.engine) as statements:
            html = client.get("/cohorts/S27/milestones?show=later")
        pages.append(len(statements))
    assert pages[0] == pages[1] <= 10
    text = html.get_data(as_text=True)
    assert text.count(">Later one") == 50
    assert "after=" in text
    late = client.get("/cohorts/S27/milestones").get_data(as_text=True)
    assert "Late one 0" in late
    assert "1 working day late" in late
    assert client.get("/cohorts/S27/milestones?show=nonsense&after=zz").status_code == 200
    assert world.client("owner").get("/cohorts/S27/milestones").status_code == 403
