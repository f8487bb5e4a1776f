"""A stage is shown as each sort of person will have it, in both languages, and nothing is written."""

import pytest
from sqlalchemy import select

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Role
from accelerator.standing.outlines import reading, rows
from accelerator.storage.tables import Base
from tests.counting import queries
from tests.world import NOW

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def contents(world):
    with world.session() as session:
        return {
            table.name: session.execute(select(table)).all()
            for table in Base.metadata.sorted_tables
            if table.name != "sign_in"
        }


def page(client, who, language="en", stage="spark"):
    answer = client.get(
        "/programmes/spark/preview", query_string={"as": who, "language": language, "stage": stage}
    )
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_each_sort_of_person_in_both_languages_and_nothing_is_written(world):
    client = world.client("manager")
    before = contents(world)
    employee = page(client, "employee")
    for text in ("This is a preview", "Problem", 'name="answer_problem"', "Market"):
        assert text in employee
    assert "<form" not in employee.split('<div class="preview')[1].split("</main>")[0]
    reviewer = page(client, "reviewer")
    for text in ("This is a preview", "Value", "60 %", "Level 1", "Level 5", "Here stands what"):
        assert text in reviewer
    assert "<form" not in reviewer.split('<div class="preview')[1].split("</main>")[0]
    manager = page(client, "manager")
    for text in ("This is a preview", "Gate of Spark", "Customer interviews", "Manager"):
        assert text in manager
    for who, text in (("employee", "課題"), ("reviewer", "水準1"), ("manager", "着想のゲート")):
        japanese = page(client, who, "ja")
        assert '<html lang="ja"' in japanese
        assert "プレビューです" in japanese
        assert text in japanese
    assert contents(world) == before


def test_only_those_who_design_see_a_preview(world):
    for name in ("employee", "reviewer", "sponsor", "other_manager", "guest"):
        assert world.client(name).get("/programmes/spark/preview").status_code in (403, 404)
    assert world.client("admin").get("/programmes/spark/preview").status_code == 200
    client = world.client("manager")
    for wrong in ("as=owner", "stage=nowhere", "language=fr"):
        assert client.get(f"/programmes/spark/preview?{wrong}").status_code == 404


def test_every_stage_of_a_ready_made_programme_can_be_previewed_in_few_queries(world):
    with world.session() as session:
        outline = reading.ready_made("technology_accelerator")
        made = rows.build(session, outline, key="tech", name=Bilingual(), now=NOW)
        session.flush()
        programme_id = made.id
    world.role("manager", Role.MANAGER, programme_id)
    client = world.client("manager")
    for stage in outline["stages"]:
        for who in ("employee", "reviewer", "manager"):
            with queries(world.engine) as statements:
                answer = client.get(
                    "/programmes/tech/preview", query_string={"as": who, "stage": stage["key"]}
                )
            assert answer.status_code == 200
            assert len(statements) <= 8
            for question in stage["questions"] if who != "manager" else ():
                assert question["label"].en.replace("'", "&#39;") in answer.get_data(as_text=True)


KINDS = """\
name: {en: Kinds}
stages:
  - key: first
    name: {en: First}
    time_box_days: 5
    promise_days: 5
    questions:
      - key: route
        kind: choice
        label: {en: Route}
        options: [{key: a, label: {en: Alone}}, {key: b, label: {en: Together}}]
      - {key: who, kind: person, label: {en: Who}, condition: {question: route, any_of: [b]}}
      - {key: cost, kind: money, label: {en: Cost}, options: [{key: JPY, label: {en: Yen}}]}
      - {key: plan, kind: table, label: {en: Plan}, options: [{key: m, label: {en: Month}}]}
      - {key: paper, kind: file, label: {en: Paper}}
      - {key: sorts, kind: several, label: {en: Sorts}, options: [{key: a, label: {en: Aa}},
         {key: b, label: {en: Bb}}]}
      - {key: day, kind: date, label: {en: Day}}
      - {key: count, kind: number, label: {en: Count}}
      - {key: page, kind: link, label: {en: Page}}
  - key: second
    name: {en: Second}
    time_box_days: 5
    promise_days: 5
    questions:
      - {key: cost, kind: money, label: {en: Cost}, options: [{key: JPY, label: {en: Yen}}],
         carried_from: {stage: first, question: cost}}
"""


def test_every_kind_of_question_has_its_field(world):
    with world.session() as session:
        outline, faults = reading.read_text(KINDS)
        assert faults == ()
        made = rows.build(session, outline, key="kinds", name=Bilingual(), now=NOW)
        session.flush()
        programme_id = made.id
    world.role("manager", Role.MANAGER, programme_id)
    client = world.client("manager")
    form = client.get("/programmes/kinds/preview").get_data(as_text=True)
    for question in outline["stages"][0]["questions"]:
        assert f"answer_{question['key']}" in form
    assert "Asked only after a certain answer to “Route”." in form
    assert "Month" in form
    second = client.get("/programmes/kinds/preview?stage=second").get_data(as_text=True)
    assert "It begins with the answer given in “First”." in second
    review = client.get("/programmes/kinds/preview?as=reviewer").get_data(as_text=True)
    assert "This stage has no rubric." in review
    manager = client.get("/programmes/kinds/preview?as=manager").get_data(as_text=True)
    assert "This stage has no milestones." in manager
