"""A manager lets the optimiser propose, looks, ticks, applies and undoes."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from accelerator.domain.policy import Role
from accelerator.storage.tables import (
    Assignment,
    Conflict,
    Delivery,
    Event,
    Idea,
    Membership,
    Person,
    ProposedPair,
)
from tests.counting import queries
from tests.world import NOW, TODAY

URL = "/cohorts/S27/spark/proposal"
ASKED = {
    "reviews": "2", "least": "0", "most": "10", "keep": "y", "apart": "y", "one_panel": "y",
    "skills": "", "seed": "1",
}  # fmt: skip
DUE = (TODAY + timedelta(days=9)).isoformat()


@pytest.fixture
def ideas(world):
    return [world.idea("owner", title=f"Solid battery {n}", state="active") for n in range(3)]


def propose(world, who="manager", **fields):
    """Ask for a proposal and return its address."""
    answer = world.client(who).post(URL, data=ASKED | fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def pairs(world, **where):
    with world.session() as session:
        session.expire_on_commit = False
        return list(session.scalars(select(ProposedPair).filter_by(**where)))


def standing(world):
    """The assignments that stand, as (idea, reviewer) → state."""
    names = {number: name for name, number in world.people.items()}
    with world.session() as session:
        rows = session.execute(
            select(Idea.code, Assignment.reviewer_id, Assignment.state)
            .join(Idea, Idea.id == Assignment.idea_id)
            .where(Assignment.state != "removed")
        )
        return {(code, names[reviewer]): state for code, reviewer, state in rows}


def kinds(world):
    with world.session() as session:
        return list(session.scalars(select(Event.kind).order_by(Event.id)))


def apply(world, url, who="manager", **fields):
    ticked = [pair.id for pair in pairs(world)]
    data = {"due_on": DUE, "shown": ticked, "pair": ticked} | fields
    return world.client(who).post(f"{url}/apply", data=data)


def test_a_proposal_says_who_and_why_and_assigns_nothing_yet(world, ideas):
    with world.session() as session:
        session.get_one(Person, world.people["second"]).skills = ["Battery"]
    page = world.client("manager").get(URL).get_data(as_text=True)
    assert "ideas wait for reviews" in page
    url = propose(world, reviews="1")
    page = world.client("manager").get(url).get_data(as_text=True)
    assert "skills: Battery" in page
    assert "shared words: battery" in page
    assert "Ready to look at" in page
    assert {pair.reviewer_id for pair in pairs(world)} == {world.people["second"]}
    assert standing(world) == {}
    assert kinds(world) == ["ProposalMade"]
    loads = world.client("manager").get(f"{url}?view=reviewers").get_data(as_text=True)
    assert "0–10" in loads
    conflicts = world.client("manager").get(f"{url}?view=conflicts").get_data(as_text=True)
    assert "No conflicts" in conflicts


def test_applying_assigns_what_is_ticked_once(world, ideas):
    url = propose(world)
    all_ = pairs(world)
    assert len(all_) == 6
    left = all_[0]
    client = world.client("manager")
    client.post(f"{url}/tick", data={"do": "none"})
    assert not pairs(world, accepted=True)
    client.post(f"{url}/tick", data={"do": "all"})
    ticked = [pair.id for pair in all_ if pair is not left]
    token = {"_once": "the same form"}
    for _ in range(2):
        answer = apply(world, url, pair=ticked, **token)
        assert answer.location.endswith(url)
    assert len(standing(world)) == 5
    assert {pair.outcome for pair in pairs(world)} == {"done", "unticked"}
    with world.session() as session:
        told = session.scalars(select(Delivery).where(Delivery.template == "review_assigned")).all()
        assert len({(one.person_id, one.channel) for one in told}) == len(told) == 6
    assert kinds(world).count("ProposalApplied") == 1
    page = client.get(url).get_data(as_text=True)
    assert "Applied" in page
    again = apply(world, url)
    assert again.status_code == 422
    assert "applied, undone or cancelled meanwhile" in again.get_data(as_text=True)


def test_what_changed_since_is_left_out_and_said(world, ideas):
    url = propose(world)
    withdrawn, conflicted, assigned = ideas
    world.assign(assigned, "reviewer")
    with world.session() as session:
        found = {row.code: row for row in session.scalars(select(Idea))}
        found[withdrawn].state = "withdrawn"
        session.add(
            Conflict(
                idea_id=found[conflicted].id, person_id=world.people["second"], reason="",
                declared_by_id=world.people["second"], declared_at=NOW,
            )
        )  # fmt: skip
        session.execute(
            update(Membership)
            .where(Membership.person_id == world.people["stranger"])
            .values(role="sponsor")
        )
    before = standing(world)
    assert apply(world, url).status_code == 303
    ids = {number: name for name, number in world.people.items()}
    by_code = {}
    with world.session() as session:
        codes = dict(session.execute(select(Idea.id, Idea.code)).all())
    for pair in pairs(world):
        by_code[codes[pair.idea_id], ids[pair.reviewer_id]] = pair.outcome
    for (code, name), outcome in by_code.items():
        if code == withdrawn:
            assert outcome == "idea_gone"
        elif name == "stranger":
            assert outcome == "reviewer"
        elif (code, name) == (conflicted, "second"):
            assert outcome == "conflict"
        elif (code, name) == (assigned, "reviewer"):
            assert outcome == "there"
        else:
            assert outcome == "done"
    new = set(standing(world)) - set(before)
    assert new == {key for key, outcome in by_code.items() if outcome == "done"}
    page = world.client("manager").get(f"{url}?show=left_out").get_data(as_text=True)
    assert "The idea waits for reviews no more" in page


def test_two_proposals_never_give_an_idea_more_than_it_was_to_have(world, ideas):
    first, second = propose(world), propose(world, seed="7", one_panel="")
    assert apply(world, first).status_code == 303
    assert apply(world, second).status_code == 303
    assert len(standing(world)) == 6
    assert {pair.outcome for pair in pairs(world, proposal_id=int(second.rsplit("/")[-1]))} <= {
        "there", "enough",
    }  # fmt: skip


def test_undo_takes_back_what_nobody_began_and_says_what_stays(world, ideas):
    url = propose(world)
    apply(world, url)
    (code, name), *_ = standing(world)
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.execute(
            update(Assignment)
            .where(
                Assignment.idea_id == idea.id, Assignment.reviewer_id == world.people[name]
            )
            .values(state="accepted")
        )  # fmt: skip
    answer = world.client("manager").post(f"{url}/undo", follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "5 changes are undone." in page
    assert "1 stays as it is; see below." in page
    assert standing(world) == {(code, name): "accepted"}
    assert kinds(world).count("ProposalUndone") == 1
    with world.session() as session:
        told = session.scalars(
            select(Delivery).where(Delivery.template == "assignments_removed")
        ).all()
        assert sum(len(one.data["ideas"]) for one in told if one.channel == "daily") == 5
    again = world.client("manager").post(f"{url}/undo", follow_redirects=True)
    assert "Nothing was changed" in again.get_data(as_text=True)


def test_reviewers_not_kept_are_exchanged_and_come_back_with_undo(world, ideas):
    with world.session() as session:
        session.get_one(Person, world.people["second"]).skills = ["Battery"]
    world.assign(ideas[0], "reviewer")
    world.assign(ideas[1], "reviewer", state="accepted")
    url = propose(world, reviews="1", keep="")
    page = world.client("manager").get(url).get_data(as_text=True)
    assert "back" in page
    assert apply(world, url).status_code == 303
    assert standing(world) == {
        (ideas[0], "second"): "assigned",
        (ideas[1], "reviewer"): "accepted",
        (ideas[2], "second"): "assigned",
    }
    world.client("manager").post(f"{url}/undo")
    assert standing(world) == {
        (ideas[0], "reviewer"): "assigned",
        (ideas[1], "reviewer"): "accepted",
    }


def test_conflicts_of_every_sort_keep_a_reviewer_away(world):
    world.person("former")
    world.person("mentor")
    for name in ("former", "mentor", "employee"):
        world.role(name, Role.REVIEWER)
    code = world.idea("owner", title="Battery", state="active", team=("former", "mentor"))
    with world.session() as session:
        session.execute(
            update(Person)
            .where(Person.id == world.people["employee"])
            .values(line_manager_id=world.people["owner"])
        )
        from accelerator.storage.tables import TeamMember

        for name, values in (("former", {"state": "left"}), ("mentor", {"role": "mentor"})):
            session.execute(
                update(TeamMember)
                .where(TeamMember.person_id == world.people[name])
                .values(**values)
            )
    url = propose(world, reviews="5")
    taken = {pair.reviewer_id for pair in pairs(world)}
    assert taken == {world.people[name] for name in ("reviewer", "second", "stranger")}
    page = world.client("manager").get(url).get_data(as_text=True)
    assert "Not everything can be had" in page
    assert "2 reviews are short" in page
    assert code in page
    side = world.client("manager").get(f"{url}?view=conflicts").get_data(as_text=True)
    for reason in ("was in the team", "is a mentor of the team", "is line manager of somebody"):
        assert reason in side
    # The page on which reviewers are assigned by hand says the same.
    data = {
        "idea": [code], "reviewer": [world.people["former"], world.people["mentor"]],
        "due_on": DUE,
    }  # fmt: skip
    by_hand = world.client("manager").post("/cohorts/S27/spark/assign", data=data)
    assert "is a mentor of the team" in by_hand.get_data(as_text=True)


def test_wrong_settings_are_said_at_their_fields(world, ideas):
    client = world.client("manager")
    for field, value, said in (
        ("reviews", "0", "Choose from 1 to 10 reviews."),
        ("least", "11", "The least is more than the most."),
        ("most", "999", "Choose from 0 to 200 reviews."),
        ("seed", "0", "Choose a whole number from 1 to 1,000,000."),
        ("reviews", "two", "Not a valid integer value."),
    ):
        answer = client.post(URL, data=ASKED | {field: value})
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
    assert not pairs(world)
    url = propose(world)
    late = apply(world, url, due_on="2026-11-01")
    assert late.status_code == 422
    assert "This day has passed." in late.get_data(as_text=True)
    assert standing(world) == {}


def test_nothing_to_share_out(world):
    answer = world.client("manager").post(URL, data=ASKED)
    assert answer.status_code == 422
    assert "There are no ideas that wait" in answer.get_data(as_text=True)
    assert "No ideas here" in world.client("manager").get(URL).get_data(as_text=True)


def test_a_manager_in_a_team_never_learns_who_would_review_them(world, ideas):
    world.person("colleague")
    world.role("colleague", Role.MANAGER)
    own = world.idea("colleague", title="Own idea", state="active")
    url = propose(world)
    assert own in world.client("manager").get(url).get_data(as_text=True)
    assert own not in world.client("colleague").get(url).get_data(as_text=True)
    assert apply(world, url, who="colleague").status_code == 303
    assert own not in {code for code, _ in standing(world)}


def test_only_managers_of_the_programme_see_a_proposal(world, ideas):
    url = propose(world)
    for name in ("reviewer", "owner", "sponsor", "other_manager", "admin"):
        assert world.client(name).get(url).status_code in (403, 404)
        assert world.client(name).post(f"{url}/undo").status_code == 403
    assert world.client("manager").get("/cohorts/S27/validate/proposal/1").status_code == 404


@pytest.mark.parametrize("count", [1, 10])
def test_the_pages_ask_the_same_whatever_their_length(world, count):
    for n in range(count):
        world.idea("owner", title=f"Idea {n}", state="active")
    url = propose(world)
    client = world.client("manager")
    client.get(url)
    asked = []
    for page in (URL, url, f"{url}?view=reviewers", f"{url}?view=conflicts"):
        with queries(world.engine) as found:
            assert client.get(page).status_code == 200
        asked.append(len(found))
    assert asked == [9, 9, 7, 6]
