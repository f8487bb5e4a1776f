"""How much reviewers take and what they wish: said by managers and reviewers, kept by proposals."""

import pytest
from sqlalchemy import select

from accelerator.storage.tables import Capacity, Delivery, Event, Interest, Person, Stage
from tests.counting import queries
from tests.features.assignment.test_proposals import pairs, propose

CAPACITY = "/cohorts/S27/spark/capacity"
INTERESTS = "/cohorts/S27/spark/interests"


def capacities(world):
    names = {number: name for name, number in world.people.items()}
    with world.session() as session:
        rows = session.scalars(select(Capacity))
        return {names[row.person_id]: (row.least, row.most, row.wish) for row in rows}


def grid(world, **said):
    names = ("reviewer", "second", "stranger")
    data = {
        f"{bound}_{world.people[name]}": said.get(name, ("", ""))[place]
        for name in names
        for place, bound in enumerate(("least", "most"))
    }
    return world.client("manager").post(CAPACITY, data=data)


def open_ideas(world, opens="1"):
    answer = world.client("manager").post(f"{INTERESTS}/open", data={"open": opens})
    assert answer.status_code == 303


def test_a_proposal_keeps_to_what_each_reviewer_takes(world):
    for n in range(4):
        world.idea("owner", title=f"Idea {n}", state="active")
    assert grid(world, reviewer=("3", "3"), second=("", "0")).status_code == 303
    assert capacities(world) == {"reviewer": (3, 3, None), "second": (None, 0, None)}
    propose(world, reviews="1")
    taken = [pair.reviewer_id for pair in pairs(world)]
    assert taken.count(world.people["reviewer"]) == 3
    assert taken.count(world.people["stranger"]) == 1
    page = world.client("manager").get(CAPACITY).get_data(as_text=True)
    assert 'value="3"' in page
    assert grid(world).status_code == 303
    assert capacities(world)["reviewer"] == (None, None, None)
    with world.session() as session:
        changed = session.scalars(select(Event).where(Event.kind == "CapacitiesChanged")).all()
        assert len(changed) == 2


def test_a_wrong_capacity_is_said_at_its_field_and_nothing_is_saved(world):
    answer = grid(world, reviewer=("5", "2"), second=("1", "4"))
    assert answer.status_code == 422
    assert "The least is more than the most." in answer.get_data(as_text=True)
    assert 'value="5"' in answer.get_data(as_text=True)
    assert grid(world, reviewer=("", "201")).status_code == 422
    assert capacities(world) == {}
    found = world.client("manager").get(f"{CAPACITY}?who=Stranger").get_data(as_text=True)
    assert "Test Stranger" in found
    assert "Test Reviewer" not in found


def test_ideas_stay_closed_until_a_manager_asks(world):
    code = world.idea("owner", title="Battery", state="active")
    page = world.client("reviewer").get(INTERESTS).get_data(as_text=True)
    assert "The ideas are not open yet" in page
    assert "Battery" not in page
    queue = world.client("reviewer")
    assert INTERESTS not in queue.get("/reviews").get_data(as_text=True)
    open_ideas(world)
    open_ideas(world)
    assert INTERESTS in queue.get("/reviews").get_data(as_text=True)
    with world.session() as session:
        told = session.scalars(select(Delivery).where(Delivery.template == "interests_asked")).all()
        assert sorted({one.person_id for one in told}) == sorted(
            world.people[name] for name in ("reviewer", "second", "stranger")
        )
        assert len(told) == 6
    page = world.client("reviewer").get(INTERESTS).get_data(as_text=True)
    assert "Battery" in page
    assert code in page
    open_ideas(world, opens="0")
    assert "Battery" not in world.client("reviewer").get(INTERESTS).get_data(as_text=True)


def test_a_reviewer_says_what_they_wish_and_the_proposal_follows(world):
    for n in range(2):
        world.idea("owner", title=f"Matter {n}", state="active")
    open_ideas(world)
    page = world.client("second").get(INTERESTS).get_data(as_text=True)
    ids = [int(part.split("-")[0]) for part in page.split('id="wish_')[1:]]
    ids = sorted(set(ids))
    assert len(ids) == 2
    data = {f"wish_{ids[0]}": "1", f"wish_{ids[1]}": "-1", "most": "2"}
    assert world.client("second").post(INTERESTS, data=data).status_code == 303
    with world.session() as session:
        said = session.execute(select(Interest.idea_id, Interest.wish)).all()
    assert sorted(map(tuple, said)) == [(ids[0], 1), (ids[1], -1)]
    assert capacities(world)["second"] == (None, None, 2)
    url = propose(world, reviews="1", one_panel="")
    chosen = {pair.idea_id: pair.reviewer_id for pair in pairs(world)}
    assert chosen[ids[0]] == world.people["second"]
    assert chosen[ids[1]] != world.people["second"]
    assert "would like to" in world.client("manager").get(url).get_data(as_text=True)
    assert "2 wishes so far" in world.client("manager").get("/cohorts/S27/spark/proposal").get_data(
        as_text=True
    )
    neutral = data | {f"wish_{ids[0]}": "0", "most": ""}
    world.client("second").post(INTERESTS, data=neutral)
    with world.session() as session:
        assert session.scalars(select(Interest.idea_id)).all() == [ids[1]]
    wrong = world.client("second").post(INTERESTS, data=data | {"most": "-1"})
    assert wrong.status_code == 422


def test_reviewers_see_no_idea_they_are_in_conflict_with_nor_hidden_teams(world):
    world.idea("owner", title="Free idea", state="active")
    world.idea("mate", title="Colleague's idea", state="active")
    world.idea("reviewer", title="My own idea", state="active")
    with world.session() as session:
        department = session.get_one(Person, world.people["mate"]).department
        session.get_one(Person, world.people["reviewer"]).department = department
    open_ideas(world)
    page = world.client("reviewer").get(INTERESTS).get_data(as_text=True)
    assert "Free idea" in page
    assert "Test Owner" in page
    assert "Colleague's idea" not in page
    assert "My own idea" not in page
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).teams_hidden = True
    page = world.client("reviewer").get(INTERESTS).get_data(as_text=True)
    assert "Free idea" in page
    assert "Test Owner" not in page


def test_wishes_about_ideas_that_were_not_offered_are_not_kept(world):
    world.idea("reviewer", title="My own idea", state="active")
    open_ideas(world)
    data = {f"wish_{number}": "1" for number in range(1, 50)}
    assert world.client("reviewer").post(INTERESTS, data=data).status_code == 303
    with world.session() as session:
        assert session.scalars(select(Interest)).all() == []


def test_who_is_no_reviewer_states_nothing_and_who_is_no_manager_opens_nothing(world):
    for name in ("owner", "employee", "manager", "other_manager"):
        assert world.client(name).post(INTERESTS, data={"most": "1"}).status_code == 403
    for name in ("owner", "reviewer", "other_manager"):
        assert world.client(name).post(f"{INTERESTS}/open", data={"open": "1"}).status_code == 403
        assert world.client(name).post(CAPACITY, data={}).status_code == 403
    assert capacities(world) == {}


@pytest.mark.parametrize("count", [1, 10])
def test_the_pages_ask_the_same_whatever_their_length(world, count):
    for n in range(count):
        world.idea("owner", title=f"Idea {n}", state="active")
    open_ideas(world)
    asked = []
    for name, page in (("manager", CAPACITY), ("reviewer", INTERESTS)):
        client = world.client(name)
        client.get(page)
        with queries(world.engine) as found:
            assert client.get(page).status_code == 200
        asked.append(len(found))
    assert asked == [5, 8]


def test_wishes_that_come_after_the_ideas_were_closed_are_not_said_to_be_saved(world):
    world.idea("owner", state="active")
    client = world.client("reviewer")
    sent = client.post(INTERESTS, data={"most": "2", "wish_1": "1"})
    assert sent.status_code == 303
    shown = client.get(INTERESTS).get_data(as_text=True)
    assert "Your wishes for them were not saved." in shown
    with world.session() as session:
        assert session.scalars(select(Interest)).all() == []
        assert session.scalars(select(Capacity.wish)).one() == 2
