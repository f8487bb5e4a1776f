"""A manager asks several reviewers to review several ideas; conflicts are refused with a reason."""

from datetime import timedelta

import pytest

from accelerator.domain.policy import Role
from accelerator.storage.tables import Person
from tests.counting import queries
from tests.features.reviews.acts import assignments, conflicts, deliveries, events
from tests.world import TODAY

URL = "/cohorts/S27/spark/assign"
DUE = (TODAY + timedelta(days=9)).isoformat()


def post(world, codes, names, who="manager", **fields):
    people = [world.people[name] for name in names]
    data = {"idea": list(codes), "reviewer": people, "due_on": DUE} | fields
    return world.client(who).post(URL, data=data)


def test_many_at_once_with_the_exact_count_before_and_one_message_each(world):
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(3)]
    world.assign(codes[0], "reviewer")
    page = post(world, codes, ["reviewer", "second"]).get_data(as_text=True)
    assert "5 reviews would be assigned" in page
    assert "1 pair exists already" in page
    assert len(assignments(world)) == 1

    answer = post(world, codes, ["reviewer", "second"], confirm="1")
    assert answer.status_code == 303
    made = assignments(world)
    assert len(made) == 6
    fresh = made[codes[1], world.people["second"]]
    assert (fresh.state, fresh.due_on.isoformat()) == ("assigned", DUE)
    assert made[codes[0], world.people["reviewer"]].due_on != fresh.due_on
    told = deliveries(world, "review_assigned")
    assert sorted(told) == sorted(
        (world.people[name], channel)
        for name in ("reviewer", "second")
        for channel in ("inbox", "daily")
    )
    listed = {
        e.data["person_id"]: [i["code"] for i in e.data["ideas"]]
        for e in events(world, "ReviewAssigned")
    }
    assert listed == {world.people["reviewer"]: codes[1:], world.people["second"]: codes}


def test_each_conflict_is_refused_with_its_reason(world):
    code = world.idea("owner", state="active", team=("mate",), pending=("invitee",))
    for name in ("mate", "invitee", "employee", "sponsor"):
        world.role(name, Role.REVIEWER)
    with world.session() as session:
        people = {name: session.get_one(Person, key) for name, key in world.people.items()}
        people["reviewer"].department = " DEPARTMENT of mate"
        people["owner"].line_manager_id = world.people["second"]
        people["employee"].line_manager_id = world.people["invitee"]
    declared = {"person": world.people["stranger"], "reason": "We are married."}
    assert world.client("manager").post(f"/ideas/{code}/conflict", data=declared).status_code == 303

    names = ["mate", "invitee", "reviewer", "second", "employee", "stranger", "sponsor"]
    page = post(world, [code], names).get_data(as_text=True)
    assert "6 pairs are refused" in page
    assert "1 review would be assigned" in page
    for reason in (
        "is in the team or invited to it",
        "works in the department of somebody in the team",
        "is line manager of somebody in the team, or reports to them",
        "declared a conflict of interest",
    ):
        assert reason in page
    post(world, [code], names, confirm="1")
    assert set(assignments(world)) == {(code, world.people["sponsor"])}


def test_posting_twice_assigns_once(world):
    code = world.idea("owner", state="active")
    client = world.client("manager")
    data = {
        "idea": code,
        "reviewer": world.people["reviewer"],
        "due_on": DUE,
        "confirm": "1",
        "_once": "a",
    }
    assert [client.post(URL, data=data).status_code for _ in range(2)] == [303, 302]
    post(world, [code], ["reviewer"], confirm="1")
    assert len(assignments(world)) == 1
    assert len(deliveries(world, "review_assigned")) == 2


def test_what_is_missing_is_said_at_its_field_and_the_ticks_stay(world):
    code = world.idea("owner", state="active")
    answer = world.client("manager").post(URL, data={"idea": code, "due_on": "2020-01-01"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Tick at least one reviewer." in page
    assert f'value="{code}" aria-label="Select {code}"' in page
    assert page.count("checked") == 1
    late = post(world, [code], ["reviewer"], due_on="2020-01-01")
    assert late.status_code == 422
    assert "This day has passed." in late.get_data(as_text=True)


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "\x00", "1 OR 1=1"])
def test_bad_values_neither_break_nor_assign(world, value):
    world.idea("owner", state="active")
    data = {"idea": [value], "reviewer": [value], "due_on": DUE, "confirm": "1"}
    assert world.client("manager").post(URL, data=data).status_code == 303
    assert assignments(world) == {}
    page = world.client("manager").get(
        URL, query_string=dict.fromkeys(("words", "who", "after", "show"), value)
    )
    assert page.status_code == 200


def test_only_ideas_and_reviewers_of_this_stage_count(world):
    draft = world.idea("owner")
    elsewhere = world.idea("owner", state="active", stage=1)
    post(world, [draft, elsewhere], ["reviewer", "employee", "disabled"], confirm="1")
    here = world.idea("owner", state="active")
    post(world, [here], ["employee", "disabled"], confirm="1")
    assert assignments(world) == {}


def test_nobody_assigns_reviewers_to_an_idea_of_their_own(world):
    mine = world.idea("manager", title="The manager's own", state="active")
    world.assign(mine, "reviewer")
    page = world.client("manager").get(URL).get_data(as_text=True)
    assert "The manager&#39;s own" not in page
    post(world, [mine], ["second"], confirm="1")
    assert set(assignments(world)) == {(mine, world.people["reviewer"])}
    assert world.client("manager").get(f"/ideas/{mine}/reviews").status_code == 403


def test_those_short_of_reviews_come_first_and_the_filter_stays_in_the_address(world):
    full = world.idea("owner", title="Full one", state="active")
    short = world.idea("owner", title="Short one", state="active")
    world.assign(full, "reviewer")
    world.assign(full, "second", state="submitted")
    page = world.client("manager").get(URL).get_data(as_text=True)
    assert page.index(short) < page.index(full)
    only = world.client("manager").get(f"{URL}?show=short").get_data(as_text=True)
    assert short in only
    assert full not in only
    found = world.client("manager").get(f"{URL}?words=Full&who=second").get_data(as_text=True)
    assert full in found
    assert short not in found
    assert 'value="{}"'.format(world.people["second"]) in found
    assert 'value="{}"'.format(world.people["stranger"]) not in found


def test_a_list_longer_than_a_page_goes_on(world):
    codes = {world.idea("owner", state="active") for _ in range(52)}
    first = world.client("manager").get(URL).get_data(as_text=True)
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = world.client("manager").get(link).get_data(as_text=True)
    seen = [{code for code in codes if f'value="{code}"' in page} for page in (first, second)]
    assert [len(one) for one in seen] == [50, 2]
    assert seen[0] | seen[1] == codes


def test_an_assignment_is_removed_and_can_be_made_again_but_not_after_submission(world):
    code = world.idea("owner", state="active")
    key = world.assign(code, "reviewer")
    done = world.assign(code, "second", state="submitted")
    client = world.client("manager")
    assert client.post(f"/ideas/{code}/reviews/{key}/remove").status_code == 303
    assert client.post(f"/ideas/{code}/reviews/{done}/remove").status_code == 303
    states = {person: row.state for (_, person), row in assignments(world).items()}
    assert states == {world.people["reviewer"]: "removed", world.people["second"]: "submitted"}
    assert deliveries(world, "assignment_removed") == [
        (world.people["reviewer"], channel) for channel in ("inbox", "daily")
    ]
    page = world.client("reviewer").get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "no longer asked of you" in page
    assert "A better cell" not in page
    post(world, [code], ["reviewer"], confirm="1")
    assert assignments(world)[code, world.people["reviewer"]].state == "assigned"


def test_a_manager_takes_a_declared_conflict_back(world):
    code = world.idea("owner", state="active")
    client = world.client("manager")
    client.post(f"/ideas/{code}/conflict", data={"person": world.people["reviewer"]})
    assert "Test Reviewer" in client.get(f"/ideas/{code}/reviews").get_data(as_text=True)
    answer = client.post(f"/ideas/{code}/conflict/{world.people['reviewer']}/withdraw")
    assert answer.status_code == 303
    assert conflicts(world) == []
    assert len(events(world, "ConflictWithdrawn")) == 1
    wrong = client.post(f"/ideas/{code}/conflict", data={"person": world.people["employee"]})
    assert wrong.status_code == 422


@pytest.mark.parametrize("many", [1, 10])
def test_the_pages_ask_the_same_whatever_their_length(world, many):
    codes = [world.idea("owner", state="active") for _ in range(many)]
    for code in codes:
        world.assign(code, "reviewer")
    client = world.client("manager")
    with queries(world.engine) as asked:
        assert client.get(URL).status_code == 200
    assert len(asked) == 9, asked
    with queries(world.engine) as asked:
        assert client.get(f"/ideas/{codes[0]}/reviews").status_code == 200
    assert len(asked) == 8, asked


def test_who_else_may_not(world):
    code = world.idea("owner", state="active")
    for who in ("owner", "reviewer", "other_manager", "admin", "sponsor"):
        assert post(world, [code], ["reviewer"], who=who, confirm="1").status_code == 403
        assert world.client(who).get(f"/ideas/{code}/reviews").status_code in (403, 404)
    assert assignments(world) == {}
