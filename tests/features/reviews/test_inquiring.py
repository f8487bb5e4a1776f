"""A reviewer asks the team without leaving; neither side learns a name."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.storage.tables import Delivery, Inquiry, Person
from tests.counting import queries
from tests.features.reviews.acts import change, deliveries, events, reviews, write
from tests.world import NOW


@pytest.fixture
def code(world):
    found = world.idea("owner", state="active", team=("mate",), pending=("invitee",))
    world.assign(found, "reviewer")
    with world.session() as session:
        session.get_one(Person, world.people["reviewer"]).family_name = "CANARYREVIEWER"
        session.get_one(Person, world.people["mate"]).family_name = "CANARYMATE"
    return found


def ask(world, code, text="How many cells a day?", **fields):
    return write(world, code, action="ask", question=text, **fields)


def inquiries(world):
    with world.session() as session:
        return list(session.scalars(select(Inquiry).order_by(Inquiry.id)))


def answer(world, code, text="Forty.", who="mate", number=0):
    return world.client(who).post(
        f"/ideas/{code}/questions", data={"inquiry": inquiries(world)[number].id, "answer": text}
    )


def test_a_question_goes_to_the_team_and_its_answer_comes_back(world, code):
    sent = ask(world, code, confidence=None, comment_to_team="Half a thought")
    assert sent.location == f"/ideas/{code}/review#questions"
    assert reviews(world)[0].draft["comment_to_team"] == "Half a thought"
    team = {world.people["owner"], world.people["mate"]}
    assert {who for who, _ in deliveries(world, "inquiry_asked")} == team
    client = world.client("reviewer")
    assert "waits for an answer" in client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "Question asked" in client.get("/reviews").get_data(as_text=True)
    page = world.client("mate").get(f"/ideas/{code}/questions").get_data(as_text=True)
    assert "How many cells a day?" in page
    assert "Questions from the reviewers" in world.client("mate").get(f"/ideas/{code}").get_data(
        as_text=True
    )
    later = NOW + timedelta(hours=1)
    with clock.told_by(lambda: later):
        assert answer(world, code).status_code == 303
        assert {who for who, _ in deliveries(world, "inquiry_answered")} == {
            world.people["reviewer"]
        }
        assert "The team answered" in client.get("/reviews").get_data(as_text=True)
        page = client.get(f"/ideas/{code}/review").get_data(as_text=True)
        assert "Forty." in page
        assert "CANARYMATE" not in page.split('id="questions"')[1]
        row = reviews(world)[0]
    with clock.told_by(lambda: later + timedelta(hours=1)):
        write(world, code, version=str(row.version))
        assert "The team answered" not in client.get("/reviews").get_data(as_text=True)


def test_neither_side_learns_a_name(world, code):
    ask(world, code)
    for who in ("owner", "mate"):
        client = world.client(who)
        for page in ("/questions", ""):
            body = client.get(f"/ideas/{code}{page}").get_data(as_text=True)
            assert "CANARYREVIEWER" not in body
        assert "CANARYREVIEWER" not in client.get("/inbox").get_data(as_text=True)
    answer(world, code)
    with world.session() as session:
        for row in session.scalars(
            select(Delivery).where(Delivery.template.in_(("inquiry_asked", "inquiry_answered")))
        ):
            assert "CANARY" not in str(row.data)
    page = world.client("manager").get(f"/ideas/{code}/reviews").get_data(as_text=True)
    assert "How many cells a day?" in page
    assert "CANARYREVIEWER" in page.split('id="questions"')[1]


def test_who_may_see_and_answer_the_questions(world, code):
    ask(world, code)
    key = inquiries(world)[0].id
    for who in ("invitee", "employee", "reviewer", "manager", "admin", "sponsor"):
        client = world.client(who)
        assert client.get(f"/ideas/{code}/questions").status_code in {403, 404}, who
        done = client.post(f"/ideas/{code}/questions", data={"inquiry": key, "answer": "x"})
        assert done.status_code in {403, 404}, who
    other = world.idea("mate", state="active")
    foreign = world.client("mate").post(
        f"/ideas/{other}/questions", data={"inquiry": key, "answer": "x"}
    )
    assert foreign.status_code == 422
    assert inquiries(world)[0].answered_at is None


def test_two_of_the_team_answer_at_once_and_no_word_is_lost(world, code):
    ask(world, code)
    assert answer(world, code, "First.", "owner").status_code == 303
    second = answer(world, code, "Second.", "mate")
    page = second.get_data(as_text=True)
    assert second.status_code == 422
    assert "First." in page
    assert "Second." in page
    assert inquiries(world)[0].answer == "First."
    assert len(events(world, "InquiryAnswered")) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_missing_is_said_and_the_review_is_kept(world, code):
    empty = ask(world, code, "", comment_to_team="Half a thought")
    assert empty.status_code == 422
    assert 'id="question-error"' in empty.get_data(as_text=True)
    assert reviews(world)[0].draft["comment_to_team"] == "Half a thought"
    assert ask(world, code, "x" * 1001, version="1").status_code == 422
    for n in range(10):
        ask(world, code, f"Question {n}", version="1", comment_to_team="Half a thought")
    many = ask(world, code, "One more", version="1", comment_to_team="Half a thought")
    assert "Wait for their answers." in many.get_data(as_text=True)
    assert "One more" in many.get_data(as_text=True)
    assert len(inquiries(world)) == 10
    blank = answer(world, code, "  ")
    assert blank.status_code == 422
    assert "Write an answer." in blank.get_data(as_text=True)


@pytest.mark.parametrize("number", ["9" * 20, "-1", "0", "x"])
def test_a_question_that_no_row_can_be_is_refused(world, code, number):
    ask(world, code)
    data = {"inquiry": number, "answer": "Forty."}
    assert world.client("mate").post(f"/ideas/{code}/questions", data=data).status_code == 422
    assert inquiries(world)[0].answer == ""


def test_a_double_post_asks_once(world, code):
    for _ in range(2):
        ask(world, code, _once="token")
    assert len(inquiries(world)) == 1
    assert len(events(world, "InquiryAsked")) == 1


def test_after_the_end_nothing_is_asked_or_answered_and_the_text_stays(world, code):
    ask(world, code)
    change(world, code, state="withdrawn")
    late = answer(world, code, "Too late")
    assert late.status_code == 422
    assert "Too late" in late.get_data(as_text=True)
    assert inquiries(world)[0].answered_at is None


@pytest.mark.parametrize("many", [1, 10])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_of_questions_asks_the_same_whatever_there_is(world, code, many):
    for n in range(many):
        ask(world, code, f"Question {n}", version="1")
    client = world.client("mate")
    with queries(world.engine) as asked:
        assert client.get(f"/ideas/{code}/questions").status_code == 200
    assert len(asked) == 4, asked
