"""A reviewer who cannot do it as asked: another date, a colleague instead, the end of the queue."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.activity.letters import Reader, letter, subject
from accelerator.domain.policy import Role
from accelerator.storage.tables import Assignment, Delivery, Inquiry, Person, Stage
from tests.counting import queries
from tests.features.reviews.acts import (
    FULL,
    assignments,
    change,
    deliveries,
    events,
    reviews,
    write,
)
from tests.world import NOW, TODAY

LATER = TODAY + timedelta(days=21)


@pytest.fixture
def code(world):
    found = world.idea("owner", title="A CANARY cell", state="active")
    world.assign(found, "reviewer")
    return found


def mine(world, code, who="reviewer"):
    return assignments(world)[code, world.people[who]]


def test_each_answer_has_its_button(world, code):
    page = world.client("reviewer").get(f"/ideas/{code}/review/answer").get_data(as_text=True)
    for part in ("accept", "decline", "date", "hand-over"):
        assert f'action="/ideas/{code}/review/{part}"' in page
    for reason in ("conflict", "field", "load"):
        assert f'name="reason" value="{reason}"' in page
    assert "A review takes you about 12 minutes." in page
    with queries(world.engine) as asked:
        world.client("reviewer").get(f"/ideas/{code}/review/answer")
    assert len(asked) <= 10, asked


def test_another_date_is_asked_and_granted_with_one_button(world, code):
    client, data = world.client("reviewer"), {"asked_due_on": LATER.isoformat(), "reason": "A fair"}
    assert client.post(f"/ideas/{code}/review/date", data=data).status_code == 303
    assert mine(world, code).due_on == TODAY + timedelta(days=14)
    assert {who for who, _ in deliveries(world, "review_date_asked")} == {world.people["manager"]}
    assert "no answer yet" in client.get(f"/ideas/{code}/review/answer").get_data(as_text=True)
    manager = world.client("manager")
    page = manager.get(f"/ideas/{code}/reviews").get_data(as_text=True)
    grant = f"/ideas/{code}/reviews/{mine(world, code).id}/date/grant"
    assert grant in page
    assert "A fair" in page
    for _ in range(2):
        assert manager.post(grant).status_code == 303
    assert (mine(world, code).due_on, mine(world, code).asked_due_on) == (LATER, None)
    assert {who for who, _ in deliveries(world, "review_date_answered")} == {
        world.people["reviewer"]
    }
    assert [event.data["granted"] for event in events(world, "ReviewDateAnswered")] == [True]


def test_a_refused_date_leaves_the_old_one(world, code):
    world.client("reviewer").post(
        f"/ideas/{code}/review/date", data={"asked_due_on": LATER.isoformat()}
    )
    key = mine(world, code).id
    assert (
        world.client("reviewer").post(f"/ideas/{code}/reviews/{key}/date/grant").status_code == 403
    )
    world.client("manager").post(f"/ideas/{code}/reviews/{key}/date/refuse")
    assert (mine(world, code).due_on, mine(world, code).asked_due_on) == (
        TODAY + timedelta(days=14),
        None,
    )
    with world.session() as session:
        told = session.scalars(
            select(Delivery).where(Delivery.template == "review_date_answered")
        ).first()
        assert told.data["granted"] is False


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "Say by when."),
        ("2026-02-31", "Not a valid date value."),
        ((TODAY - timedelta(days=1)).isoformat(), "This day has passed."),
        ((TODAY + timedelta(days=14)).isoformat(), "due on this day already"),
        ("9999-12-31", ""),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_date_that_cannot_be_is_refused_at_its_field(world, code, asked, said):
    answer = world.client("reviewer").post(
        f"/ideas/{code}/review/date", data={"asked_due_on": asked, "reason": "Kept words"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="asked_due_on-error"' in page
    assert said in page
    assert "Kept words" in page
    assert events(world, "ReviewDateAsked") == []


def hand_over(world, code, to, **data):
    return world.client("reviewer").post(
        f"/ideas/{code}/review/hand-over", data={"colleague": world.people[to]} | data
    )


def test_a_colleague_takes_over_and_both_sides_know(world, code):
    write(world, code, action="save", comment_to_team="CANARYDRAFT")
    assert hand_over(world, code, "second", note="You know cells.").status_code == 303
    old, new = mine(world, code), mine(world, code, "second")
    assert (old.state, old.decline_reason) == ("declined", "handed")
    assert old.handed_to_id == world.people["second"]
    assert (new.state, new.due_on) == ("assigned", old.due_on)
    assert deliveries(world, "review_handed_over") == [(world.people["manager"], "inbox")]
    assert {who for who, _ in deliveries(world, "review_taken_over")} == {world.people["second"]}
    page = world.client("manager").get(f"/ideas/{code}/reviews").get_data(as_text=True)
    assert "handed over to Test Second" in page
    theirs = world.client("second").get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "You are asked to review this idea" in theirs
    assert "CANARYDRAFT" not in theirs
    mine_now = world.client("reviewer").get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "CANARYDRAFT" in mine_now
    assert "CANARY cell" not in mine_now
    assert hand_over(world, code, "second").status_code == 422
    assert len(assignments(world)) == 2


def test_who_cannot_take_it_is_refused_in_the_same_words(world, code):
    world.person("busy")
    world.role("busy", Role.REVIEWER)
    world.assign(code, "busy")
    with world.session() as session:
        session.get_one(Person, world.people["stranger"]).department = "department of owner"
    said = set()
    for who in ("busy", "stranger"):
        answer = hand_over(world, code, who, note="Kept words")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Kept words" in page
        name = f"Test {who.capitalize()}"
        said.add(page.split('id="colleague-error"')[1].split("</p>")[0].replace(name, "N"))
    assert len(said) == 1
    assert mine(world, code).state == "assigned"


@pytest.mark.parametrize("to", ["employee", "reviewer", "owner", "disabled"])
def test_only_another_reviewer_of_the_programme_is_named(world, code, to):
    if to == "disabled":
        world.role("disabled", Role.REVIEWER)
    answer = hand_over(world, code, to)
    assert answer.status_code == 422
    assert "Choose a reviewer of this programme." in answer.get_data(as_text=True)
    assert len(assignments(world)) == 1


def test_a_removed_colleague_can_be_asked_again(world, code):
    number = world.assign(code, "second", state="removed")
    with world.session() as session:
        session.get_one(Assignment, number).asked_due_on = LATER
    assert hand_over(world, code, "second").status_code == 303
    again = mine(world, code, "second")
    assert (again.state, again.asked_due_on) == ("assigned", None)


def test_nothing_is_arranged_about_an_idea_that_is_gone(world, code):
    change(world, code, state="withdrawn")
    date = {"asked_due_on": LATER.isoformat()}
    answer = world.client("reviewer").post(f"/ideas/{code}/review/date", data=date)
    assert answer.status_code == 422
    assert "no review is needed any more" in answer.get_data(as_text=True)
    assert hand_over(world, code, "second").status_code == 422
    assert mine(world, code).state == "assigned"


def test_a_skipped_review_goes_to_the_end_with_what_was_typed(world, code):
    codes = [code, *(world.idea("owner", title=f"Idea {n}", state="active") for n in range(2))]
    for one in codes[1:]:
        world.assign(one, "reviewer")
    answer = write(world, code, action="skip", comment_to_team="Half a thought")
    assert answer.location == f"/reviews/next?after={code}"
    assert reviews(world)[0].draft["comment_to_team"] == "Half a thought"
    with clock.told_by(lambda: NOW + timedelta(minutes=1)):
        client = world.client("reviewer")
        blank = {name: None for name in FULL if name != "version"}
        write(world, codes[1], action="skip", **{k.replace("-", "__"): v for k, v in blank.items()})
        assert len(reviews(world)) == 1
        assert mine(world, codes[1]).state == "assigned"
        assert client.get("/reviews/next").location == f"/ideas/{codes[2]}/review"
        page = client.get("/reviews").get_data(as_text=True)
        assert "(2 skipped)" in page
        write(world, codes[2])
        assert client.get("/reviews/next").location == f"/ideas/{code}/review"
        write(world, code, version="1")
    assert "(1 skipped)" in world.client("reviewer").get("/reviews").get_data(as_text=True)


def test_one_turns_through_the_open_reviews_both_ways(world, code):
    codes = [code, *(world.idea("owner", title=f"Idea {n}", state="active") for n in range(2))]
    for one in codes[1:]:
        world.assign(one, "reviewer")
    client = world.client("reviewer")

    def turned(after, turn):
        return client.get(f"/reviews/next?after={after}&turn={turn}").location.split("/")[2]

    assert [turned(one, "on") for one in codes] == [codes[1], codes[2], codes[0]]
    assert [turned(one, "back") for one in codes] == [codes[2], codes[0], codes[1]]
    assert turned("unknown", "on") == codes[0]
    with queries(world.engine) as asked:
        client.get(f"/reviews/next?after={code}&turn=on")
    assert len(asked) <= 4, asked


def test_coverage_counts_in_relation_to_what_the_stage_wants(world, code):
    other = world.idea("owner", stage=1, state="active")
    world.assign(other, "reviewer")
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[1]).reviews_per_idea = 4
    world.assign(code, "second", state="submitted")  # 1 of 2
    world.assign(other, "second", state="submitted")  # 1 of 4
    assert world.client("reviewer").get("/reviews/next").location == f"/ideas/{other}/review"


def test_the_queue_knows_the_minutes_from_ones_own_history(world):
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(5)]
    for one in codes:
        world.assign(one, "reviewer")
    page = world.client("reviewer").get("/reviews").get_data(as_text=True)
    assert "Counted with 12 minutes a review" in page
    assert "about 1 h 0 min" in page
    for n, one in enumerate(codes[:3]):
        opened = int(NOW.timestamp())
        with clock.told_by(lambda n=n: NOW + timedelta(minutes=4 + n)):
            write(world, one, opened=str(opened), mark__reach="")
    with clock.told_by(lambda: NOW + timedelta(minutes=9)):
        page = world.client("reviewer").get("/reviews").get_data(as_text=True)
    assert "At your own pace of late, 5 minutes a review." in page
    assert "about 10 minutes" in page
    assert "you abstained from 3 marks" in page


@pytest.mark.parametrize("opened", ["-1", "x", "9" * 30, str(2**37), "0", ""])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_browser_cannot_make_history(world, code, opened):
    write(world, code, opened=opened)
    for row in reviews(world):
        assert row.opened_at == NOW


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_mailed_is_whole_in_both_languages_and_names_no_reviewer(world, code, language):
    reader = Reader("Test Person", language, "Asia/Tokyo")
    client = world.client("reviewer")
    client.post(f"/ideas/{code}/review/date", data={"asked_due_on": LATER.isoformat()})
    world.client("manager").post(f"/ideas/{code}/reviews/{mine(world, code).id}/date/grant")
    client.post(f"/ideas/{code}/review/date", data={"asked_due_on": TODAY.isoformat()})
    world.client("manager").post(f"/ideas/{code}/reviews/{mine(world, code).id}/date/refuse")
    write(world, code, action="ask", question="How many?", confidence=None)
    with world.session() as session:
        key = session.scalars(select(Inquiry.id)).one()
    world.client("owner").post(f"/ideas/{code}/questions", data={"inquiry": key, "answer": "Two."})
    hand_over(world, code, "second", note="You know cells.")
    with world.session() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        told = {row.template: row for row in rows}
        assert set(told) >= {
            "review_date_asked", "review_date_answered", "inquiry_asked", "inquiry_answered",
            "review_taken_over", "review_handed_over",
        }  # fmt: skip
        for row in rows:
            line = subject(row.template, row.data, reader)
            assert "CANARY cell" in line
            assert code in line
            whole = line
            if row.template != "review_handed_over":
                mail = letter(row.template, row.data, reader, base_url="http://localhost")
                assert f"http://localhost/ideas/{code}" in mail.html
                assert f"http://localhost/ideas/{code}" in mail.text
                whole += mail.html + mail.text
            assert "%(" not in whole
            assert ("Test Reviewer" in whole) is (row.template == "review_taken_over")
        assert "You know cells." in letter(
            "review_taken_over", told["review_taken_over"].data, reader, base_url=""
        ).text  # fmt: skip
