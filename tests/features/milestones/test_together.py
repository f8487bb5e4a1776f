"""Milestones that wait for each other, are helped, shown, foreseen, and moved together."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accelerator.config import Config
from accelerator.domain.bilingual import Bilingual
from accelerator.jobs.foresee import foresee
from accelerator.standing.lateness import chances
from accelerator.storage.tables import (
    Delivery,
    Event,
    Idea,
    Milestone,
    MilestoneDependency,
    MilestoneHelper,
    MilestoneProof,
)
from tests.checking import CheckingClient
from tests.counting import queries
from tests.features.milestones.test_milestones import add, read
from tests.mail import held
from tests.world import NOW, TODAY, World

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def told(world: World, name: str) -> list[str]:
    """Return the templates that somebody was told with, in the inbox."""
    with world.session() as session:
        return list(
            session.scalars(
                select(Delivery.template)
                .where(Delivery.person_id == world.people[name], Delivery.channel == "inbox")
                .order_by(Delivery.id)
            )
        )


def text(client: CheckingClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_what_waits_cannot_be_done_and_whoever_waited_hears(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    plan, trial, report = (add(world, code, name=name, days=-3) for name in "PTR")
    client, page = world.client("owner"), f"/ideas/{code}/milestones"
    client.post(f"{page}/{report}/owner", data={"owner": world.people["mate"]})
    for one, needs in ((trial, [plan]), (report, [trial])):
        assert client.post(f"{page}/{one}/needs", data={"needs": needs}).status_code == 303
    circle = client.post(f"{page}/{plan}/needs", data={"needs": [report]})
    assert circle.status_code == 422
    assert "wait for each other" in circle.get_data(as_text=True)
    foreign = add(world, world.idea("mate", state="active"))
    assert client.post(f"{page}/{plan}/needs", data={"needs": [foreign]}).status_code == 422

    early = client.post(f"{page}/{trial}/complete", data={"evidence": "Shown"})
    assert early.status_code == 422
    assert "must be done before" in early.get_data(as_text=True)
    assert "Shown" in early.get_data(as_text=True)
    assert "Holds up 2 others" in text(client, page)
    manager = world.client("manager")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        idea.reminders_paused_until = TODAY + timedelta(days=3)
    assert "No reminders about this idea before Thu 26 Nov" in text(client, page)
    assert f"/ideas/{code}/reminders" in text(manager, page)
    board = text(manager, "/cohorts/S27/milestones")
    assert "Holds up 2 others" in board
    assert "Waits for another" in board

    client.post(f"{page}/{plan}/complete", data={"evidence": "Shown"})
    client.post(f"{page}/{trial}/complete", data={"evidence": "Shown"})
    assert told(world, "mate") == ["milestone_given", "milestone_freed"]
    assert told(world, "owner") == []
    refused = client.post(f"{page}/{plan}/reopen")
    assert refused.status_code == 422
    assert "Open that one first" in refused.get_data(as_text=True)
    assert client.post(f"{page}/{report}/needs", data={}).status_code == 303
    with world.session() as session:
        assert session.scalars(select(MilestoneDependency.milestone_id)).all() == [trial]
    assert "Waits for nothing any more" in text(client, f"{page}/{report}")


@SQLITE
def test_helpers_are_asked_told_and_find_it_on_their_first_page(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    number = add(world, code, name="Interviews")
    client, page = world.client("owner"), f"/ideas/{code}/milestones/{number}"
    form = {"owner": world.people["owner"], "helpers": [world.people["mate"]]}
    assert client.post(f"{page}/owner", data=form).status_code == 303
    assert told(world, "mate") == ["milestone_help"]
    assert f'href="{page}"' in text(world.client("mate"), "/")
    stranger = form | {"helpers": [world.people["stranger"]]}
    assert client.post(f"{page}/owner", data=stranger).status_code == 422
    assert client.post(f"{page}/owner", data={"owner": world.people["owner"]}).status_code == 303
    client.post(f"{page}/owner", data=form)
    client.post(f"{page}/owner", data={"owner": world.people["mate"]})
    with world.session() as session:
        assert session.scalars(select(MilestoneHelper.person_id)).all() == []
        kinds = session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds == ["HelperAdded", "HelperRemoved", "HelperAdded", "MilestoneGiven"]


@SQLITE
def test_three_taps_and_what_shows_it(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    number = add(world, code)
    client, page = world.client("owner"), f"/ideas/{code}/milestones/{number}"
    for say in ("under_way", "done", "time"):
        assert f"{page}?say={say}" in text(client, page)
    assert f'action="{page}/start"' in text(client, f"{page}?say=under_way")
    for _ in range(2):
        assert client.post(f"{page}/start").status_code == 303
    assert "?say=under_way" not in text(client, page)
    assert (TODAY + timedelta(days=11)).isoformat() in text(client, f"{page}?say=time")

    nothing = client.post(f"{page}/complete", data={"evidence": ""})
    assert nothing.status_code == 422
    assert "Say what shows it" in nothing.get_data(as_text=True)
    for url in ("javascript:alert(1)", ""):
        assert client.post(f"{page}/proof/link", data={"url": url}).status_code == 422
    client.post(f"{page}/proof/link", data={"url": "https://example.com/film"})
    for address in ("proof/file", "complete"):
        wrong = {"file": (io.BytesIO(b"MZ"), "talks.exe")}
        assert client.post(f"{page}/{address}", data=wrong).status_code == 422
    upload = {"file": (io.BytesIO(b"Seven talks"), "talks.txt")}
    assert client.post(f"{page}/complete", data=upload).status_code == 303
    with world.session() as session:
        link, file = session.scalars(select(MilestoneProof).order_by(MilestoneProof.id))
        kinds = session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds == [
        "MilestoneStarted",
        "ProofAdded",
        "FileAttached",
        "ProofAdded",
        "MilestoneDone",
    ]
    attachment = f"/ideas/{code}/attachments/{file.attachment_id}"
    manager = world.client("manager")
    assert attachment in text(manager, page)
    assert manager.get(attachment).data == b"Seven talks"
    assert client.post(f"{page}/proof/remove", data={"proof": file.id}).status_code == 303
    assert client.post(f"{page}/proof/remove", data={"proof": file.id}).status_code == 422
    assert manager.get(attachment).status_code == 404
    shown = text(client, page)
    assert "https://example.com/film" in shown
    assert "Taken off: talks.txt" in shown
    world.assign(code, "reviewer")
    assert world.client("reviewer").get(page).status_code == 200
    assert world.client("stranger").get(page).status_code == 404
    assert world.client("stranger").post(f"{page}/proof/link").status_code == 403
    assert link.url in text(world.client("reviewer"), page)


def test_many_dates_move_as_shown_with_one_message_to_each_team(world: World) -> None:
    first = world.idea("owner", title="First idea", state="active", team=("mate",))
    second = world.idea("employee", title="Second idea", state="active")
    world.idea("stranger", title="CANARY draft")
    own = world.idea("manager", title="Own idea", state="active")
    numbers = [add(world, code, days=4) for code in (first, first, second)]
    mine = add(world, own, days=4)
    page, client = "/cohorts/S27/milestones/shift", world.client("manager")
    assert client.get(page).status_code == 200
    form = {"stage": "", "days": "3", "unit": "calendar", "reason": "The plant is closed"}
    bad = client.post(page, data=form | {"days": "0"})
    assert bad.status_code == 422
    assert "The plant is closed" in bad.get_data(as_text=True)

    shown = client.post(page, data=form).get_data(as_text=True)
    # Friday and three days is Monday; what the manager's own team must show stays.
    assert shown.count("Mon 30 Nov") >= 3
    assert "1 milestone of an idea in whose team you are stays" in shown
    assert "2 teams hear" in shown
    assert "CANARY" not in shown
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    assert read(world, numbers[0]).due_on == TODAY + timedelta(days=4)

    world.client("owner").post(
        f"/ideas/{first}/milestones/{numbers[1]}/complete", data={"evidence": "Shown"}
    )
    stale = client.post(page, data=form | {"seen": seen})
    assert stale.status_code == 409
    assert "changed meanwhile" in stale.get_data(as_text=True)
    seen = stale.get_data(as_text=True).split('name="seen" value="')[1].split('"')[0]
    assert client.post(page, data=form | {"seen": seen}).status_code == 303
    assert [read(world, number).due_on for number in (numbers[0], numbers[2])] == [
        date(2026, 11, 30)
    ] * 2
    assert read(world, numbers[0]).version == 2
    assert [read(world, number).due_on for number in (numbers[1], mine)] == [
        TODAY + timedelta(days=4)
    ] * 2
    for name in ("owner", "mate", "employee"):
        assert told(world, name) == ["milestones_shifted"]
    history = text(world.client("owner"), f"/ideas/{first}/milestones/{numbers[0]}")
    assert "Moved with others" in history
    assert "The plant is closed" in history
    ticked = client.post(page, data={"selected": [numbers[2], mine]}).get_data(as_text=True)
    assert "2 milestones that you ticked" in ticked
    only = client.post(page, data=form | {"selected": [numbers[2], mine]}).get_data(as_text=True)
    assert "1 team hears" in only
    assert "not in the order" not in only
    other = add(world, second, days=4)
    world.client("employee").post(
        f"/ideas/{second}/milestones/{other}/needs", data={"needs": [numbers[2]]}
    )
    only = client.post(page, data=form | {"selected": [numbers[2], mine]}).get_data(as_text=True)
    assert only.count("Not in the order of what waits") == 1
    assert "First idea" not in only
    assert world.client("owner").get(page).status_code == 403
    assert client.post(page, data=form | {"first": "2027-06-01"}).status_code == 200


def test_a_cohort_as_board_timeline_and_file_with_constant_queries(world: World) -> None:
    code = world.idea("owner", title="First idea", state="active")
    world.idea("owner", title="CANARY draft")
    number = add(world, code, name="Late one", days=-3)
    draft = world.idea("mate", title="CANARY draft")
    add(world, draft, name="CANARY plan", days=-3)
    with world.session() as session:
        session.get_one(Milestone, number).asked_due_on = TODAY + timedelta(days=9)
    client, counts = world.client("manager"), []
    for more in (1, 30):
        for _ in range(more):
            add(world, code, name="Later one", days=5)
        for view in ("board", "table&show=asked", "timeline", "timeline&stage=spark"):
            with queries(world.engine) as statements:
                html = text(client, f"/cohorts/S27/milestones?view={view}")
            counts.append((view, len(statements)))
            assert "CANARY" not in html
            assert "Late one 0" in html
    assert counts[:4] == counts[4:]
    assert max(count for _, count in counts) <= 10
    assert "Late one" not in text(client, "/cohorts/S27/milestones?view=table&stage=validate")

    for nonsense in ("view=timeline&after=%00", "view=%00&stage=%00", "view=table&after=1.%00"):
        assert client.get(f"/cohorts/S27/milestones?{nonsense}").status_code == 200

    asked = text(client, "/cohorts/S27/milestones?show=asked")
    answer = f"/ideas/{code}/milestones/{number}"
    assert f'formaction="{answer}/grant"' in asked
    granted = client.post(f"{answer}/grant", data={"list": "S27"})
    assert granted.location == "/cohorts/S27/milestones?show=asked"
    row = read(world, number)
    assert (row.first_due_on, row.due_on) == (TODAY - timedelta(days=3), TODAY + timedelta(days=9))

    file = client.post("/cohorts/S27/milestones.csv")
    lines = file.get_data(as_text=True).splitlines()
    assert lines[0].startswith("\ufeffIdea,Title,Stage,Milestone")
    assert len(lines) == 1 + 32
    assert "CANARY" not in file.get_data(as_text=True)
    assert world.client("owner").post("/cohorts/S27/milestones.csv").status_code == 403
    with world.session() as session:
        assert "MilestonesExported" in session.scalars(select(Event.kind)).all()


def test_the_past_of_a_programme_says_what_will_be_late(world: World, config: Config) -> None:
    """Twelve of a slow team were done too late, twelve of a quick one in time, days apart."""
    slow = world.idea("owner", title="Slow", state="active", team=("mate",))
    quick = world.idea("employee", title="Quick", state="active")
    coming = [add(world, code, name="Coming", days=4) for code in (slow, quick)]
    with world.session() as session:
        assert chances(session, world.programme_id, now=NOW) == {}
        for code, after, few in ((slow, 1, 12), (quick, -7, 7)):
            idea = session.scalars(select(Idea).where(Idea.code == code)).one()
            for n in range(12):
                due_on = TODAY - timedelta(days=30 + n)
                session.add(
                    Milestone(
                        idea_id=idea.id, passage_id=idea.passage_id, owner_id=idea.owner_id,
                        name=Bilingual("", "Past"), wanted=Bilingual(), due_on=due_on,
                        due_set_at=NOW - timedelta(days=60), state="done",
                        done_by_id=idea.owner_id,
                        done_at=NOW - timedelta(days=30 + n - after - n % few),
                    )
                )  # fmt: skip
        session.flush()
        found = chances(session, world.programme_id, now=NOW)
        assert set(found) == set(coming)
        slow_chance, quick_chance = (found[number] or 0 for number in coming)
        assert slow_chance > 0.6
        assert 0 < quick_chance < 0.3
    shift = held(world.engine, config)
    assert [foresee(shift), foresee(shift)] == [2, 0]
    assert read(world, coming[0]).version == 1
    for address in (f"/ideas/{slow}/milestones", f"/ideas/{slow}/milestones/{coming[0]}", "/"):
        assert "robably late" in text(world.client("owner"), address) or "probably be late" in (
            text(world.client("owner"), address)
        )
    assert "1 milestone probably late" in text(world.client("owner"), f"/ideas/{slow}")
    assert "Probably late" not in text(world.client("employee"), "/")
    world.assign(slow, "reviewer")
    for address in (f"/ideas/{slow}", f"/ideas/{slow}/milestones/{coming[0]}"):
        assert "robably" not in text(world.client("reviewer"), address)
    board = text(world.client("manager"), "/cohorts/S27/milestones")
    assert board.count("Probably late") == 1
    risk = text(world.client("manager"), "/cohorts/S27/milestones?show=risk")
    assert risk.count(">Coming 0") == 1


@SQLITE
def test_the_page_of_one_milestone_asks_the_same_however_much_there_is(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    number = add(world, code)
    page, client, counts = f"/ideas/{code}/milestones/{number}", world.client("owner"), []
    for more in (1, 8):
        for _ in range(more):
            need = add(world, code)
            client.post(f"{page}/needs", data={"needs": [need]})
            client.post(f"{page}/proof/link", data={"url": f"https://example.com/{need}"})
        people = {"owner": world.people["owner"], "helpers": [world.people["mate"]]}
        client.post(f"{page}/owner", data=people)
        for address in (page, f"/ideas/{code}/milestones"):
            with queries(world.engine) as statements:
                client.get(address)
            counts.append(len(statements))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 10
