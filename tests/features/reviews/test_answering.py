"""A reviewer's queue; yes by one button, no for one of three reasons."""

import re
from datetime import timedelta

import pytest

from accelerator import clock
from tests.counting import queries
from tests.features.reviews.acts import assignments, change, conflicts, deliveries, events, write
from tests.world import NOW


def state(world, code, who="reviewer"):
    return assignments(world)[code, world.people[who]].state


def test_the_queue_shows_what_to_answer_to_do_and_done(world):
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(3)]
    world.assign(codes[0], "reviewer")
    world.assign(codes[1], "reviewer", state="accepted")
    world.assign(codes[2], "reviewer")
    write(world, codes[2])
    closed = world.idea("owner", title="Closed one", state="active")
    world.assign(closed, "reviewer")
    change(world, closed, state="withdrawn")
    page = world.client("reviewer").get("/reviews").get_data(as_text=True)
    assert "1 of 3 done" in page
    assert "Mon 7 Dec 2026 (in 14 days)" in page
    places = [page.index(f'id="{part}"') for part in ("to-answer", "to-do", "done")]
    assert places == sorted(places)
    assert places[0] < page.index("Idea 0") < places[1] < page.index("Idea 1") < places[2]
    assert places[2] < page.index("Idea 2")
    assert "Closed one" not in page
    empty = world.client("second").get("/reviews").get_data(as_text=True)
    assert "Nothing to review" in empty


def test_looking_changes_nothing_and_one_button_accepts(world):
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    client = world.client("reviewer")
    assert client.get(f"/ideas/{code}/review").status_code == 200
    assert state(world, code) == "assigned"
    for _ in range(2):
        assert client.post(f"/ideas/{code}/review/accept").status_code == 303
    assert state(world, code) == "accepted"
    assert len(events(world, "ReviewAccepted")) == 1
    assert client.get(f"/ideas/{code}/review/accept").status_code == 405


@pytest.mark.parametrize("reason", ["conflict", "field", "load"])
def test_declining_for_each_reason(world, reason):
    code = world.idea("owner", title="CANARY title", state="active")
    world.assign(code, "reviewer")
    client = world.client("reviewer")
    assert client.get(f"/ideas/{code}/review/answer").status_code == 200
    data = {"reason": reason, "note": "Sorry."}
    assert client.post(f"/ideas/{code}/review/decline", data=data).status_code == 303
    row = assignments(world)[code, world.people["reviewer"]]
    assert (row.state, row.decline_reason, row.decline_note) == ("declined", reason, "Sorry.")
    declared = [(one.person_id, one.reason) for one in conflicts(world)]
    assert declared == ([(world.people["reviewer"], "Sorry.")] if reason == "conflict" else [])
    assert deliveries(world, "review_declined") == [(world.people["manager"], "inbox")]
    gone = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "You declined this review" in gone
    assert "CANARY" not in gone
    again = client.post(f"/ideas/{code}/review/decline", data={"reason": "load"})
    assert again.location == "/reviews"
    assert len(events(world, "ReviewDeclined")) == 1


def test_a_reason_is_asked_for_and_must_be_one_of_the_three(world):
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    for data in ({"note": "Kept words"}, {"reason": "holiday", "note": "Kept words"}):
        answer = world.client("reviewer").post(f"/ideas/{code}/review/decline", data=data)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Choose one of the three reasons." in page
        assert "Kept words" in page
    assert state(world, code) == "assigned"


def test_a_submitted_or_closed_review_is_not_declined(world):
    done, closed = (world.idea("owner", state="active") for _ in range(2))
    for code in (done, closed):
        world.assign(code, "reviewer")
    write(world, done)
    change(world, closed, passage={"state": "decided"})
    for code, before in ((done, "submitted"), (closed, "assigned")):
        answer = world.client("reviewer").post(
            f"/ideas/{code}/review/decline", data={"reason": "load"}
        )
        assert answer.status_code == 422
        assert state(world, code) == before
    assert world.client("reviewer").post(f"/ideas/{closed}/review/accept").status_code == 303
    assert state(world, closed) == "assigned"


def test_a_declared_conflict_declines_the_review_that_waits(world):
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    client = world.client("reviewer")
    assert client.get(f"/ideas/{code}/conflict").status_code == 200
    data = {"reason": "We are neighbours.", "person": world.people["second"]}
    for _ in range(2):
        client.post(f"/ideas/{code}/conflict", data=data)
    assert [one.person_id for one in conflicts(world)] == [world.people["reviewer"]]
    assert state(world, code) == "declined"
    assert len(events(world, "ConflictDeclared")) == 1
    assert deliveries(world, "review_declined") == [(world.people["manager"], "inbox")]
    hidden = world.idea("owner", state="active")
    assert client.get(f"/ideas/{hidden}/conflict").status_code == 404
    assert world.client("employee").post(f"/ideas/{code}/conflict").status_code == 403


def test_the_next_review_is_the_least_covered_idea(world):
    covered, bare, now = (world.idea("owner", state="active") for _ in range(3))
    for code in (covered, bare, now):
        world.assign(code, "reviewer")
    world.assign(covered, "second", state="submitted")
    client = world.client("reviewer")
    assert client.get(f"/reviews/next?after={now}").location == f"/ideas/{bare}/review"
    assert client.get(f"/reviews/next?after={bare}").location == f"/ideas/{now}/review"
    for code in (bare, now):
        client.post(f"/ideas/{code}/review/decline", data={"reason": "load"})
    assert client.get(f"/reviews/next?after={covered}").location == f"/ideas/{covered}/review"
    client.post(f"/ideas/{covered}/review/decline", data={"reason": "load"})
    assert client.get("/reviews/next").location == "/reviews"


def test_the_done_part_goes_on_by_pages(world):
    codes = [world.idea("owner", title=f"Done {n:03d}.", state="active") for n in range(12)]
    for code in codes:
        world.assign(code, "reviewer", state="submitted")
    page = world.client("reviewer").get("/reviews").get_data(as_text=True)
    assert len(re.findall(r"Done \d{3}\.", page)) == 10
    after = re.search(r"/reviews\?after=(\d+)", page)[0]
    rest = world.client("reviewer").get(after).get_data(as_text=True)
    assert len(re.findall(r"Done \d{3}\.", rest)) == 2
    assert world.client("reviewer").get("/reviews?after=" + "9" * 40).status_code == 200


@pytest.mark.parametrize("many", [1, 10])
def test_the_queue_asks_the_same_whatever_its_length(world, many):
    for n in range(many):
        for state_ in ("assigned", "accepted", "submitted"):
            code = world.idea("owner", title=f"Idea {n}", state="active")
            world.assign(code, "reviewer", state=state_)
    client = world.client("reviewer")
    with queries(world.engine) as asked:
        assert client.get("/reviews").status_code == 200
    assert len(asked) == 8, asked
    with queries(world.engine) as asked:
        client.get("/reviews/next")
    assert len(asked) == 2, asked


def test_a_date_that_passed_is_said(world):
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")

    with clock.told_by(lambda: NOW + timedelta(days=16)):
        page = world.client("reviewer").get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "A review is still accepted, and marked as late." in page
