"""What stands beside a review: versions, the outcome, one's own marks, the room that is left."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator.storage.tables import (
    Assignment,
    Capacity,
    Decision,
    Idea,
    Passage,
    Review,
    Stage,
    Version,
)
from tests.counting import queries
from tests.features.reviews.acts import FULL, change, reviews, write
from tests.world import NOW, TODAY


@pytest.fixture
def code(world):
    found = world.idea("owner", state="active")
    world.assign(found, "reviewer")
    return found


def hand_in_again(world, code, *, new_passage=False, **content):
    """Add a later version; with a new passage as after rework, assigned to the same reviewer."""
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        old = session.scalars(
            select(Version).where(Version.idea_id == idea.id).order_by(Version.id.desc())
        ).first()
        if new_passage:
            before = session.get_one(Passage, idea.passage_id)
            before.state, before.left_at, before.outcome = "left", NOW, "rework"
            passage = Passage(
                idea_id=idea.id, cohort_id=idea.cohort_id, stage_id=before.stage_id, number=2,
                state="handed_in",
                entered_at=NOW, hand_in_by=TODAY, handed_in_at=NOW, promise_on=TODAY,
            )  # fmt: skip
            session.add(passage)
            session.flush()
            idea.passage_id = passage.id
        session.add(
            Version(
                idea_id=idea.id, passage_id=idea.passage_id, number=old.number + 1,
                content=old.content | content, created_by_id=idea.owner_id, created_at=NOW,
            )
        )  # fmt: skip
    if new_passage:
        world.assign(code, "reviewer", state="accepted")


def test_a_review_stays_with_its_version_and_says_when_there_is_a_newer_one(world, code):
    write(world, code, action="save")
    client = world.client("reviewer")
    before = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "Version 1, as handed in." in before
    assert "meanwhile" not in before
    hand_in_again(world, code, title={"ja": "", "en": "CANARY title"})
    page = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "The team handed in version 2 meanwhile" in page
    assert "CANARY title" not in page
    write(world, code, version="1")
    assert len(reviews(world)) == 1


def test_what_changed_since_the_version_reviewed_last_time(world, code):
    client = world.client("reviewer")
    assert client.get(f"/ideas/{code}/review/changes").status_code == 404
    write(world, code)
    hand_in_again(
        world, code, new_passage=True, title={"ja": "新しい電池", "en": "A better big cell"}
    )
    page = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "What changed since version 1, which you reviewed" in page
    whole = client.get(f"/ideas/{code}/review/changes").get_data(as_text=True)
    assert "<ins>big </ins>" in whole
    assert "<ins>新しい電池</ins>" in whole
    assert "The problem of" not in whole
    piece = client.get(f"/ideas/{code}/review/changes", headers={"HX-Request": "true"})
    assert "<html" not in piece.get_data(as_text=True)
    assert "<ins>big </ins>" in piece.get_data(as_text=True)
    with queries(world.engine) as asked:
        client.get(f"/ideas/{code}/review")
    assert len(asked) <= 10, asked
    world.assign(code, "second")
    assert world.client("second").get(f"/ideas/{code}/review/changes").status_code == 404


@pytest.mark.parametrize("hidden", [False, True])
def test_what_changed_names_nobody_of_a_hidden_team(world, code, hidden):
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).teams_hidden = hidden
    write(world, code)
    label = {"ja": "", "en": "Sponsor"}
    person = {
        "key": "sponsor", "kind": "person", "label": label, "value": ["1"],
        "text": {"ja": "CANARYPERSON", "en": "CANARYPERSON"},
    }  # fmt: skip
    file = {
        "key": "deck", "kind": "file", "label": label, "value": ["7"],
        "text": {"ja": "CANARYFILE.pdf", "en": "CANARYFILE.pdf"},
    }  # fmt: skip
    hand_in_again(
        world, code, new_passage=True, answers=[person, file],
        attachments=[{"id": 7, "name": "CANARYFILE.pdf", "size": 1, "sha256": ""}],
    )  # fmt: skip
    client = world.client("reviewer")
    for path in (f"/ideas/{code}/review", f"/ideas/{code}/review/changes"):
        page = client.get(path).get_data(as_text=True)
        assert ("CANARYPERSON" in page) is not hidden
        assert ("CANARYFILE" in page) is not hidden
        assert (f"{code}-7.pdf" in page) is hidden


def decide(world, code, *, announced=True, **stage):
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        for one in session.scalars(select(Stage)):
            for name, value in stage.items():
                setattr(one, name, value)
        session.add(
            Decision(
                passage_id=idea.passage_id, idea_id=idea.id, outcome="rework",
                reason="CANARY reason", decided_by_id=world.people["manager"], decided_at=NOW,
                announced_at=NOW if announced else None,
            )
        )  # fmt: skip
    change(world, code, passage={"state": "left" if announced else "decided"})


@pytest.mark.parametrize("rule", ["never", "after_mine", "always"])
def test_the_outcome_shows_once_it_is_announced_as_far_as_the_stage_allows(world, code, rule):
    world.assign(code, "second")
    write(world, code)
    write(world, code, who="second", mark__value="2")
    decide(world, code, announced=False, others_visible=rule)
    client = world.client("reviewer")
    page = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "CANARY reason" not in page
    assert "What the gate decided" not in page
    with world.session() as session:
        session.scalars(select(Decision)).one().announced_at = NOW
    with queries(world.engine) as asked:
        page = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert len(asked) <= 10, asked
    assert "What the gate decided" in page
    assert "Rework" in page
    assert "You recommended: Advance." in page
    shown = rule != "never"
    assert ("CANARY reason" in page) is shown
    assert ("Your score was 3.20, that of 1 other reviewer 2.00." in page) is shown


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_wrote_nothing_learns_the_outcome_but_not_what_others_wrote(world, code):
    world.assign(code, "second")
    write(world, code, who="second")
    write(world, code, action="save")
    decide(world, code, others_visible="after_mine")
    with world.session() as session:
        row = session.scalars(
            select(Assignment).where(Assignment.reviewer_id == world.people["reviewer"])
        ).one()
        row.state = "closed"
    page = world.client("reviewer").get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "What the gate decided" in page
    assert "CANARY reason" not in page
    assert "Your score was" not in page


def others(world, number):
    """Add submitted reviews of other people behind the pages' back."""
    for n in range(number):
        world.person(f"other{n}")
        code = world.idea("owner", title=f"Other {n}", state="active")
        key = world.assign(code, f"other{n}", state="submitted")
        with world.session() as session:
            row = session.get_one(Assignment, key)
            version = session.scalars(
                select(Version).where(Version.passage_id == row.passage_id)
            ).one()
            session.add(
                Review(
                    assignment_id=key, idea_version_id=version.id, saved_at=NOW, submitted_at=NOW,
                    marks={"value": 5, "reach": None}, score=5, confidence=3,
                    recommendation="advance", comment_to_team="", note_to_manager="",
                )
            )  # fmt: skip


def test_ones_own_marks_stand_beside_those_of_at_least_five_others(world, code):
    client = world.client("reviewer")
    assert "No marks yet" in client.get("/reviews/marks").get_data(as_text=True)
    write(world, code)
    others(world, 4)
    page = client.get("/reviews/marks").get_data(as_text=True)
    assert "Your mean mark is 3.00" in page
    assert "once they have five reviews" in page
    assert "5.00" not in page
    world.person("fifth")
    world.people["other0"] = world.people["fifth"]
    fifth = world.idea("owner", title="Fifth", state="active")
    world.assign(fifth, "second")
    write(world, fifth, who="second", mark__value="5", mark__reach="")
    with queries(world.engine) as asked:
        page = client.get("/reviews/marks").get_data(as_text=True)
    assert len(asked) <= 10, asked
    assert "Your mean mark is 3.00, that of the others 5.00" in page
    assert "Test Second" not in page
    assert "Other" not in page.replace("The others", "")
    assert 'width="50.0%"' in page
    assert 'width="100.0%"' in page


def test_the_queue_says_how_much_room_is_left(world, code):
    client = world.client("reviewer")
    assert "Room for" not in client.get("/reviews").get_data(as_text=True)
    with world.session() as session:
        session.add(
            Capacity(
                cohort_id=world.cohort_id, stage_id=world.stage_ids[0],
                person_id=world.people["reviewer"], wish=4,
            )
        )  # fmt: skip
    assert "Room for 3 more" in client.get("/reviews").get_data(as_text=True)
    with world.session() as session:
        session.scalars(select(Capacity)).one().most = 1
    assert "Room for 0 more" in client.get("/reviews").get_data(as_text=True)


def test_autosave_says_that_the_review_was_closed(world, code):
    client, headers = world.client("reviewer"), {"Accept": "application/json"}
    url = f"/ideas/{code}/review/autosave"
    assert "note" not in client.post(url, data=FULL, headers=headers).json
    change(world, code, state="withdrawn")
    data = FULL | {"version": "1", "comment_to_team": "A whole sentence"}
    answer = client.post(url, data=data, headers=headers)
    assert "closed meanwhile" in answer.json["note"]
    assert reviews(world)[0].draft["comment_to_team"] == "A whole sentence"
    page = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert "A whole sentence" in page


def test_a_deadline_that_passes_while_typing_costs_no_word(world, code):
    from accelerator import clock

    client = world.client("reviewer")
    client.get(f"/ideas/{code}/review")
    with clock.told_by(lambda: NOW + timedelta(days=20)):
        assert write(world, code, comment_to_team="Written over midnight").status_code == 303
    (row,) = reviews(world)
    assert (row.comment_to_team, row.submitted_at) == (
        "Written over midnight",
        NOW + timedelta(days=20),
    )
