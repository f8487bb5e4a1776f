"""A programme goes out as a file and comes in from one; what is wrong is said by line."""

import io

import pytest
from sqlalchemy import func, select

from accelerator.domain.policy import Role
from accelerator.standing.outlines import rows
from accelerator.storage.tables import Cohort, Event, Idea, Membership, Programme
from tests.counting import queries

GOOD = """\
key: made_elsewhere
name: {ja: "持ち込み", en: "From elsewhere"}
stages:
  - key: first
    name: {en: "First"}
    time_box_days: 10
    promise_days: 5
    questions:
      - {key: why, kind: long, label: {ja: "なぜ", en: "Why?"}}
    criteria:
      - {key: value, name: {en: "Value"}, weight: 1}
"""


def send(client, text="", *, name="programme.yaml", file=None, **values):
    data = {"text": text, "key": "", "name_ja": "", "name_en": ""} | values
    if file is not None:
        data["file"] = (io.BytesIO(file), name)
    return client.post("/programmes/import", data=data, content_type="multipart/form-data")


def outline_of(world, key):
    with world.session() as session:
        found = session.scalars(select(Programme).where(Programme.key == key)).one()
        return rows.read(session, found)


def count(world, table):
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_what_was_exported_comes_in_as_the_same_programme(world):
    client = world.client("manager")
    answer = client.get("/programmes/spark/template.yaml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="spark.yaml"'
    assert "name: {ja: " in answer.get_data(as_text=True)
    looked = send(client, file=answer.get_data())
    assert looked.status_code == 200
    page = looked.get_data(as_text=True)
    assert "Create the programme" in page
    assert 'value="spark"' in page  # the key in the file is offered
    assert count(world, Programme) == 2  # looking makes nothing
    text = answer.get_data(as_text=True)
    done = send(client, text, key="spark-2", create="1")
    assert (done.status_code, done.location) == (303, "/programmes/spark-2")
    assert outline_of(world, "spark-2") == outline_of(world, "spark") | {"key": "spark-2"}
    with world.session() as session:
        made = session.scalars(select(Programme).where(Programme.key == "spark-2")).one()
        held = session.execute(
            select(Membership.person_id, Membership.role).where(Membership.programme_id == made.id)
        ).all()
        event = session.scalars(select(Event).where(Event.programme_id == made.id)).one()
    assert [tuple(row) for row in held] == [(world.people["manager"], Role.MANAGER)]
    assert event.kind == "ProgrammeImported"
    assert event.data.items() >= {"stages": 2, "questions": 4}.items()


def test_a_pasted_text_is_looked_at_and_told_what_it_lacks(world):
    client = world.client("admin")
    page = send(client, GOOD).get_data(as_text=True)
    for text in ("From elsewhere", "First", 'value="made-elsewhere"',
                 "First: “Value” words 0 of 5 marks.",
                 "First: texts of the stage in one language only: 1."):  # fmt: skip
        assert text in page
    done = send(client, GOOD, key="elsewhere", name_en="My own name", create="1")
    assert done.status_code == 303
    with world.session() as session:
        made = session.scalars(select(Programme).where(Programme.key == "elsewhere")).one()
        assert (made.name.ja, made.name.en) == ("", "My own name")


WRONG = [
    (GOOD.replace("kind: long", "kind: lang"), "9", "One of these is wanted here: short"),
    (GOOD.replace("time_box_days", "time_box"), "6", "“time_box” is not known here."),
    (GOOD.replace("weight: 1", "weight: &a 1"), "11", "Anchors (&) and aliases (*)"),
    (GOOD.replace('{en: "First"}', "!!str First"), "5", "Tags (!) are not allowed."),
    (GOOD + "  key: <script>", "12", "cannot be read from here on"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_errors_stand_beside_their_lines_and_the_text_stays(world):
    client = world.client("manager")
    for text, line, message in WRONG:
        answer = send(client, text, key="kept-key", create="1")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, text
        assert message in page
        assert f">Line {line}</span>" in page
        assert "made_elsewhere" in page  # the text stands in its field
        assert "<script>" not in page.split("</head>")[1].split("<textarea")[1]
    assert count(world, Programme) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_errors_are_told_in_japanese(world):
    world.person("hanako", language="ja")
    world.role("hanako", Role.MANAGER)
    page = send(world.client("hanako"), WRONG[0][0]).get_data(as_text=True)
    assert "ここには次のいずれかを書いてください：short" in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_odd_files_are_refused_and_nothing_is_lost(world):
    client = world.client("manager")
    cases = [
        ({"file": "key: 着想".encode("shift_jis")}, "The file is not in UTF-8."),
        ({"file": b"a: b\x00"}, "a character that cannot stand"),
        ({"text": ""}, "Choose a file, or paste its text."),
        ({"text": GOOD, "create": "1"}, "This field is required."),
        ({"text": GOOD, "key": "import", "create": "1"}, "This word is taken"),
        ({"text": GOOD, "key": "spark", "create": "1"}, "with this key exists already"),
        ({"text": GOOD, "key": "Spark 3", "create": "1"}, "Use small letters"),
    ]
    for values, message in cases:
        answer = send(client, **values)
        assert (answer.status_code, message in answer.get_data(as_text=True)) == (422, True), values
        assert "text" not in values or values["text"][:9] in answer.get_data(as_text=True)
    assert count(world, Programme) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_who_may_make_programmes_gets_files_in_and_out(world):
    for name in ("employee", "owner", "reviewer", "sponsor", "guest"):
        client = world.client(name)
        assert client.get("/programmes/spark/template.yaml").status_code in (403, 404)
        assert client.get("/programmes/import").status_code == 403
        assert send(client, GOOD, key="x", create="1").status_code == 403
        assert client.get("/programmes/spark/clone").status_code in (403, 404)
    assert world.client("other_manager").get("/programmes/spark/clone").status_code == 200


def test_a_clone_has_all_that_was_designed_and_nothing_that_happened(world):
    world.idea("owner", state="active")
    ideas, cohorts = count(world, Idea), count(world, Cohort)
    client = world.client("manager")
    assert "Give everybody the role" in client.get("/programmes/spark/clone").get_data(as_text=True)
    answer = client.post(
        "/programmes/spark/clone", data={"key": "again", "name_ja": "再", "name_en": "Again"}
    )
    assert (answer.status_code, answer.location) == (303, "/programmes/again")
    copy, source = outline_of(world, "again"), outline_of(world, "spark")
    assert copy["name"].en == "Again"
    assert copy | {"key": "", "name": ""} == source | {"key": "", "name": ""}
    assert (count(world, Idea), count(world, Cohort)) == (ideas, cohorts)
    with world.session() as session:
        made = session.scalars(select(Programme).where(Programme.key == "again")).one()
        held = session.scalars(
            select(Membership.person_id).where(Membership.programme_id == made.id)
        )
        assert list(held) == [world.people["manager"]]


def test_roles_come_along_on_wish_and_their_people_hear(world):
    client = world.client("manager")
    client.post("/programmes/spark/clone", data={"key": "again", "name_en": "Again", "roles": "y"})
    with world.session() as session:
        made = session.scalars(select(Programme).where(Programme.key == "again")).one()

        def held(programme_id):
            found = session.execute(
                select(Membership.person_id, Membership.role).where(
                    Membership.programme_id == programme_id
                )
            )
            return {tuple(row) for row in found}

        assert held(made.id) == held(world.programme_id)
        kinds = session.scalars(select(Event.kind).where(Event.programme_id == made.id)).all()
        cloned = session.scalars(select(Event).where(Event.kind == "ProgrammeCloned")).one()
    given = held_pairs(world)
    assert kinds.count("RoleGiven") == len(given) > 0
    people = {person for person, _ in given}
    assert cloned.data.items() >= {"source": "spark", "people": len(people)}.items()
    # Who manages another programme may copy this one, but not hand out its people.
    world.client("other_manager").post(
        "/programmes/spark/clone", data={"key": "theirs", "name_en": "Theirs", "roles": "y"}
    )
    with world.session() as session:
        theirs = session.scalars(select(Programme).where(Programme.key == "theirs")).one()
        assert session.scalars(
            select(Membership.person_id).where(Membership.programme_id == theirs.id)
        ).all() == [world.people["other_manager"]]


def held_pairs(world):
    with world.session() as session:
        found = session.execute(
            select(Membership.person_id, Membership.role).where(
                Membership.programme_id == world.programme_id
            )
        )
        return {tuple(row) for row in found} - {(world.people["manager"], Role.MANAGER)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_file_costs_few_queries(world):
    client = world.client("manager")
    with queries(world.engine) as statements:
        client.get("/programmes/spark/template.yaml")
    assert len(statements) <= 4
