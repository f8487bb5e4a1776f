"""Places of a cohort: a fair line, admission by itself and by hand, eligibility, late entry."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.storage.invariants import broken
from accelerator.storage.tables import Cohort, Delivery, Event, Idea, LateEntry, Milestone, Passage
from tests.counting import queries
from tests.world import NOW, TODAY, World


def text(answer) -> str:
    return answer.get_data(as_text=True)


def change(world: World, code: str = "S27", **values) -> None:
    with world.session() as session:
        cohort = session.scalars(select(Cohort).where(Cohort.code == code)).one()
        for name, value in values.items():
            setattr(cohort, name, value)


def hand_in(world: World, code: str, who: str):
    client = world.client(who)
    version = client.forms_of(f"/ideas/{code}/submit").hidden.get("version", "")
    return client.post(f"/ideas/{code}/submit", data={"version": version})


def state(world: World, code: str) -> tuple[str, str, object]:
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        passage = session.get_one(Passage, idea.passage_id)
        return idea.state, passage.state, passage.promise_on


def told(world: World, template: str) -> set[str]:
    with world.session() as session:
        wanted = select(Delivery.data, Delivery.channel).where(Delivery.template == template)
        return {row.data["code"] for row in session.execute(wanted) if row.channel == "mail"}


def sound(world: World) -> None:
    with world.session() as session:
        assert broken(session) == []


def test_the_line_is_fair_and_moves_by_itself(world: World) -> None:
    change(world, capacity=1, waiting_list=True)
    codes = {who: world.idea(who, title=f"Of {who}") for who in ("owner", "mate", "employee")}
    late = world.idea("second", title="The last one")
    assert hand_in(world, codes["owner"], "owner").status_code == 303
    page = text(world.client("mate").get(f"/ideas/{codes['mate']}/submit"))
    assert "This cohort is full for now" in page
    for minutes, who in ((1, "employee"), (2, "mate"), (3, "second")):
        with clock.told_by(lambda minutes=minutes: NOW + timedelta(minutes=minutes)):
            assert hand_in(world, codes.get(who, late), who).status_code == 303
    assert state(world, codes["mate"]) == ("waiting", "handed_in", None)
    assert told(world, "idea_waits") == {codes["employee"], codes["mate"], late}
    assert "Number 2 in line for a place" in text(
        world.client("mate").get(f"/ideas/{codes['mate']}")
    )
    sound(world)
    line = text(world.client("manager").get("/cohorts/S27/line"))
    assert line.index(codes["employee"]) < line.index(codes["mate"]) < line.index(late)
    assert codes["mate"] in text(world.client("manager").get("/ideas?state=queued"))
    # A waiting idea is nobody's to review yet, and cannot be changed.
    assert codes["mate"] not in text(world.client("manager").get("/cohorts/S27/spark/assign"))
    edited = world.client("mate").post(f"/ideas/{codes['mate']}/edit", data={"title": "Other"})
    assert edited.status_code in (403, 422)
    # A place that is left goes to whoever handed in first.
    with clock.told_by(lambda: NOW + timedelta(days=1)):
        withdrawn = world.client("owner").post(
            f"/ideas/{codes['owner']}/withdraw", data={"reason": "Enough."}
        )
    assert withdrawn.status_code == 303
    assert state(world, codes["employee"])[:2] == ("active", "handed_in")
    # Ten working days after Tuesday 24 November 2026.
    assert str(state(world, codes["employee"])[2]) == "2026-12-08"
    assert state(world, codes["mate"])[0] == "waiting"
    assert told(world, "idea_admitted") == {codes["employee"]}
    # A place that is added goes to the next, and a manager may let one in by hand.
    answer = world.client("manager").post(f"/ideas/{late}/admit", data={"cohort": "S27"})
    assert (answer.status_code, answer.location) == (303, "/cohorts/S27/line")
    again = world.client("manager").post(f"/ideas/{late}/admit")
    assert again.status_code == 303
    assert world.client("mate").post(f"/ideas/{late}/admit").status_code in (403, 404)
    assert state(world, late)[0] == "active"
    fields = world.client("manager").forms_of("/cohorts/S27/edit")
    sent = {a["name"]: a.get("value") or "" for _, a in fields.fields if a.get("name")}
    sent = {name: value for name, value in sent.items() if name not in ("check", "propose")}
    sent |= {"version": fields.hidden["version"], "time_zone": "Asia/Tokyo", "country": "JP"}
    sent |= {"capacity": "3", "waiting_list": "y"}
    assert world.client("manager").post("/cohorts/S27/edit", data=sent).status_code == 303
    assert state(world, codes["mate"])[0] == "active"
    assert told(world, "idea_admitted") == {codes["employee"], late, codes["mate"]}
    sound(world)
    assert "Nobody waits" in text(world.client("manager").get("/cohorts/S27/line"))


def test_a_waiting_idea_can_be_withdrawn_and_a_full_cohort_without_line_refuses(
    world: World,
) -> None:
    change(world, capacity=1, waiting_list=True)
    world.idea("owner", state="active")
    code, other = world.idea("mate"), world.idea("employee")
    assert hand_in(world, code, "mate").status_code == 303
    left = world.client("mate").post(f"/ideas/{code}/withdraw", data={"reason": "No."})
    assert left.status_code == 303
    assert state(world, code)[:2] == ("withdrawn", "left")
    sound(world)
    change(world, waiting_list=False)
    refused = hand_in(world, other, "employee")
    assert refused.status_code == 422
    assert "This cohort is full" in text(refused)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_line_asks_as_often_for_sixty_as_for_one(world: World) -> None:
    change(world, capacity=1, waiting_list=True)
    counts = []
    client = world.client("manager")
    for many in (1, 59):
        for n in range(many):
            world.idea(
                "owner", title=f"No {n}", state="waiting", passage_state="handed_in",
                waiting_since=NOW + timedelta(minutes=n),
            )  # fmt: skip
        client.get("/cohorts/S27/line")
        with queries(world.engine) as asked:
            page = text(client.get("/cohorts/S27/line"))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10
    assert "60 ideas wait." in page
    with world.session() as session:
        ideas = session.scalars(select(Idea).order_by(Idea.waiting_since, Idea.id)).all()
        last = ideas[49].code
    second = text(client.get(f"/cohorts/S27/line?after={last}"))
    assert ">51<" in second
    assert ">50<" not in second


ELIGIBLE = {
    "q0-key": "outside", "q0-question_ja": "社外の人は関わっていませんか",
    "q0-question_en": "Is nobody outside involved yet?", "q0-wanted": "yes",
    "q0-refusal_ja": "知財部にご相談ください。", "q0-refusal_en": "Please see the patent team first.",
    "q1-key": "k1", "q1-question_en": "", "q1-wanted": "yes",
}  # fmt: skip


def test_eligibility_is_asked_before_the_hand_in_and_kept(world: World) -> None:
    manager = world.client("manager")
    version = manager.forms_of("/cohorts/S27/eligibility").hidden["version"]
    more = manager.post(
        "/cohorts/S27/eligibility", data=ELIGIBLE | {"version": version, "more": "1"}
    )
    assert more.status_code == 200
    assert "Is nobody outside involved yet?" in text(more)
    assert 'name="q2-question_ja"' in text(more)
    saved = manager.post("/cohorts/S27/eligibility", data=ELIGIBLE | {"version": version})
    assert saved.status_code == 303
    mine = ELIGIBLE | {"version": version, "q0-question_en": "Mine"}
    stale = manager.post("/cohorts/S27/eligibility", data=mine)
    assert stale.status_code == 409
    assert 'value="Mine"' in text(stale)
    assert "Is nobody outside involved yet?" in text(stale)
    code = world.idea("owner")
    client = world.client("owner")
    assert "Is nobody outside involved yet?" in text(client.get(f"/ideas/{code}/submit"))
    idea = world.client("owner").forms_of(f"/ideas/{code}/submit")
    assert "version" not in idea.hidden  # nothing can be handed in before it is answered
    with world.session() as session:
        seen = session.scalars(select(Idea.version).where(Idea.code == code)).one()
    early = client.post(f"/ideas/{code}/submit", data={"version": str(seen)})
    assert early.status_code == 422
    answered = client.post(f"/ideas/{code}/eligibility", data={"eligible-outside": "no"})
    assert answered.status_code == 303
    page = text(client.get(f"/ideas/{code}/submit"))
    assert "Please see the patent team first." in page
    with world.session() as session:
        idea_row = session.scalars(select(Idea).where(Idea.code == code)).one()
        assert (idea_row.eligibility, idea_row.state) == ({"outside": "no"}, "draft")
        seen = idea_row.version
    assert client.post(f"/ideas/{code}/submit", data={"version": str(seen)}).status_code == 422
    client.post(f"/ideas/{code}/eligibility", data={"eligible-outside": "yes", "eligible-x": "no"})
    assert hand_in(world, code, "owner").status_code == 303
    assert "Does it suit the cohort?" in text(world.client("manager").get(f"/ideas/{code}"))
    assert world.client("owner").post(f"/ideas/{code}/eligibility").status_code == 422
    with world.session() as session:
        kinds = session.scalars(select(Event.data).where(Event.kind == "EligibilityAnswered"))
        assert [data["unmet"] for data in kinds] == [["outside"], []]


def test_late_entry_is_for_one_person_until_a_day(world: World) -> None:
    draft = world.idea("owner")
    with clock.told_by(lambda: NOW + timedelta(days=25)):  # the intake closed five days ago
        _late_entry(world, draft)
    start = {"cohort": "S27", "title": "Another"}
    with clock.told_by(lambda: NOW + timedelta(days=29)):
        assert world.client("owner").post("/ideas/new", data=start).status_code == 422


def _late_entry(world: World, draft: str) -> None:
    assert hand_in(world, draft, "owner").status_code == 422
    assert "S27" not in text(world.client("owner").get("/ideas/new"))
    until = TODAY + timedelta(days=28)
    leave = {"who": "Owner@hoshino.example", "until": str(until), "reason": "Was ill."}
    manager = world.client("manager")
    for wrong in ({"who": "nobody@x.example"}, {"until": str(TODAY)}, {"reason": ""}):
        assert manager.post("/cohorts/S27/late", data=leave | wrong).status_code == 422
    assert manager.post("/cohorts/S27/late", data=leave).status_code == 303
    assert world.client("owner").post("/cohorts/S27/late", data=leave).status_code == 403
    page = text(manager.get("/cohorts/S27/late"))
    assert "Was ill." in page
    with world.session() as session:
        (row,) = session.scalars(select(LateEntry))
        assert (row.person_id, row.until) == (world.people["owner"], until)
        heard = session.scalars(select(Delivery).where(Delivery.template == "late_entry_granted"))
        assert {one.person_id for one in heard} == {world.people["owner"]}
    assert "S27" in text(world.client("owner").get("/ideas/new?cohort=S27"))
    assert hand_in(world, draft, "owner").status_code == 303
    start = {"cohort": "S27", "title": "Another"}
    assert world.client("employee").post("/ideas/new", data=start).status_code == 422
    assert world.client("owner").post("/ideas/new", data=start).status_code == 303


def test_ideas_join_a_running_cohort_with_days_from_today(world: World) -> None:
    world.cohort("R27", intake_closes_on=TODAY - timedelta(days=2))
    change(world, capacity=2, waiting_list=True)
    parked = world.idea("owner", title="Parked", state="parked", passage_state="left")
    working = world.idea("mate", title="Working", state="active", passage_state="open")
    reviewed = world.idea("second", title="Reviewed", state="active")
    waits = world.idea(
        "employee", title="Waits", state="waiting", passage_state="handed_in", waiting_since=NOW
    )
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == waits)).one()
        session.get_one(Passage, idea.passage_id).promise_on = None
        idea = session.scalars(select(Idea).where(Idea.code == parked)).one()
        session.get_one(Passage, idea.passage_id).left_at = NOW
    manager = world.client("manager")
    listed = text(manager.get("/cohorts/R27/join"))
    assert all(code in listed for code in (parked, working, reviewed, waits))
    assert working not in text(manager.get(f"/cohorts/R27/join?q={parked}"))
    page = text(manager.get(f"/ideas/{parked}/join?cohort=R27"))
    # Until the cohort's own day, 13 December, more than half of the time box is left.
    assert 'value="2026-12-13"' in page
    past = {"cohort": "R27", "hand_in_by": str(TODAY - timedelta(days=1))}
    assert manager.post(f"/ideas/{parked}/join", data=past).status_code == 422
    assert state(world, parked)[0] == "parked"
    day = {"cohort": "R27", "hand_in_by": "2026-12-18"}
    for code in (parked, working, reviewed):
        assert manager.post(f"/ideas/{code}/join", data=day).status_code == 303, code
    with world.session() as session:
        found = {i.code: i for i in session.scalars(select(Idea))}
        home = session.scalars(select(Cohort.id).where(Cohort.code == "R27")).one()
        assert {found[c].cohort_id for c in (parked, working, reviewed)} == {home}
        again = session.get_one(Passage, found[parked].passage_id)
        assert (again.number, again.state, str(again.hand_in_by)) == (2, "open", "2026-12-18")
        assert session.scalars(select(Milestone).where(Milestone.passage_id == again.id)).all()
        still = session.get_one(Passage, found[reviewed].passage_id)
        assert (still.number, still.state) == (1, "handed_in")
        assert session.get_one(Passage, found[working].passage_id).number == 1
    # The places they left let the waiting idea in.
    assert state(world, waits)[0] == "active"
    assert told(world, "idea_joined") == {parked, working, reviewed}
    other = world.client("other_manager").post(f"/ideas/{working}/join", data=day)
    assert other.status_code in (403, 404)
    draft = world.idea("owner")
    assert manager.post(f"/ideas/{draft}/join", data=day).status_code in (403, 404)
    sound(world)
