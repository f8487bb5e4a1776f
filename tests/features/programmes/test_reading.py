"""Everybody reads programmes; numbers count what the reader may see; lists stay cheap."""

import re

import pytest
from sqlalchemy import select

from accelerator.storage.tables import Programme
from tests.counting import queries
from tests.world import NOW


def text(answer):
    return answer.get_data(as_text=True)


def test_a_programme_shows_its_stages_questions_rubric_and_open_cohorts(world):
    page = text(world.client("employee").get("/programmes/spark"))
    for shown in (
        "Validate", "within 10 working days of handing in", "Problem", "up to 200 words",
        "60 % of the score", "Level 3", "Customer interviews", "Spring 2027", "Intake open",
    ):  # fmt: skip
        assert shown in page
    for hidden in ("/programmes/spark/edit", "/programmes/spark/stages/", "/cohorts/launch"):
        assert hidden not in page
    manager = text(world.client("manager").get("/programmes/spark"))
    for link in ("/programmes/spark/edit", "/programmes/spark/stages/validate", "/cohorts/launch"):
        assert link in manager


def test_one_stage_is_read_in_full_and_the_others_say_how_much_they_hold(world):
    client = world.client("employee")
    for address, full in (("", "spark"), ("?stage=validate", "validate"), ("?stage=no", "spark")):
        page = text(client.get(f"/programmes/spark{address}"))
        _, spark, validate = re.split('<section class="section" id="(?:spark|validate)"', page)
        assert ("up to 200 words" in spark) is (full == "spark")
        assert ("up to 200 words" in validate) is (full == "validate")
        other = {"spark": "validate", "validate": "spark"}[full]
        assert f"/programmes/spark?stage={other}#{other}" in page
        assert "2 questions" in page


def test_a_count_is_of_ideas_the_reader_may_see(world):
    world.idea("owner", state="active")
    world.idea("mate", state="active", audience="everybody")
    world.idea("owner", state="stopped")
    world.idea("owner")
    assert "2 ideas under way" in text(world.client("manager").get("/programmes"))
    assert "1 idea under way" in text(world.client("employee").get("/programmes"))
    assert "2 ideas under way" in text(world.client("owner").get("/programmes"))


def test_pages_ask_as_often_for_ten_as_for_one(world):
    client = world.client("admin")
    with queries(world.engine) as few:
        assert client.get("/programmes").status_code == 200
    for n in range(10):
        world.programme(f"more-{n}")
        world.cohort(f"C{n}")
    with queries(world.engine) as many:
        assert "more-9" in text(client.get("/programmes"))
    assert len(few) == len(many) <= 10
    with queries(world.engine) as one:
        client.get("/programmes/spark")
    assert len(one) <= 10


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_archived_programmes_leave_the_list_and_long_lists_come_in_pages(world):
    for n in range(50):
        world.programme(f"p{n}")
    with world.session() as session:
        session.scalars(select(Programme).where(Programme.key == "other")).one().archived_at = NOW
    client = world.client("admin")
    first = text(client.get("/programmes"))
    assert "/programmes?after=p48" in first
    assert "/programmes/other" not in first
    assert "/programmes/p49" not in first
    assert "/programmes/p49" in text(client.get("/programmes?after=p48"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_not_there_or_not_for_guests_is_not_found(world):
    assert world.client("employee").get("/programmes/none").status_code == 404
    assert world.client("guest").get("/programmes/spark").status_code == 404
    assert world.client("guest").get("/programmes").status_code == 403
    assert world.client().get("/programmes").status_code == 302
