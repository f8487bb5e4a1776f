"""Cohorts: set up with proposed dates, read by everybody, their dates moved with those who work."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from accelerator import clock
from accelerator.activity.letters import Reader, letter
from accelerator.domain.policy import Role
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Delivery,
    Event,
    Idea,
    Passage,
    Stage,
)
from tests.checking import Page
from tests.counting import queries
from tests.world import NOW, TODAY

NEW = "/programmes/spark/cohorts/new"
GOOD = {
    "code": "a28", "name_ja": "秋🍁", "name_en": "Autumn <28>", "capacity": "12",
    "time_zone": "Europe/Berlin", "country": "DE",
    "intake_opens_on": "2027-09-01", "intake_closes_on": "2027-09-30",
    "stage-spark-hand_in_by": "2027-09-30", "stage-spark-review_by": "2027-10-07",
    "stage-spark-gate_on": "2027-10-14", "stage-validate-hand_in_by": "2027-11-12",
    "stage-validate-review_by": "2027-11-19", "stage-validate-gate_on": "2027-11-26",
}  # fmt: skip


def text(answer):
    return answer.get_data(as_text=True)


def hidden(answer):
    page = Page()
    page.feed(text(answer))
    return page.hidden


def count_cohorts(world):
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(Cohort))


def test_a_cohort_is_set_up_as_typed(world):
    extra = {"version": "9", "programme_id": "2", "stage-other-gate_on": "2027-01-01"}
    client = world.client("manager")
    answer = client.post(NEW, data=GOOD | extra)
    assert (answer.status_code, answer.location) == (303, "/cohorts/A28/prepare")
    # Until it is opened only those who run the programme see it.
    assert world.client("employee").get("/cohorts/A28").status_code == 404
    assert "A28" not in text(world.client("employee").get("/programmes/spark"))
    for name in ("manager", "sponsor", "admin"):
        assert world.client(name).get("/cohorts/A28").status_code == 200, name
    assert client.post("/cohorts/A28/open", data={"when": "planned"}).status_code == 303
    with world.session() as session:
        made = session.scalars(select(Cohort).where(Cohort.code == "A28")).one()
        assert (made.name.ja, made.name.en) == ("秋🍁", "Autumn <28>")
        assert (made.programme_id, made.capacity, made.country) == (world.programme_id, 12, "DE")
        assert made.intake_closes_on == date(2027, 9, 30)
        days = session.scalars(
            select(CohortStage)
            .join(Stage, Stage.id == CohortStage.stage_id)
            .where(CohortStage.cohort_id == made.id)
            .order_by(Stage.position)
        ).all()
        assert [(d.hand_in_by, d.review_by, d.gate_on) for d in days] == [
            (date(2027, 9, 30), date(2027, 10, 7), date(2027, 10, 14)),
            (date(2027, 11, 12), date(2027, 11, 19), date(2027, 11, 26)),
        ]
        event = session.scalars(select(Event).where(Event.kind == "CohortCreated")).one()
        assert (event.programme_id, event.data["code"]) == (world.programme_id, "A28")
    assert "Autumn &lt;28&gt;" in text(world.client("employee").get("/cohorts/A28"))


def test_the_proposal_fills_the_form_and_saves_nothing(world):
    client = world.client("manager")
    fields = {
        n: a["value"]
        for _, a in client.forms_of(NEW).fields
        if (n := a.get("name")) and a.get("value")
    }
    assert fields["intake_closes_on"] > fields["intake_opens_on"] > TODAY.isoformat()
    assert fields["stage-spark-hand_in_by"] == fields["intake_closes_on"]
    answer = client.post(
        NEW, data=GOOD | {"propose": "1", "country": "JP", "intake_closes_on": "2027-04-29"}
    )
    assert answer.status_code == 200
    page = text(answer)
    # 29 April to 5 May 2027 are holidays in Japan but for Friday the 30th.
    assert 'value="2027-04-30"' in page
    assert "Autumn &lt;28&gt;" in page
    assert "the next one is Fri 30 Apr 2027" in page
    assert count_cohorts(world) == 2


WRONG = [
    ({"code": "S-27"}, "Use letters and digits only."),
    ({"code": "s27"}, "A cohort with this code exists already."),
    ({"code": "A" * 13}, "Field cannot be longer than 12 characters."),
    ({"name_ja": " ", "name_en": ""}, "Write this in at least one language."),
    ({"capacity": "0"}, "Number must be between 1 and 100000."),
    ({"capacity": "many"}, "Not a valid integer value."),
    ({"time_zone": "Asia/Atlantis"}, "Not a valid choice."),
    ({"country": "ZZ"}, "Not a valid choice."),
    ({"intake_closes_on": "2027-08-31"}, "The intake cannot close before it opens."),
    ({"intake_closes_on": "2027-10-01"}, "The first hand-in cannot lie before the intake closes."),
    ({"intake_opens_on": "30.9.2027"}, "Not a valid date value."),
    ({"intake_opens_on": "0001-01-01"}, "Choose a day between 2000 and 2100."),
    ({"stage-spark-review_by": "2027-09-29"}, "Reviews cannot be due before the team hands in."),
    ({"stage-spark-gate_on": "2027-10-06"}, "The gate cannot lie before the reviews are due."),
    ({"stage-validate-hand_in_by": "2027-10-14"}, "This must lie after the gate of the stage before."),
    ({"stage-validate-gate_on": ""}, "This field is required."),
]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_value_is_said_at_its_field(world):
    client = world.client("manager")
    for values, message in WRONG:
        answer = client.post(NEW, data=GOOD | values)
        assert answer.status_code == 422, values
        assert message in text(answer), values
        assert 'value="2027-11-19"' in text(answer)
    assert count_cohorts(world) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_posts_of_one_form_set_up_one_cohort(world):
    client = world.client("manager")
    answers = [client.post(NEW, data=GOOD | {"_once": "same"}) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/cohorts/A28/prepare"] * 2
    assert count_cohorts(world) == 3


def changes(world, **values):
    """Return the edit form as a browser would send it, with some values changed."""
    fields = world.client("manager").forms_of("/cohorts/S27/edit")
    sent = {a["name"]: a.get("value") or "" for _, a in fields.fields if a.get("name")}
    sent |= {"version": fields.hidden["version"], "time_zone": "Asia/Tokyo", "country": "JP"}
    return sent | {name.replace("__", "-"): str(value) for name, value in values.items()}


def passages(world):
    with world.session() as session:
        rows = session.execute(
            select(Idea.code, Passage.hand_in_by).join(Passage, Passage.idea_id == Idea.id)
        )
        return {row.code: row.hand_in_by for row in rows}


def test_a_moved_hand_in_moves_those_who_work_towards_it(world):
    was, now = TODAY + timedelta(days=20), TODAY + timedelta(days=22)
    along = world.idea("owner", state="active", passage_state="open", team=("mate",))
    draft = world.idea("mate")
    own_date = world.idea("employee", state="active", passage_state="open")
    handed_in = world.idea("owner", state="active")
    reviewed, own_due = world.assign(handed_in, "reviewer"), world.assign(handed_in, "second")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == own_date)).one()
        session.get_one(Passage, idea.passage_id).hand_in_by = was + timedelta(days=9)
        session.get_one(Assignment, reviewed).due_on = was + timedelta(days=14)
        session.get_one(Assignment, own_due).due_on = was + timedelta(days=3)
    moved = {"stage-spark-hand_in_by": now, "stage-spark-review_by": was + timedelta(days=15)}
    sent = changes(world) | {k: str(v) for k, v in moved.items()}
    first = world.client("manager").post("/cohorts/S27/edit", data=sent)
    assert first.status_code == 200
    page = text(first)
    assert "2 teams work towards a hand-in that moves" in page
    assert "1 reviewer has open reviews that move" in page
    assert along in page
    assert draft not in page  # a draft is its team's own affair
    assert "New hand-in date: " in page
    assert "New review date in Spark" in page
    assert passages(world)[along] == was
    answer = world.client("manager").post("/cohorts/S27/edit", data=sent | {"confirm": "1"})
    assert (answer.status_code, answer.location) == (303, "/cohorts/S27")
    assert passages(world) == {
        along: now,
        draft: now,
        own_date: was + timedelta(days=9),
        handed_in: was,
    }
    with world.session() as session:
        assert session.get_one(Assignment, reviewed).due_on == was + timedelta(days=15)
        assert session.get_one(Assignment, own_due).due_on == was + timedelta(days=3)
        told = session.execute(
            select(Delivery.person_id, Delivery.channel, Delivery.data).where(
                Delivery.template == "hand_in_moved"
            )
        ).all()
        assert {(row.person_id, row.data["code"]) for row in told if row.channel == "daily"} == {
            (world.people["owner"], along), (world.people["mate"], along), (world.people["mate"], draft),
        }  # fmt: skip
        event = session.scalars(select(Event).where(Event.kind == "CohortChanged")).one()
        assert event.data["fields"] == ["spark:hand_in_by", "spark:review_by"]


def test_a_stale_save_keeps_both_and_changes_nothing(world):
    sent = changes(world, name_en="Mine", stage__spark__gate_on="2027-01-05")
    theirs = changes(world, name_en="Theirs")
    assert world.client("manager").post("/cohorts/S27/edit", data=theirs).status_code == 303
    answer = world.client("manager").post("/cohorts/S27/edit", data=sent)
    assert answer.status_code == 409
    page = text(answer)
    assert "Somebody else saved this meanwhile" in page
    assert '<dd lang="en">Theirs</dd>' in page
    assert 'value="Mine"' in page
    assert 'value="2027-01-05"' in page
    with world.session() as session:
        assert session.scalars(select(Cohort.name_en).where(Cohort.code == "S27")).one() == "Theirs"
    again = sent | {"version": hidden(answer)["version"]}
    assert world.client("manager").post("/cohorts/S27/edit", data=again).status_code == 303


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_form_without_its_version_is_refused(world):
    sent = changes(world, name_en="Mine")
    del sent["version"]
    assert world.client("manager").post("/cohorts/S27/edit", data=sent).status_code == 422


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_changed_records_nothing(world):
    assert world.client("manager").post("/cohorts/S27/edit", data=changes(world)).status_code == 303
    with world.session() as session:
        assert session.scalars(select(Event.kind)).all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_may(world):
    for name in ("employee", "owner", "reviewer", "sponsor", "other_manager", "admin"):
        client = world.client(name)
        assert client.get("/cohorts").status_code == 200
        assert client.get("/cohorts/S27").status_code == 200
        assert client.get("/cohorts/S27/edit").status_code == 403
        assert client.get(NEW).status_code == 403
        assert client.post("/cohorts/S27/edit", data=GOOD).status_code == 403
        assert client.post(NEW, data=GOOD).status_code == 403
    assert world.client("guest").get("/cohorts").status_code == 403
    assert world.client("guest").get("/cohorts/S27").status_code == 404
    assert world.client("manager").get("/cohorts/NONE").status_code == 404
    assert world.client("manager").get("/programmes/none/cohorts/new").status_code == 404
    assert count_cohorts(world) == 2


def test_counts_are_for_those_who_oversee_and_hide_decisions(world):
    for state in ("open", "handed_in", "decided"):
        world.idea("owner", state="active", passage_state=state)
    world.idea("owner", state="withdrawn")
    world.idea("mate")
    manager = text(world.client("manager").get("/cohorts/S27"))
    assert "Decided, not announced" in manager
    assert "3 of 50" in manager
    sponsor = text(world.client("sponsor").get("/cohorts/S27"))
    assert '<td class="cell-number" data-label="In review">2</td>' in sponsor
    assert "Decided, not announced" not in sponsor
    employee = text(world.client("employee").get("/cohorts/S27"))
    assert "Ideas by stage" not in employee
    assert "Intake closes" in employee


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_intake_opens_and_closes_at_midnight_of_the_cohort(world):
    world.cohort("B27", time_zone="America/New_York", intake_closes_on=TODAY)
    for hours, open_ in ((27, True), (29, False)):
        with clock.told_by(lambda hours=hours: NOW + timedelta(hours=hours)):
            page = text(world.client("employee").get("/cohorts"))
            assert ("/cohorts/B27" in page) is open_


def test_the_list_asks_as_often_for_ten_cohorts_as_for_one(world):
    client = world.client("manager")
    with queries(world.engine) as one:
        assert client.get("/cohorts").status_code == 200
    for n in range(9):
        world.cohort(f"X{n}")
    world.idea("owner", state="active")
    with queries(world.engine) as ten:
        page = text(client.get("/cohorts"))
    assert all(f"/cohorts/X{n}" in page for n in range(9))
    assert len(one) == len(ten) <= 10
    with queries(world.engine) as single:
        client.get("/cohorts/S27")
    assert len(single) <= 10


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_long_lists_come_in_pages(world):
    for n in range(51):
        world.cohort(f"X{n}")
    client = world.client("manager")
    first = text(client.get("/cohorts"))
    assert "/cohorts?after=X1" in first
    assert "/cohorts/S27" not in first.split('id="overseen"')[1]
    assert "/cohorts/S27" in text(client.get("/cohorts?after=X1")).split('id="overseen"')[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_japanese_readers_read_japanese(world):
    world.person("tanaka", language="ja")
    world.role("tanaka", Role.MANAGER)
    client = world.client("tanaka")
    assert "募集" in text(client.get("/cohorts"))
    wrong = text(client.post(NEW, data=GOOD | {"stage-spark-gate_on": "2027-10-06"}))
    assert "The gate cannot" not in wrong
    assert "審査" in wrong


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_letter_about_a_moved_date_reads_well_in_both_languages(world):
    data = {
        "code": "S27-0001", "title": {"ja": "", "en": "A cell"}, "path": "/ideas/S27-0001",
        "stage": {"ja": "検証", "en": "Validate"}, "was": "2027-01-29", "hand_in_by": "2027-02-05",
    }  # fmt: skip
    for language, words in (
        ("en", ("New hand-in date: Fri 5 Feb 2027 (S27-0001)", "it was Fri 29 Jan 2027")),
        ("ja", ("提出締切が2027年2月5日(金)に変わりました", "変更前")),
    ):
        reader = Reader("Sato", language, "Asia/Tokyo")
        found = letter("hand_in_moved", data, reader, base_url="http://localhost")
        assert words[0] in found.subject
        assert words[1] in found.text
        assert words[1] in found.html
        assert "http://localhost/ideas/S27-0001" in found.text
