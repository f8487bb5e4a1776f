"""Parked ideas wait, come back and are revived; stopped ones leave what was learned."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.domain.policy import Role
from accelerator.domain.stages import Outcome
from accelerator.standing.dues import tasks
from accelerator.storage.tables import Cohort, Decision, Milestone
from tests.counting import queries
from tests.features.gates.acts import VERDICTS, decide, events, idea_of, mails, passages_of
from tests.world import NOW, TODAY

BACK = TODAY + timedelta(days=90)
KEEP = {
    "version": BACK.isoformat(), "change": "partner", "would_change": "A grid company joins.",
    "revisit_on": (BACK + timedelta(days=60)).isoformat(), "reason": "The cost is still open.",
}  # fmt: skip


def parked(world, **values):
    code = world.idea("owner", state="active", team=("mate",), **values)
    decide(world, code, VERDICTS[Outcome.PARK], announce_at=NOW)
    return code


def stopped(world, **values):
    code = world.idea("owner", state="active", **values)
    decide(world, code, VERDICTS[Outcome.STOP], announce_at=NOW)
    return code


def page(world, path, who="manager"):
    return world.client(who).get(path).get_data(as_text=True)


def test_the_list_is_narrowed_by_the_sentence_above_it(world):
    parked(world, title="Alpha")
    html = page(world, "/parked")
    for words in ("Alpha", "Half the cost.", "Budget", "Test Manager", "Revive into Spring 2027"):
        assert words in html
    for query, shown in (
        ("kind=budget", True), ("kind=market", False), ("cohort=S27", True), ("cohort=O27", False),
        ("mine=1", True), ("back=1", False), ("q=half+the", True), ("q=alpha", True),
        ("q=100%25", False), ("q=insurer", False), ("after=2999-01-01.1", False), ("after=x", True),
    ):  # fmt: skip
        assert ("Alpha" in page(world, f"/parked?{query}")) == shown, query
    with clock.told_by(lambda: NOW + timedelta(days=91)):
        assert "is back" in page(world, "/parked?back=1")
    for who in ("owner", "reviewer", "sponsor", "admin"):
        assert world.client(who).get("/parked").status_code == 403
    assert "Alpha" not in page(world, "/parked", "other_manager")


def test_it_comes_back_by_itself_with_a_reminder_to_whoever_watches(world):
    world.person("watcher")
    world.role("watcher", Role.MANAGER)
    code = parked(world)
    with world.session() as session:
        session.scalars(select(Decision)).one().watcher_id = world.people["watcher"]

    def reminded(at):
        with world.session() as session:
            return [
                task.due.people
                for task in tasks(session, now=at)
                if task.code == code and task.due.kind == "parked"
            ]

    assert reminded(NOW) == []
    [people] = reminded(NOW + timedelta(days=90))
    assert world.people["watcher"] in set().union(*people.values())
    assert world.people["manager"] not in set().union(*people.values())


def test_one_click_revives_an_idea_into_a_cohort(world):
    code = parked(world)
    world.cohort("A27", preparing=True)
    client = world.client("manager")
    for wrong in ("A27", "O27", "none", ""):
        client.post(f"/ideas/{code}/revive", data={"cohort": wrong})
        with world.session() as session:
            assert idea_of(session, code).state == "parked", wrong
    new = world.cohort("F27")
    assert client.post(f"/ideas/{code}/revive", data={"cohort": "F27"}).status_code == 303
    with world.session() as session:
        idea = idea_of(session, code)
        assert (idea.state, idea.cohort_id) == ("active", new)
        passages = passages_of(session, code)
        assert [(p.state, p.stage_id) for p in passages] == [
            ("left", world.stage_ids[0]), ("open", world.stage_ids[0]),
        ]  # fmt: skip
        assert session.scalars(
            select(Milestone.id).where(Milestone.passage_id == passages[1].id)
        ).all()
        assert len(mails(session, "idea_joined")) == 2
    assert code not in page(world, "/parked")
    client.post(f"/ideas/{code}/revive", data={"cohort": "F27"})
    with world.session() as session:
        assert len(passages_of(session, code)) == 2


def test_kept_parked_until_another_day_with_a_reason_the_team_reads(world):
    code = parked(world)
    client = world.client("manager")
    assert "Half the cost." in client.get(f"/ideas/{code}/parked").get_data(as_text=True)
    for wrong in (
        {"reason": ""}, {"revisit_on": "2020-01-01"}, {"revisit_on": ""}, {"change": ""},
        {"would_change": ""},
    ):  # fmt: skip
        answer = client.post(f"/ideas/{code}/parked", data=KEEP | wrong)
        assert answer.status_code == 422
        assert "error-summary" in answer.get_data(as_text=True)
    assert client.post(f"/ideas/{code}/parked", data=KEEP).status_code == 303
    with world.session() as session:
        decision = session.scalars(select(Decision)).one()
        assert decision.revisit_on == BACK + timedelta(days=60)
        assert (decision.change_kind, decision.watcher_id) == ("partner", world.people["manager"])
        assert len(mails(session, "parked_longer")) == 2
        assert events(session, "ParkedLonger")[0].data["was"] == BACK.isoformat()
    answer = client.post(f"/ideas/{code}/parked", data=KEEP | {"reason": "My own words."})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "My own words." in html
    assert "Somebody else has set another day." in html


def test_the_page_asks_the_same_for_one_idea_and_for_ten(world):
    client = world.client("manager")
    for path, make in (("/parked", parked), ("/learned", stopped)):
        numbers = []
        for more in (1, 9):
            for _ in range(more):
                make(world)
            client.get(path)
            with queries(world.engine) as found:
                client.get(path)
            numbers.append(len(found))
        assert numbers[0] == numbers[1] <= 10, (path, numbers)


def test_what_was_learned_is_searched_by_whoever_may_read_the_idea(world):
    code = stopped(world, title="Beta")
    for who, shown in (
        ("owner", True), ("manager", True), ("employee", False), ("other_manager", False),
    ):  # fmt: skip
        assert ("Beta" in page(world, "/learned", who)) == shown, who
    for query, shown in (("insurers", True), ("beta", True), (code, True), ("nothing", False)):
        assert ("Beta" in page(world, f"/learned?q={query}")) == shown, query
    client = world.client("manager")
    version = client.forms_of(f"/ideas/{code}/learned").hidden["version"]
    kept = {"learned": "Ask them first.", "version": version}
    assert client.post(f"/ideas/{code}/learned", data=kept).status_code == 303
    stale = client.post(f"/ideas/{code}/learned", data=kept | {"learned": "Ask us."})
    assert stale.status_code == 409
    for text in ("Ask them first.", "Ask us."):
        assert text in stale.get_data(as_text=True)
    assert "Ask them first." in page(world, "/learned?q=ask+them")
    with world.session() as session:
        assert [e.data["was"] for e in events(session, "LearnedWritten")] == ["Insurers decide."]
    assert world.client("owner").post(f"/ideas/{code}/learned", data={}).status_code == 403


@pytest.mark.parametrize("path", ["/parked", "/learned"])
def test_long_lists_go_on(world, path):
    make = parked if path == "/parked" else stopped
    for number in range(3):
        make(world, title=f"Title{number}")
    from accelerator.features.parked import queries as lists

    before, lists.PAGE = lists.PAGE, 2
    try:
        html = page(world, path)
        following = html.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        both = html + page(world, following)
    finally:
        lists.PAGE = before
    assert all(f"Title{number}" in both for number in range(3))
    with world.session() as session:
        assert session.scalars(select(Cohort.code)).all()
