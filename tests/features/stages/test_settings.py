"""A stage's own settings: saved as typed, confirmed where they touch ideas, never overwritten."""

from datetime import date

import pytest
from sqlalchemy import select

from accelerator.domain.policy import Role
from accelerator.standing.passages import enter_stage
from accelerator.storage.tables import Cohort, CohortStage, Decider, Event, Idea, Passage, Stage
from tests.features.reviews.acts import write
from tests.features.stages.acts import STAGES, VALIDATE, fields, kinds, opened, text
from tests.world import NOW

ODD = "👩🏽\u200d🔬 \u202eright to left e\u0301 ｶﾅ"


def stage_of(world, at=1):
    with world.session() as session:
        return session.get_one(Stage, world.stage_ids[at])


def test_every_setting_is_saved_as_typed(world):
    client = world.client("manager")
    sent = opened(client, VALIDATE) | {
        "name_ja": "検証・改", "purpose_en": f"Line one\r\nLine <two> {ODD}",
        "time_box_days": "35", "promise_days": "12", "reviews_per_idea": "4",
        "teams_hidden": "y", "others_visible": "never",
        "minimum_customer": "3", "minimum_ip": "2",
        "deciders": [str(world.people["manager"]), str(world.people["sponsor"])],
    }  # fmt: skip
    del sent["reviewers_hidden"]
    answer = client.post(VALIDATE, data=sent)
    assert (answer.status_code, answer.location) == (303, VALIDATE)
    stage = stage_of(world)
    assert stage.name.as_dict() == {"ja": "検証・改", "en": "Validate"}
    assert stage.purpose.en == f"Line one\nLine <two> {ODD}"
    assert (stage.time_box_days, stage.promise_days, stage.reviews_per_idea) == (35, 12, 4)
    assert (stage.reviewers_hidden, stage.teams_hidden, stage.peers_hidden) == (False, True, True)
    assert (stage.others_visible, stage.minimums) == ("never", {"customer": 3, "ip": 2})
    with world.session() as session:
        people = set(session.scalars(select(Decider.person_id)))
        event = session.scalars(select(Event)).one()
    assert people == {world.people["manager"], world.people["sponsor"]}
    assert event.kind == "StageChanged"
    assert event.data["was"]["time_box_days"] == 20
    assert "Line &lt;two&gt;" in text(world.client("employee").get("/programmes/spark"))
    assert client.post(VALIDATE, data=opened(client, VALIDATE)).status_code == 303
    assert kinds(world) == ["StageChanged"]


WRONG = [
    ("name_ja", None, "Write this in at least one language."),
    ("time_box_days", "0", "Number must be between 1 and 500."),
    ("promise_days", "soon", "Not a valid integer value."),
    ("reviews_per_idea", "9" * 20, "Number must be between 0 and 20."),
    ("minimum_team", "10", "Number must be between 1 and 9."),
    ("purpose_en", "a\x00b", "This text has a character that cannot be stored."),
    ("timing", "never", "Not a valid choice."),
    ("others_visible", "soon", "Not a valid choice."),
    ("deciders", "999999", "is not a valid choice"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_value_is_said_at_its_field_and_nothing_is_lost(world):
    client = world.client("manager")
    good = opened(client, VALIDATE) | {"purpose_ja": "打ったまま"}
    for name, value, message in WRONG:
        empty = {name: " ", name.replace("_ja", "_en"): ""}
        answer = client.post(VALIDATE, data=good | (empty if value is None else {name: value}))
        assert answer.status_code == 422, name
        assert message in text(answer), name
        assert "打ったまま" in text(answer)
    assert (stage_of(world).purpose.ja, kinds(world)) == ("", [])


def test_what_touches_ideas_is_told_and_confirmed_first(world):
    world.idea("owner", state="active", stage=1, passage_state="open")
    client = world.client("manager")
    sent = opened(client, VALIDATE) | {"promise_days": "7", "minimum_team": "4", "name_en": "Mine"}
    asked = client.post(VALIDATE, data=sent)
    page = text(asked)
    assert asked.status_code == 200
    assert "Before this is saved" in page
    assert "1 team at work is promised an answer within 7 instead of 10 working days" in page
    assert "1 idea in this stage is measured by the new levels" in page
    assert 'value="Mine"' in page
    assert (stage_of(world).promise_days, kinds(world)) == (10, [])
    other = client.post(VALIDATE, data=fields(page) | {"promise_days": "6"})
    assert "within 6 instead of 10" in text(other)
    assert stage_of(world).promise_days == 10
    assert client.post(VALIDATE, data=fields(text(other))).status_code == 303
    assert (stage_of(world).promise_days, stage_of(world).name.en) == (6, "Mine")
    name = opened(client, VALIDATE) | {"name_en": "A name touches nobody"}
    assert client.post(VALIDATE, data=name).status_code == 303


def test_a_stage_that_becomes_rolling_has_no_days_in_cohorts_and_its_ideas_their_own(world):
    code = world.idea("owner", state="active", stage=0)
    client = world.client("manager")
    sent = opened(client, VALIDATE) | {"timing": "rolling", "time_box_days": "15"}
    asked = client.post(VALIDATE, data=sent)
    assert "taken out of these cohorts and kept in the audit log: S27" in text(asked)
    assert client.post(VALIDATE, data=fields(text(asked))).status_code == 303
    with world.session() as session:
        left = session.scalars(select(CohortStage.stage_id)).all()
        event = session.scalars(select(Event)).one()
    assert world.stage_ids[0] in left
    assert world.stage_ids[1] not in left
    assert event.data["days"][0]["cohort"] == "S27"
    cohort = "/cohorts/S27/edit"
    page = text(client.get(cohort))
    assert "stage-spark-hand_in_by" in page
    assert "stage-validate-hand_in_by" not in page
    assert client.post(cohort, data=fields(page)).status_code == 303
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        stage = session.get_one(Stage, world.stage_ids[1])
        passage = enter_stage(
            session,
            idea=idea,
            cohort=session.get_one(Cohort, world.cohort_id),
            stage=stage,
            now=NOW,
        )
        assert passage.hand_in_by == date(2026, 12, 14)  # fifteen working days of Japan
        assert session.get_one(Passage, passage.id).promise_on is None
    for page in ("/cohorts/S27", "/cohorts/S27/validate/gate", "/cohorts"):
        assert client.get(page).status_code == 200
    back = opened(client, VALIDATE) | {"timing": "cohort"}
    asked = client.post(VALIDATE, data=back)
    assert "no days for this stage yet" in text(asked)


def test_a_promise_of_anonymity_is_not_taken_back_while_reviews_wait(world):
    code = world.idea("owner", state="active", stage=0)
    world.assign(code, "reviewer")
    assert write(world, code).status_code == 303
    client = world.client("manager")
    path = f"{STAGES}/spark"
    sent = opened(client, path)
    del sent["reviewers_hidden"]
    answer = client.post(path, data=sent)
    assert answer.status_code == 422
    assert "does not learn who reviews" in text(answer)
    assert stage_of(world, 0).reviewers_hidden is True


def test_a_stale_save_shows_both_and_overwrites_nothing(world):
    client = world.client("manager")
    mine = opened(client, VALIDATE) | {"purpose_en": "My purpose", "name_en": "Mine"}
    theirs = opened(client, VALIDATE) | {"purpose_en": "Their <purpose>"}
    assert client.post(VALIDATE, data=theirs).status_code == 303
    answer = client.post(VALIDATE, data=mine)
    page = text(answer)
    assert answer.status_code == 409
    assert '<dd lang="en">Their &lt;purpose&gt;</dd>' in page
    assert '<dd lang="en">My purpose</dd>' in page
    assert 'value="Mine"' in page
    assert stage_of(world).purpose.en == "Their <purpose>"
    assert client.post(VALIDATE, data=fields(page)).status_code == 303
    assert (stage_of(world).name.en, stage_of(world).purpose.en) == ("Mine", "My purpose")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_japanese_managers_read_japanese(world):
    world.person("tanaka", language="ja")
    world.role("tanaka", Role.MANAGER)
    world.idea("owner", state="active", stage=1)
    client = world.client("tanaka")
    sent = opened(client, VALIDATE) | {"time_box_days": "0", "name_ja": "", "name_en": ""}
    page = text(client.post(VALIDATE, data=sent))
    assert "1から500までの数を入力してください。" in page
    assert "少なくとも一方の言語で入力してください。" in page
    asked = client.post(VALIDATE, data=opened(client, VALIDATE) | {"promise_days": "3"})
    assert "保存する前に" in text(asked)
