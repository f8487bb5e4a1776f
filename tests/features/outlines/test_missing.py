"""What is missing stands on the programme's page, for those who can mend it."""

import re

import pytest
from sqlalchemy import delete, select

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Role
from accelerator.standing.checklist import checklist
from accelerator.storage.tables import (
    Cohort,
    Criterion,
    Decider,
    Membership,
    MilestoneTemplate,
    Person,
    Programme,
    Question,
    Stage,
)
from tests.counting import queries
from tests.world import NOW


def missing(world, *, cohort=True):
    with world.session() as session:
        programme = session.get_one(Programme, world.programme_id)
        row = session.get_one(Cohort, world.cohort_id) if cohort else None
        return {gap.code: gap for gap in checklist(session, programme, cohort=row, now=NOW).gaps}


def test_facts_come_from_the_rows(world):
    assert not any(gap.blocking for gap in missing(world).values())
    with world.session() as session:
        session.execute(
            delete(Membership).where(
                Membership.programme_id == world.programme_id, Membership.role == Role.REVIEWER
            )
        )
        first = world.stage_ids[0]
        session.execute(delete(Criterion).where(Criterion.stage_id == first))
        session.add(Decider(stage_id=first, person_id=world.people["disabled"]))
        session.get_one(Person, world.people["manager"]).disabled_at = NOW
    found = missing(world)
    assert {code for code, gap in found.items() if gap.blocking} == {
        "no_reviewers", "no_rubric", "no_decider", "no_manager",
    }  # fmt: skip
    assert found["no_rubric"].stage == "spark"


def test_two_statements_more_whatever_is_in_the_programme(world):
    with world.session() as session:
        programme = session.get_one(Programme, world.programme_id)
        cohort = session.get_one(Cohort, world.cohort_id)
        with queries(world.engine) as statements:
            checklist(session, programme, cohort=cohort, now=NOW)
        assert len(statements) == 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_programme_page_says_it_with_the_way_to_mend_it(world):
    with world.session() as session:
        for row in session.scalars(
            select(Criterion).where(Criterion.stage_id == world.stage_ids[1])
        ):
            row.counted = False
    client = world.client("manager")
    with queries(world.engine) as statements:
        page = client.get("/programmes/spark").get_data(as_text=True)
    assert len(statements) <= 10
    assert "1 thing must be mended before intake can open." in page
    assert "Validate: no criterion counts with a weight above zero." in page
    assert 'href="/programmes/spark/stages/validate/rubric"' in page
    for name in ("employee", "reviewer", "sponsor", "other_manager"):
        assert "mended before intake" not in world.client(name).get("/programmes/spark").text
    client.post("/programmes/spark/clone", data={"key": "empty", "name_en": "Empty"})
    assert "No cohort is set up yet." in client.get("/programmes/empty").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_line_leads_to_a_page_where_it_can_be_mended(world):
    with world.session() as session:
        programme = session.get_one(Programme, world.programme_id)
        programme.summary = Bilingual("", "Only English")
        stage = session.get_one(Stage, world.stage_ids[0])
        stage.purpose = Bilingual("", "Only English")
        stage.minimums = {"team": 9, "customer": 9, "ip": 9}
        for table in (Question, Criterion, MilestoneTemplate):
            row = session.scalars(select(table).where(table.stage_id == stage.id)).first()
            row.position = 1
            if table is Question:
                row.help = Bilingual("", "Only English")
            elif table is Criterion:
                row.weight = 0.0
            else:
                row.offset_days = 400
        session.execute(delete(Membership).where(Membership.role == Role.REVIEWER))
    client = world.client("manager")
    page = client.get("/programmes/spark").get_data(as_text=True)
    lines = re.findall(r'<a href="([^"]+)">Mend it', page)
    assert len(set(lines)) == 7
    for line in lines:
        path, _, anchor = line.partition("#")
        answer = client.get(path)
        assert answer.status_code == 200, line
        assert not anchor or f'id="{anchor}"' in answer.get_data(as_text=True), line


def test_a_cohort_being_prepared_says_what_it_lacks(world):
    world.cohort("N27", preparing=True, name=Bilingual("", "Next"))
    client = world.client("manager")
    with queries(world.engine) as statements:
        page = client.get("/cohorts/N27").get_data(as_text=True)
    assert len(statements) <= 10
    assert "Nothing stands in the way of opening the intake." in page
    assert "The cohort&#39;s name is written in one language only." in page.replace("'", "&#39;")
    assert 'href="/cohorts/N27/edit"' in page
    assert "before intake" not in world.client("sponsor").get("/cohorts/N27").get_data(as_text=True)
    assert "Before intake opens" not in client.get("/cohorts/S27").get_data(as_text=True)
