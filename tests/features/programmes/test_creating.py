"""A programme is made from a ready-made template, whole and in both languages."""

import pytest
from sqlalchemy import func, select

from accelerator import content
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Role
from accelerator.storage.tables import (
    Cohort,
    Criterion,
    Event,
    Membership,
    MilestoneTemplate,
    Programme,
    Question,
    Stage,
)
from tests.world import NOW, TODAY

TEMPLATES = ["idea_challenge", "technology_accelerator"]


def create(client, **values):
    sent = {"template": "idea_challenge", "key": "tech-2027", "name_ja": "", "name_en": ""}
    return client.post("/programmes/new", data=sent | values)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_row_of_the_template_is_copied(world, template):
    answer = create(world.client("manager"), template=template)
    assert (answer.status_code, answer.location) == (303, "/programmes/tech-2027")
    source = content.load(f"programmes/{template}")
    with world.session() as session:
        made = session.scalars(select(Programme).where(Programme.key == "tech-2027")).one()
        assert made.name.as_dict() == source["name"]
        assert made.summary.as_dict() == source["summary"]
        stages = session.scalars(
            select(Stage).where(Stage.programme_id == made.id).order_by(Stage.position)
        ).all()
        assert [(s.key, s.name.as_dict(), s.minimums) for s in stages] == [
            (s["key"], s["name"], s["minimums"]) for s in source["stages"]
        ]
        for name, table in (
            ("questions", Question),
            ("criteria", Criterion),
            ("milestones", MilestoneTemplate),
        ):
            rows = session.scalars(
                select(table)
                .join(Stage, Stage.id == table.stage_id)
                .where(Stage.programme_id == made.id)
                .order_by(Stage.position, table.position)
            ).all()
            assert [row.key for row in rows] == [
                row["key"] for stage in source["stages"] for row in stage[name]
            ]
        manager = session.scalar(
            select(Membership.role).where(
                Membership.programme_id == made.id, Membership.person_id == world.people["manager"]
            )
        )
        event = session.scalars(select(Event).where(Event.programme_id == made.id)).one()
    assert manager == Role.MANAGER
    assert (event.kind, event.data["template"]) == ("ProgrammeCreated", template)
    page = world.client("admin").get("/programmes/tech-2027").get_data(as_text=True)
    assert all(stage["name"]["en"] in page for stage in source["stages"])


def test_a_name_of_ones_own_comes_back_exactly(world):
    create(world.client("admin"), name_ja="  火花👩🏽‍🔬第2期 ", name_en="Fünken & <b>")
    with world.session() as session:
        made = session.scalars(select(Programme).where(Programme.key == "tech-2027")).one()
        assert (made.name.ja, made.name.en) == ("火花👩🏽‍🔬第2期", "Fünken & <b>")
    page = world.client("admin").get("/programmes").get_data(as_text=True)
    assert "Fünken &amp; &lt;b&gt;" in page


WRONG = [
    ({"key": ""}, "This field is required."),
    ({"key": "Tech 2027"}, "Use small letters, digits and hyphens."),
    ({"key": "-tech"}, "Use small letters, digits and hyphens."),
    ({"key": "new"}, "This word is taken by a page of its own."),
    ({"key": "t" * 41}, "Field cannot be longer than 40 characters."),
    ({"key": "spark"}, "A programme with this key exists already."),
    ({"template": "../demo"}, "Not a valid choice."),
    ({"template": ""}, "This field is required."),
    ({"name_en": "n" * 401}, "Field cannot be longer than 400 characters."),
    ({"name_ja": "a\x00b"}, "This text has a character that cannot be stored."),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_value_is_said_at_its_field_and_nothing_is_lost(world):
    client = world.client("manager")
    for values, message in WRONG:
        answer = create(client, **({"name_en": "Kept as typed"} | values))
        assert answer.status_code == 422, values
        text = answer.get_data(as_text=True)
        assert message in text
        assert "name_en" in values or "Kept as typed" in text
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Programme)) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_posts_of_one_form_make_one_programme(world):
    client = world.client("manager")
    answers = [create(client, _once="the same") for _ in range(2)]
    assert [answer.location for answer in answers] == ["/programmes/tech-2027"] * 2
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Programme)) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_managers_and_administrators_create(world):
    for name in ("employee", "owner", "reviewer", "sponsor", "guest"):
        assert create(world.client(name)).status_code == 403
        assert world.client(name).get("/programmes/new").status_code == 403
    for name in ("manager", "other_manager", "admin"):
        assert world.client(name).get("/programmes/new").status_code == 200


def test_nobody_without_a_role_sees_a_programme_before_one_of_its_cohorts_opens(world):
    create(world.client("manager"))
    with world.session() as session:
        made = session.scalars(select(Programme).where(Programme.key == "tech-2027")).one()
        session.add(
            Membership(programme_id=made.id, person_id=world.people["second"], role=Role.REVIEWER)
        )
        coming = Cohort(
            programme_id=made.id, code="T27", name=Bilingual("春", "Spring"), capacity=9,
            intake_opens_on=TODAY, intake_closes_on=TODAY, time_zone="Asia/Tokyo", country="JP",
            preparing=True, created_at=NOW,
        )  # fmt: skip
        session.add(coming)
    seen = {"manager": 200, "admin": 200, "second": 200, "employee": 404, "reviewer": 404}
    for name, status in seen.items():
        client = world.client(name)
        assert client.get("/programmes/tech-2027").status_code == status, name
        assert ("/programmes/tech-2027" in client.get("/programmes").text) is (status == 200), name
    assert "In preparation" in world.client("manager").get("/programmes").text
    with world.session() as session:
        session.scalars(select(Cohort).where(Cohort.code == "T27")).one().preparing = False
    assert world.client("employee").get("/programmes/tech-2027").status_code == 200
