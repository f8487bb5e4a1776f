"""Stages are added, ordered, removed and put back; ideas on their way are named before."""

import pytest
from sqlalchemy import select

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Cohort, Idea, Passage, Stage
from tests.counting import queries
from tests.features.stages.acts import (
    STAGES,
    VALIDATE,
    kinds,
    opened,
    order_of,
    press,
    text,
    version,
)


def test_a_stage_is_added_where_it_shall_stand_and_can_be_designed_at_once(world):
    client = world.client("manager")
    sent = opened(client, f"{STAGES}/new")
    assert sent["after"] == "validate"
    answer = client.post(
        f"{STAGES}/new",
        data=sent | {"name_en": "Fit & finish", "after": "spark", "timing": "rolling"},
    )
    assert (answer.status_code, answer.location) == (303, f"{STAGES}/fit-finish")
    assert order_of(world) == [("spark", False), ("fit-finish", False), ("validate", False)]
    assert kinds(world) == ["StageAdded"]
    page = text(client.get(STAGES))
    assert page.index(">Fit &amp; finish<") < page.index(">Validate<")
    assert "Rolling" in page
    for part in ("", "/rubric", "/milestones"):
        assert client.get(f"{STAGES}/fit-finish{part}").status_code == 200
    again = opened(client, f"{STAGES}/new") | {"name_en": "New", "after": ""}
    assert client.post(f"{STAGES}/new", data=again).location == f"{STAGES}/stage"
    assert order_of(world)[0] == ("stage", False)
    empty = opened(client, f"{STAGES}/new") | {"name_en": " "}
    refused = client.post(f"{STAGES}/new", data=empty)
    assert refused.status_code == 422
    assert "Write this in at least one language." in text(refused)


def test_one_step_and_a_dragged_order_are_saved_and_focus_returns(world):
    client = world.client("manager")
    answer = press(
        client, world, f"{STAGES}/order", order=["spark", "validate"], move="up validate"
    )
    assert answer.location == f"{STAGES}?moved=up+validate"
    assert order_of(world) == [("validate", False), ("spark", False)]
    page = text(client.get(answer.location))
    assert 'value="down validate" autofocus' in page
    dragged = press(client, world, f"{STAGES}/order", order=["spark", "validate"])
    assert dragged.status_code == 303
    assert order_of(world) == [("spark", False), ("validate", False)]
    assert kinds(world) == ["StagesReordered"] * 2
    same = press(client, world, f"{STAGES}/order", order=["spark", "validate"])
    assert same.status_code == 303
    assert kinds(world) == ["StagesReordered"] * 2


def test_ideas_on_their_way_are_named_before_anything_is_saved(world):
    world.idea("owner", state="active", stage=0)
    client = world.client("manager")
    remove = f"{VALIDATE}/remove"
    asked = client.post(remove, data={"version": version(world)})
    page = text(asked)
    assert asked.status_code == 200
    assert "Nothing is saved yet" in page
    assert "1 idea in “Spark”: after the gate comes the end of the programme" in page
    assert "They do not go through: Validate." in page
    assert order_of(world) == [("spark", False), ("validate", False)]
    assert press(client, world, remove).location == STAGES
    assert order_of(world) == [("spark", False), ("validate", True)]
    world.idea("owner", state="active", stage=0)  # what was confirmed is not what holds now
    restored = client.post(f"{VALIDATE}/restore", data={"version": version(world), "seen": "x"})
    assert "2 ideas in “Spark”: after the gate comes Validate" in text(restored)
    assert press(client, world, f"{VALIDATE}/restore").status_code == 303
    assert order_of(world) == [("spark", False), ("validate", False)]
    assert kinds(world)[-2:] == ["StageRemoved", "StageRestored"]


def test_no_idea_enters_a_removed_stage_and_those_in_it_finish_it(world):
    inside = world.idea("owner", state="active", stage=0)
    client = world.client("manager")
    asked = client.post(f"{STAGES}/spark/remove", data={"version": version(world)})
    assert "1 idea stands in “Spark”: it finishes this stage" in text(asked)
    assert press(client, world, f"{STAGES}/spark/remove").status_code == 303
    page = text(world.client("employee").get("/programmes/spark"))
    assert 'id="validate"' in page
    assert 'id="spark"' not in page
    assert text(world.client("owner").get(f"/ideas/{inside}")).count("Spark") > 0
    with world.session() as session:
        session.get_one(Cohort, world.cohort_id).intake_opens_on = world_today(world)
    started = world.client("employee").post(
        "/ideas/new", data={"cohort": world.cohort_code, "title": "Fresh", "summary": "One"}
    )
    assert started.status_code == 303
    with world.session() as session:
        stage = session.scalar(
            select(Stage.key)
            .join(Passage, Passage.stage_id == Stage.id)
            .join(Idea, Idea.passage_id == Passage.id)
            .where(Idea.title_en == "Fresh")
        )
    assert stage == "validate"
    last = client.post(f"{VALIDATE}/remove", data={"version": version(world)})
    assert last.status_code == 422
    assert "A programme needs at least one stage." in text(last)


def world_today(world):
    with world.session() as session:
        return session.get_one(Cohort, world.cohort_id).intake_opens_on


def test_of_two_managers_one_wins_and_the_other_is_told_what_was_wanted(world):
    client = world.client("manager")
    stale = version(world)
    assert press(client, world, f"{STAGES}/order", order=["validate", "spark"]).status_code == 303
    late = client.post(
        f"{STAGES}/order", data={"version": stale, "order": ["validate", "spark"], "move": "up x"}
    )
    assert late.status_code == 409
    assert "Another manager changed the stages" in text(late)
    assert "The order you wanted: Validate → Spark" in text(late)
    for path in (f"{VALIDATE}/remove", f"{STAGES}/spark/restore"):
        assert client.post(path, data={"version": stale}).status_code == 409
    typed = opened(client, f"{STAGES}/new") | {"name_ja": "仕上げ", "version": stale}
    added = client.post(f"{STAGES}/new", data=typed)
    assert added.status_code == 409
    assert 'value="仕上げ"' in text(added)
    assert order_of(world) == [("validate", False), ("spark", False)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_page_sends_changes_nothing(world):
    client = world.client("manager")
    for wanted in (["spark"], ["spark", "spark"], ["spark", "validate", "other"], []):
        answer = client.post(f"{STAGES}/order", data={"version": version(world), "order": wanted})
        assert answer.status_code == 422
        assert "The stages are others by now" in text(answer)
    for path in ("none/remove", "none/restore", "spark/restore"):
        answer = client.post(f"{STAGES}/{path}", data={"version": version(world)})
        assert answer.status_code == 422
    far = {"version": "9" * 30, "order": ["validate", "spark"]}
    assert client.post(f"{STAGES}/order", data=far).status_code == 409
    odd = opened(client, f"{STAGES}/new") | {"name_en": "X", "after": "none"}
    assert client.post(f"{STAGES}/new", data=odd).status_code == 422
    assert order_of(world) == [("spark", False), ("validate", False)]
    assert kinds(world) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_twelve_stages_cost_as_many_queries_as_two(world):
    client = world.client("manager")
    with queries(world.engine) as two:
        client.get(STAGES)
    with world.session() as session:
        session.add_all(
            Stage(
                programme_id=world.programme_id, position=n, key=f"s{n}", name=Bilingual("", f"S{n}"),
                purpose=Bilingual(), time_box_days=5, promise_days=5, minimums={},
            )
            for n in range(3, 13)
        )  # fmt: skip
    with queries(world.engine) as twelve:
        page = text(client.get(STAGES))
    assert page.count('class="arrange-row"') == 12
    assert len(two) == len(twelve) <= 10
    for path in (f"{STAGES}/s7", f"{STAGES}/s7/rubric", f"{STAGES}/s7/milestones"):
        with queries(world.engine) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) <= 10, path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_managers_and_administrators_design(world):
    posts = [f"{STAGES}/order", f"{STAGES}/new", f"{VALIDATE}/remove", f"{VALIDATE}/restore"]
    gets = [STAGES, f"{STAGES}/new", VALIDATE, f"{VALIDATE}/rubric", f"{VALIDATE}/milestones"]
    for name in ("employee", "owner", "reviewer", "sponsor", "other_manager"):
        client = world.client(name)
        assert {client.get(path).status_code for path in gets} == {403}
        assert {client.post(path, data={"version": "1"}).status_code for path in posts} == {403}
    assert world.client("guest").get(STAGES).status_code == 404
    assert world.client("admin").get(STAGES).status_code == 200
    assert world.client("manager").get(f"{STAGES}/none").status_code == 404
    assert world.client("manager").get(f"{STAGES}/none/rubric").status_code == 404
    assert order_of(world) == [("spark", False), ("validate", False)]
