"""A changed rubric never rewrites what was given: marks, score and wording stay."""

import re

from sqlalchemy import select

from accelerator.storage.tables import Assignment, Criterion, Delivery, Event, Review, Rubric, Stage
from tests.features.reviews.acts import FULL, reviews, write
from tests.features.stages.acts import STAGES, fields, kinds, opened, text

RUBRIC = f"{STAGES}/spark/rubric"


def criteria(world):
    with world.session() as session:
        rows = session.scalars(
            select(Criterion)
            .where(Criterion.stage_id == world.stage_ids[0], Criterion.removed_at.is_(None))
            .order_by(Criterion.position)
        )
        return {row.key: row for row in rows}


def saved(client, sent):
    answer = client.post(RUBRIC, data=sent)
    if answer.status_code == 200:
        answer = client.post(RUBRIC, data=fields(text(answer)))
    return answer


def test_rows_are_added_worded_weighed_ordered_and_removed(world):
    client = world.client("manager")
    sent = opened(client, RUBRIC)
    assert sent["row"] == ["value", "reach"]
    more = client.post(RUBRIC, data=sent | {"act": "add", "row-value-weight": "25"})
    sent = fields(text(more))
    assert sent["row"] == ["value", "reach", "new-1"]
    assert sent["row-value-weight"] == "25"
    up = client.post(RUBRIC, data=sent | {"act": "up new-1"})
    assert re.search(r'value="(up|down) new-1" autofocus', text(up))
    sent = fields(text(up))
    assert sent["row"] == ["value", "new-1", "reach"]
    sent |= {
        "row-new-1-name_en": "Courage", "row-new-1-level3_ja": "中くらい", "row-reach-gone": "y",
        "row-value-help_en": "How much?",
    }  # fmt: skip
    del sent["row-value-counted"]
    assert kinds(world) == []
    assert client.post(RUBRIC, data=sent).location == RUBRIC
    found = criteria(world)
    assert list(found) == ["value", "courage"]
    assert (found["value"].weight, found["value"].counted) == (25, False)
    assert found["value"].levels[2] == {"ja": "水準3", "en": "Level 3"}
    assert found["courage"].levels[2] == {"ja": "中くらい", "en": ""}
    with world.session() as session:
        event = session.scalars(select(Event)).one()
    assert event.kind == "RubricChanged"
    assert {"added", "reach:removed", "value:weight"} <= set(event.data["fields"])
    assert event.data["kept"] is None


def test_what_was_given_keeps_its_marks_score_and_wording(world):
    code, other = (world.idea("owner", state="active", stage=0) for _ in range(2))
    world.assign(code, "reviewer")
    world.assign(other, "reviewer")
    world.assign(other, "second")
    assert write(world, code).status_code == 303
    assert write(world, other, action="save").status_code == 303
    [given, begun] = reviews(world)
    assert given.score is not None
    client = world.client("manager")
    sent = opened(client, RUBRIC) | {
        "row-value-name_en": "Worth", "row-value-level4_en": "Reworded", "row-value-weight": "1",
        "scale": "7",
    }  # fmt: skip
    asked = client.post(RUBRIC, data=sent)
    page = text(asked)
    assert "1 review handed in keeps its marks, its score and the wording" in page
    assert "1 review is begun and not handed in" in page
    assert "from 1 to 5 are compared with the new ones from 1 to 7" in page
    assert criteria(world)["value"].name.en == "Value"
    assert client.post(RUBRIC, data=fields(page)).status_code == 303
    with world.session() as session:
        old = session.scalars(select(Rubric)).one()
        stage = session.get_one(Stage, world.stage_ids[0])
        told = session.execute(
            select(Delivery.person_id, Delivery.channel).where(
                Delivery.template == "rubric_changed"
            )
        ).all()
    assert (old.number, old.scale, stage.scale) == (1, 5, 7)
    assert old.criteria[0]["name"]["en"] == "Value"
    assert {tuple(row) for row in told} == {
        (world.people["reviewer"], "daily"), (world.people["reviewer"], "inbox"),
    }  # fmt: skip
    [now, still] = reviews(world)
    assert (now.marks, now.score, now.rubric_id) == (given.marks, given.score, old.id)
    assert (still.rubric_id, still.draft) == (None, begun.draft)
    assert len(criteria(world)["value"].levels) == 7
    mine = text(world.client("reviewer").get(f"/ideas/{code}/review"))
    assert "Level 4" in mine
    assert "Reworded" not in mine
    assert "The rubric was changed since" in mine
    of_idea = text(client.get(f"/ideas/{code}/reviews"))
    assert "Given under an earlier rubric" in of_idea
    assert "Level 4" in of_idea
    fresh = text(world.client("second").get(f"/ideas/{other}/review"))
    assert "Reworded" in fresh
    assert 'id="mark-value-7"' in fresh
    assert "Rubric 1, until" in text(client.get(RUBRIC))
    assert write(world, other, "second", **{"mark-value": "7"}).status_code == 303
    ranking = text(client.get("/cohorts/S27/spark/ranking"))
    assert ranking.count(code) > 0
    # Changed once more by its reviewer, it counts under the rubric of now.
    again = world.client("reviewer")
    sent = fields(text(again.get(f"/ideas/{code}/review?change=1"))) | {"action": "submit"}
    assert again.post(f"/ideas/{code}/review", data=sent).status_code == 303
    with world.session() as session:
        row = session.scalars(
            select(Review)
            .join(Assignment, Assignment.id == Review.assignment_id)
            .order_by(Review.id)
        ).first()
    assert row.rubric_id is None
    assert row.score != given.score


def test_marks_on_two_scales_are_compared_in_proportion(world):
    low, high = (world.idea("owner", title=t, state="active", stage=0) for t in ("Low", "High"))
    client = world.client("manager")
    world.assign(low, "reviewer")
    world.assign(high, "second")
    full = {"mark-value": "5", "mark-reach": "5"}
    assert write(world, low, **full).status_code == 303
    assert saved(client, opened(client, RUBRIC) | {"scale": "7"}).status_code == 303
    assert write(world, high, "second", **{"mark-value": "6", "mark-reach": "6"}).status_code == 303
    assert [each.score for each in reviews(world)] == [5, 6]
    page = text(client.get("/cohorts/S27/spark/ranking"))
    assert page.index(low) < page.index(high)  # 5 of 5 stands above 6 of 7


def test_a_rubric_in_which_nothing_counts_is_refused_and_nothing_is_saved(world):
    client = world.client("manager")
    sent = opened(client, RUBRIC) | {"row-value-weight": "0", "row-value-name_en": "Other"}
    del sent["row-reach-counted"]
    answer = client.post(RUBRIC, data=sent)
    assert answer.status_code == 422
    assert "needs a weight above zero" in text(answer)
    for name, value, message in (
        ("row-value-weight", "nan", "Number must be between 0 and 1000."),
        ("row-value-level2_en", "x" * 4001, "Field cannot be longer than 4000"),
        ("scale", "8", "Number must be between 3 and 7."),
        ("scale", "many", "Not a valid integer value."),
    ):
        answer = client.post(RUBRIC, data=opened(client, RUBRIC) | {name: value})
        assert answer.status_code == 422, name
        assert message in text(answer), name
    empty = opened(client, RUBRIC) | {"row-value-name_en": "", "row-value-name_ja": " "}
    assert "Write this in at least one language." in text(client.post(RUBRIC, data=empty))
    assert criteria(world)["value"].name.en == "Value"
    assert kinds(world) == []


def test_two_managers_change_one_rubric_and_nothing_of_either_is_lost(world):
    client = world.client("manager")
    mine = opened(client, RUBRIC) | {"row-value-help_en": "My help", "row-reach-name_en": "Mine"}
    theirs = opened(client, RUBRIC) | {"row-value-help_en": "Their <help>", "row-reach-gone": "y"}
    theirs["row"] = ["value", "reach", "new-1"]
    theirs |= {"row-new-1-name_en": "Added", "row-new-1-weight": "3"}
    assert client.post(RUBRIC, data=theirs).status_code == 303
    answer = client.post(RUBRIC, data=mine)
    page = text(answer)
    assert answer.status_code == 409
    assert '<dd lang="en">Their &lt;help&gt;</dd>' in page
    assert '<dd lang="en">My help</dd>' in page
    assert fields(page)["row"] == ["value", "reach", "added"]
    assert list(criteria(world)) == ["value", "added"]
    assert client.post(RUBRIC, data=fields(page)).status_code == 303
    found = criteria(world)
    assert list(found) == ["value", "reach", "added"]
    assert (found["value"].help.en, found["reach"].name.en) == ("My help", "Mine")


def test_a_scale_with_fewer_marks_keeps_what_was_typed_until_it_is_saved(world):
    client = world.client("manager")
    sent = opened(client, RUBRIC)
    fewer = fields(text(client.post(RUBRIC, data=sent | {"scale": "3", "act": "scale"})))
    assert fewer["row-value-level5_en"] == "Level 5"
    more = fields(text(client.post(RUBRIC, data=fewer | {"scale": "5", "act": "scale"})))
    assert more["row-value-level5_en"] == "Level 5"
    assert client.post(RUBRIC, data=fewer).status_code == 303
    assert len(criteria(world)["value"].levels) == 3
    page = text(world.client("employee").get("/programmes/spark"))
    assert "Level 3" in page
    assert client.post(RUBRIC, data=opened(client, RUBRIC)).status_code == 303
    assert kinds(world) == ["RubricChanged"]


def test_marks_given_under_words_that_changed_are_looked_at_again(world):
    code = world.idea("owner", state="active", stage=0)
    world.assign(code, "reviewer")
    path = f"/ideas/{code}/review"
    reviewer, client = world.client("reviewer"), world.client("manager")
    sent = opened(reviewer, path) | FULL | {"action": "submit"}
    assert (
        saved(client, opened(client, RUBRIC) | {"row-value-level4_en": "Other"}).status_code == 303
    )
    answer = reviewer.post(path, data=sent)
    assert answer.status_code == 422
    assert "The rubric was changed while you were writing" in text(answer)
    [kept] = reviews(world)
    assert (kept.draft["marks"]["value"], kept.submitted_at) == (4, None)
    again = fields(text(answer)) | {"action": "submit"}
    assert reviewer.post(path, data=again).status_code == 303
    assert reviews(world)[0].submitted_at is not None
