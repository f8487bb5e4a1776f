"""A cohort is cloned with its distances, prepared unseen, checked and opened by clicks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Delivery,
    Event,
    Idea,
    Milestone,
    MilestoneTemplate,
    Passage,
    Stage,
)
from tests.counting import queries
from tests.world import TODAY, World

NEW = "/programmes/spark/cohorts/new"
PITCH = Bilingual("発表", "Pitch")


def text(answer) -> str:
    return answer.get_data(as_text=True)


def fields_of(world: World, path: str) -> dict[str, str]:
    """Return what a browser would send of a form that nobody touched."""
    form = world.client("manager").forms_of(path)
    sent = {a["name"]: a.get("value") or "" for _, a in form.fields if a.get("name")}
    sent = {name: value for name, value in sent.items() if name not in ("check", "propose")}
    sent.pop("waiting_list", None)
    read = {"version": form.hidden["version"]} if "version" in form.hidden else {}
    return sent | read | {"time_zone": "Asia/Tokyo", "country": "JP"}


def cohort_of(world: World, code: str) -> Cohort:
    with world.session() as session:
        found = session.scalars(select(Cohort).where(Cohort.code == code)).one()
        session.expunge(found)
        return found


def test_a_clone_keeps_its_working_days_and_is_prepared_unseen(world: World) -> None:
    with world.session() as session:
        session.execute(
            update(Cohort)
            .where(Cohort.code == "S27")
            .values(
                waiting_list=True,
                capacity=7,
                eligibility=[{"key": "q", "question": {"en": "Ready?"}, "wanted": "yes"}],
            )
        )
    choose = text(world.client("manager").get("/programmes/spark/cohorts/launch"))
    assert 'value="S27" checked' in choose
    assert 'value="2026-11-24" checked' in choose  # Monday 23 November is a holiday
    path = f"{NEW}?from=S27&opens=2027-04-01"
    sent = fields_of(world, path)
    assert (sent["intake_opens_on"], sent["capacity"], sent["code"]) == ("2027-04-01", "7", "S27B")
    assert (sent["name_ja"], sent["name_en"]) == ("2027年春期", "Spring 2027")
    source, calendar = cohort_of(world, "S27"), calendar_of("JP", 2026)
    apart = calendar.count(source.intake_opens_on, source.intake_closes_on)
    closes = date.fromisoformat(sent["intake_closes_on"])
    assert calendar_of("JP", 2027).count(date(2027, 4, 1), closes) == apart
    made = world.client("manager").post(path, data=sent)
    assert (made.status_code, made.location) == (303, "/cohorts/S27B/prepare")
    clone = cohort_of(world, "S27B")
    assert (clone.preparing, clone.cloned_from_id) == (True, source.id)
    assert [one["key"] for one in clone.eligibility] == ["q"]
    with world.session() as session:
        event = session.scalars(select(Event).where(Event.kind == "CohortCloned")).one()
        assert event.data["source"] == "S27"
        session.execute(update(Cohort).where(Cohort.code == "S27B").values(intake_opens_on=TODAY))
    for who in ("employee", "reviewer", "other_manager"):
        for page in ("/cohorts", "/ideas/new", "/programmes/spark"):
            assert "S27B" not in text(world.client(who).get(page)), (who, page)
        assert world.client(who).get("/cohorts/S27B").status_code == 404, who
    start = {"cohort": "S27B", "title": "Too soon"}
    assert world.client("owner").post("/ideas/new", data=start).status_code == 422
    assert "Being prepared" in text(world.client("manager").get("/programmes/spark"))


def test_an_intake_opens_once_nothing_is_missing(world: World) -> None:
    manager = world.client("manager")
    path = f"{NEW}?opens=2027-04-30"
    sent = fields_of(world, path) | {"stage-validate-gate_on": "2027-12-31"}
    checked = text(manager.post(path, data=sent | {"check": "1"}))
    assert "in or beside a long holiday" in checked
    assert "no working day" in checked
    assert manager.post(path, data=sent).status_code == 303
    with world.session() as session:
        session.execute(update(Stage).where(Stage.key == "spark").values(reviews_per_idea=9))
    page = text(manager.get("/cohorts/S27B/prepare"))
    assert "There are 3 reviewers, and each idea needs 9 reviews." in page
    assert "/cohorts/S27B/open" not in page
    assert manager.post("/cohorts/S27B/open").status_code == 422
    assert cohort_of(world, "S27B").preparing
    with world.session() as session:
        session.execute(update(Stage).where(Stage.key == "spark").values(reviews_per_idea=2))
    assert "/cohorts/S27B/open" in text(manager.get("/cohorts/S27B/prepare"))
    assert world.client("employee").post("/cohorts/S27B/open").status_code == 403
    assert manager.post("/cohorts/S27B/open", data={"when": "today"}).status_code == 303
    opened = cohort_of(world, "S27B")
    assert (opened.preparing, opened.intake_opens_on) == (False, TODAY)
    assert manager.post("/cohorts/S27B/open").status_code == 422
    assert "S27B" in text(world.client("owner").get("/ideas/new"))
    with world.session() as session:
        assert session.scalars(select(Event).where(Event.kind == "CohortOpened")).one()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_conflicts_with_other_cohorts_are_listed(world: World) -> None:
    page = text(world.client("manager").get(f"{NEW}?from=S27&opens={TODAY - timedelta(days=10)}"))
    assert "close to the gate “Spark” of Spring 2027" in page
    assert "the same reviewers read “Spark” of Spring 2027" in page
    with queries(world.engine) as asked:
        world.client("manager").get(f"{NEW}?from=S27&opens=2027-04-01")
    assert len(asked) <= 12  # three of them are the sign-in of a new browser
    for broken in ("?from=O27", "?from=None&opens=soon&other=9999-99-99", "?opens=1850-01-01"):
        assert world.client("manager").get(NEW + broken).status_code == 200


def test_a_moved_gate_moves_the_milestones_counted_from_it(world: World) -> None:
    gate, calendar = TODAY + timedelta(days=41), calendar_of("JP", 2026)
    codes = [world.idea("owner", state="active", passage_state="open") for _ in range(2)]
    with world.session() as session:
        template = MilestoneTemplate(
            stage_id=world.stage_ids[0], position=2, key="pitch",
            name=PITCH, evidence=PITCH, anchor="gate", offset_days=-3,
        )  # fmt: skip
        session.add(template)
        session.flush()
        days = (calendar.add(gate, -3), gate)  # the second one has a day of its own
        for code, due_on in zip(codes, days, strict=True):
            idea = session.scalars(select(Idea).where(Idea.code == code)).one()
            session.add(
                Milestone(
                    idea_id=idea.id, passage_id=idea.passage_id, template_id=template.id,
                    name=template.name, wanted=template.name, owner_id=idea.owner_id,
                    due_on=due_on,
                )
            )  # fmt: skip
    later = calendar.add(gate, 5)
    sent = fields_of(world, "/cohorts/S27/edit") | {"stage-spark-gate_on": str(later)}
    first = world.client("manager").post("/cohorts/S27/edit", data=sent)
    assert first.status_code == 200
    page = text(first)
    assert "1 milestone before the gate moves" in page
    assert f"New milestone dates for {codes[0]}" in page
    back = world.client("manager").post("/cohorts/S27/edit", data=sent | {"back": "1"})
    assert f'value="{later}"' in text(back)
    done = world.client("manager").post("/cohorts/S27/edit", data=sent | {"confirm": "1"})
    assert done.status_code == 303
    with world.session() as session:
        due = session.scalars(select(Milestone.due_on).order_by(Milestone.idea_id)).all()
        assert due == [calendar.add(later, -3), gate]
        heard = session.scalars(
            select(Delivery).where(
                Delivery.template == "milestones_moved", Delivery.channel == "daily"
            )
        ).all()
        assert [one.data["code"] for one in heard] == [codes[0]]


def test_of_two_who_move_one_date_the_second_sees_both(world: World) -> None:
    world.idea("owner", state="active", passage_state="open")
    day = "stage-spark-hand_in_by"
    mine = fields_of(world, "/cohorts/S27/edit") | {day: str(TODAY + timedelta(days=22))}
    theirs = mine | {day: str(TODAY + timedelta(days=24))}
    first, second = world.client("manager"), world.client("manager")
    for client, sent in ((first, mine), (second, theirs)):
        assert "What moves with the dates" in text(client.post("/cohorts/S27/edit", data=sent))
    assert first.post("/cohorts/S27/edit", data=mine | {"confirm": "1"}).status_code == 303
    late = second.post("/cohorts/S27/edit", data=theirs | {"confirm": "1"})
    assert late.status_code == 409
    page = text(late)
    assert "Somebody else saved this meanwhile" in page
    assert mine[day] in page
    assert f'value="{theirs[day]}"' in page
    with world.session() as session:
        days = session.scalars(
            select(CohortStage.hand_in_by).where(CohortStage.stage_id == world.stage_ids[0])
        )
        assert TODAY + timedelta(days=22) in list(days)
        assert session.scalars(select(Passage.hand_in_by)).one() == TODAY + timedelta(days=22)
