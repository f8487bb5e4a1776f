"""A review: saved while it is typed, submitted with its score, never lost."""

from datetime import timedelta

import pytest

from accelerator import clock
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
from tests.world import NOW


@pytest.fixture
def code(world):
    found = world.idea("owner", state="active")
    world.assign(found, "reviewer")
    return found


def autosave(world, code, who="reviewer", **fields):
    data = FULL | {name.replace("__", "-"): value for name, value in fields.items()}
    return world.client(who).post(
        f"/ideas/{code}/review/autosave", data=data, headers={"Accept": "application/json"}
    )


def test_a_submitted_review_counts_with_its_score(world, code):
    answer = write(world, code)
    assert (answer.status_code, answer.location) == (303, f"/ideas/{code}/review")
    (row,) = reviews(world)
    assert row.marks == {"value": 4, "reach": 2}
    assert row.score == pytest.approx(3.2)
    assert (row.confidence, row.recommendation, row.draft) == (2, "advance", None)
    assert row.submitted_at == NOW
    assert assignments(world)[code, world.people["reviewer"]].state == "submitted"
    assert events(world, "ReviewSubmitted")[0].data["late"] is False
    page = world.client("reviewer").get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "Level 4" in page
    assert "The patent is old." in page
    assert '<form action="/ideas' not in page


def test_an_abstention_is_left_out_of_the_score(world, code):
    write(world, code, mark__reach="")
    (row,) = reviews(world)
    assert row.marks == {"value": 4, "reach": None}
    assert row.score == 4


def test_what_is_missing_is_said_at_each_field_and_the_text_is_kept(world, code):
    answer = write(world, code, mark__reach=None, confidence=None, recommendation=None)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for name in ("mark-reach", "confidence", "recommendation"):
        assert f'id="{name}-error"' in page
        assert f'href="#{name}-1"' in page
    assert 'id="mark-value-4" name="mark-value" value="4" checked' in page
    assert "Strong need, weak price." in page
    (row,) = reviews(world)
    assert (row.submitted_at, row.draft["marks"]) == (None, {"value": 4})
    assert f'name="version" value="{row.version}"' in page


MALFORMED = ["0", "6", "x", "4.0", "٣", "-1", "4 ", "1e0", "9" * 40]


def test_a_mark_that_is_not_offered_is_refused_at_its_field(world, code):
    for value in MALFORMED:
        answer = write(world, code, mark__value=value)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, value
        assert "Choose from 1 to 5." in page
        assert 'id="mark-value-error"' in page
        assert autosave(world, code, mark__value=value).json["errors"] == {
            "mark-value": ["Choose from 1 to 5."]
        }
    assert reviews(world) == []


def test_what_the_rubric_does_not_have_is_refused(world, code):
    for fields in (
        {"mark__bogus": "3"},
        {"confidence": "4"},
        {"recommendation": "5"},
        {"confidence": ""},
    ):
        assert write(world, code, **fields).status_code == 422
        assert autosave(world, code, **fields).status_code == 422
    assert reviews(world) == []


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\ud800b".encode("utf-8", "surrogatepass"), "x" * 10_001]
)
def test_text_that_cannot_be_kept_is_refused_at_its_field(world, code, text):
    answer = write(world, code, comment_to_team=text)
    assert answer.status_code in (303, 422)
    if answer.status_code == 422:
        assert 'id="comment_to_team-error"' in answer.get_data(as_text=True)


def test_extra_fields_change_nothing(world, code):
    write(world, code, reviewer_id="1", score="5", state="declined", submitted_at="2001-01-01")
    (row,) = reviews(world)
    assert (row.score, row.submitted_at) == (pytest.approx(3.2), NOW)
    assert assignments(world)[code, world.people["reviewer"]].state == "submitted"


def test_autosave_keeps_the_text_and_accepts(world, code):
    first = autosave(world, code, mark__reach="", confidence="1")
    assert first.status_code == 200
    assert first.json == {"version": 1, "saved_at": NOW.isoformat()}
    second = autosave(world, code, version="1", comment_to_team="More.")
    assert second.json["version"] == 2
    (row,) = reviews(world)
    assert row.draft["comment_to_team"] == "More."
    assert (row.marks, row.submitted_at) == ({}, None)
    assert assignments(world)[code, world.people["reviewer"]].state == "accepted"
    page = world.client("reviewer").get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "More." in page
    assert "Saved 10:00" in page


def test_posting_twice_makes_one_review_and_the_same_answer(world, code):
    client = world.client("reviewer")
    data = FULL | {"action": "submit", "_once": "token"}
    answers = [client.post(f"/ideas/{code}/review", data=data) for _ in range(2)]
    assert len({answer.location for answer in answers}) == 1
    assert len(reviews(world)) == 1
    assert len(events(world, "ReviewSubmitted")) == 1


def test_a_stale_edit_shows_both_texts_and_loses_neither(world, code):
    autosave(world, code, comment_to_team="From the first window", mark__value="5")
    script = autosave(world, code, comment_to_team="From the second window")
    assert script.status_code == 409
    assert script.json["theirs"]["comment_to_team"] == "From the first window"
    assert script.json["mine"]["comment_to_team"] == "From the second window"
    answer = write(world, code, comment_to_team="From the second window")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "From the first window" in page
    assert "From the second window" in page
    (row,) = reviews(world)
    assert row.draft["comment_to_team"] == "From the first window"
    again = write(world, code, comment_to_team="Joined", version=str(row.version))
    assert again.status_code == 303
    assert reviews(world)[0].comment_to_team == "Joined"


def test_the_same_text_again_is_no_conflict(world, code):
    assert autosave(world, code).json["version"] == 1
    assert autosave(world, code).json["version"] == 1


def test_a_submitted_review_is_changed_until_the_gate_has_decided(world, code):
    write(world, code)
    client = world.client("reviewer")
    (row,) = reviews(world)
    typed = autosave(world, code, version=str(row.version), mark__value="1")
    (row,) = reviews(world)
    assert (row.marks["value"], row.score) == (4, pytest.approx(3.2))
    assert "You began to change this review" in client.get(f"/ideas/{code}/review").get_data(True)
    form = client.get(f"/ideas/{code}/review?change=1").get_data(as_text=True)
    assert 'id="mark-value-1" name="mark-value" value="1" checked' in form
    later = NOW + timedelta(days=3)
    with clock.told_by(lambda: later):
        write(world, code, version=str(typed.json["version"]), mark__value="1")
    (row,) = reviews(world)
    assert (row.score, row.submitted_at, row.saved_at) == (pytest.approx(1.4), NOW, later)
    assert [event.data["again"] for event in events(world, "ReviewSubmitted")] == [False, True]
    change(world, code, passage={"state": "decided"})
    write(world, code, version=str(row.version), mark__value="5")
    assert reviews(world)[0].score == pytest.approx(1.4)
    assert client.get(f"/ideas/{code}/review?change=1").get_data(True).count("<textarea") == 0


def test_after_its_day_a_review_is_accepted_and_marked_as_late(world, code):
    with clock.told_by(lambda: NOW + timedelta(days=15)):
        answer = write(world, code)
        page = world.client("manager").get(f"/ideas/{code}/reviews").get_data(as_text=True)
    assert answer.status_code == 303
    assert events(world, "ReviewSubmitted")[0].data["late"] is True
    assert ">Late<" in page


@pytest.mark.parametrize(
    ("idea", "passage", "said"),
    [
        ({"state": "withdrawn"}, {}, "The team withdrew this idea"),
        ({}, {"state": "decided"}, "Reviewing has ended for this idea"),
        ({}, {"state": "left"}, "Reviewing has ended for this idea"),
    ],
)
def test_a_review_closed_while_typing_keeps_the_text_as_a_draft(world, code, idea, passage, said):
    autosave(world, code, comment_to_team="Half a")
    change(world, code, passage=passage, **idea)
    kept = autosave(world, code, version="1", comment_to_team="Half a sentence")
    assert kept.status_code == 200
    client = world.client("reviewer")
    answer = write(world, code, version="2", comment_to_team="A whole sentence")
    assert answer.status_code == 303
    (row,) = reviews(world)
    assert (row.submitted_at, row.score) == (None, None)
    page = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert said in page
    assert "A whole sentence" in page
    assert "A whole sentence" not in world.client("manager").get(f"/ideas/{code}/reviews").get_data(
        True
    )


def test_a_review_taken_back_while_typing_keeps_the_text(world, code):
    autosave(world, code, comment_to_team="Half a sentence")
    key = assignments(world)[code, world.people["reviewer"]].id
    world.client("manager").post(f"/ideas/{code}/reviews/{key}/remove")
    assert write(world, code, version="1", comment_to_team="A whole one").status_code == 303
    page = world.client("reviewer").get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "A whole one" in page
    assert "no longer asked of you" in page
    assert assignments(world)[code, world.people["reviewer"]].state == "removed"


def test_submit_and_next_goes_on_and_the_last_review_tells_the_managers(world, code):
    other = world.idea("owner", state="active")
    world.assign(other, "reviewer")
    world.assign(code, "second")
    answer = write(world, code, action="next")
    assert answer.location == f"/reviews/next?after={code}"
    assert world.client("reviewer").get(answer.location).location == f"/ideas/{other}/review"
    assert deliveries(world, "reviews_complete") == []
    write(world, code, who="second")
    assert deliveries(world, "reviews_complete") == [(world.people["manager"], "inbox")]
    (row,) = reviews(world)[1:]
    write(world, code, who="second", version=str(row.version), mark__value="1")
    assert len(deliveries(world, "reviews_complete")) == 1


def test_nobody_writes_a_review_that_is_not_asked_of_them(world, code):
    for who in ("owner", "manager", "second", "admin", "employee", "sponsor"):
        client = world.client(who)
        assert client.get(f"/ideas/{code}/review").status_code == 404
        assert write(world, code, who=who).status_code == 404
        assert autosave(world, code, who=who).status_code == 404
    assert reviews(world) == []
    assert autosave(world, code, csrf_token="wrong").status_code == 400


def test_the_workspace_asks_the_same_whatever_there_is(world, code):
    client = world.client("reviewer")
    with queries(world.engine) as asked:
        client.get(f"/ideas/{code}/review")
    assert len(asked) == 7, asked
    for n in range(9):
        world.person(f"more{n}")
        world.assign(code, f"more{n}", state="submitted")
    write(world, code)
    with queries(world.engine) as asked:
        client.get(f"/ideas/{code}/review")
    assert len(asked) == 8, asked


@pytest.mark.parametrize("last", [False, True])
def test_submitting_asks_little(world, code, last):
    world.assign(code, "second", state="submitted" if last else "assigned")
    page = world.client("reviewer")
    data = FULL | {"action": "next", "_once": "t"}
    page.token()
    with queries(world.engine) as asked:
        assert page.post(f"/ideas/{code}/review", data=data).status_code == 303
    assert len(asked) == (10 if last else 9), asked
    assert len(deliveries(world, "reviews_complete")) == last
