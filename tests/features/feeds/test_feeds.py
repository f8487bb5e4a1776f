"""Secret calendars: what stands in them for whom, read by two parsers that are not ours."""

import json
import re
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from sqlalchemy import select

from accelerator import clock
from accelerator.activity import ics
from accelerator.domain.agenda import Entry, Kind
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Role
from accelerator.standing import agenda
from accelerator.storage.tables import (
    Cohort,
    Decision,
    Event,
    Feed,
    Idea,
    Meeting,
    Membership,
    Milestone,
    MilestoneHelper,
    Passage,
    Person,
)
from accelerator.storage.visibility import visible_ideas
from tests.world import NOW, TODAY, World

READER = Path(__file__).parent / "read.mjs"
ADDRESS = re.compile(r'value="(https?://[^"]+\.ics)"')
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def make(client: Any, cohort: str = "") -> str:
    """Make an address and return its path."""
    answer = client.post(f"/cohorts/{cohort}/calendar" if cohort else "/calendar")
    assert answer.status_code == 200
    found = ADDRESS.search(answer.get_data(as_text=True))
    assert found is not None
    assert found.group(1) not in client.get("/calendar").get_data(as_text=True)
    return "/calendar/" + found.group(1).rpartition("/")[2]


def in_node(text: bytes) -> dict[str, Any]:
    done = subprocess.run(
        ["node", str(READER)], input=text, capture_output=True, check=True, timeout=60
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def summaries(client: Any, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return [str(one.summary.value) for one in events(answer.get_data())]


def events(text: bytes) -> list[Any]:
    read = vobject.readOne(text.decode())
    return list(read.contents.get("vevent", []))


def milestone(world: World, code: str, owner: str, **values: Any) -> int:
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        row = Milestone(
            idea_id=idea.id, passage_id=idea.passage_id, name=Bilingual("顧客訪問", "Interviews"),
            wanted=Bilingual(), owner_id=world.people[owner],
            **({"due_on": TODAY + timedelta(days=4)} | values),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def test_a_person_s_calendar_is_read_alike_by_two_programs(world: World) -> None:
    with world.session() as session:
        cohort = session.get_one(Cohort, world.cohort_id)
        cohort.time_zone = "Australia/Lord_Howe"
        session.get_one(Person, world.people["mate"]).language = "ja"
    code = world.idea("owner", title="A cell, better; \\ longer", state="active", team=("mate",))
    mine = milestone(world, code, "mate", due_on=date(2027, 4, 3))
    others = milestone(world, code, "owner")
    client, anybody = world.client("mate"), world.client(None)
    path = make(client)
    answer = anybody.get(path)
    assert answer.mimetype == "text/calendar"
    content = answer.get_data()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))

    read = {one["uid"].partition("@")[0]: one for one in in_node(content)["events"]}
    assert sorted(kind.partition("-")[0] for kind in read) == ["milestone", "promise"]
    assert f"milestone-{others}" not in read  # its owner's and the lead's
    event = read[f"milestone-{mine}"]
    assert event["summary"] == "マイルストーン：顧客訪問（A cell, better; \\ longer）"
    assert event["zone"] == "Australia/Lord_Howe"
    # On the night before the clocks go back by half an hour the day still ends at +11:00.
    assert (event["starts"], event["ends"]) == (
        "2027-04-03T12:00:00.000Z", "2027-04-03T12:59:00.000Z",
    )  # fmt: skip
    assert f"/ideas/{code}/milestones" in event["described"]
    for one in events(content):
        same = read[str(one.uid.value).partition("@")[0]]
        assert str(one.summary.value) == same["summary"]
        starts = one.dtstart.value.astimezone(UTC)
        assert starts.isoformat(timespec="milliseconds") == same["starts"].replace("Z", "+00:00")
        assert int(one.sequence.value) == same["sequence"]

    with world.session() as session:
        session.add(MilestoneHelper(milestone_id=others, person_id=world.people["mate"]))
        session.get_one(Milestone, mine).due_on = date(2027, 4, 5)
    after = {one["uid"].partition("@")[0]: one for one in in_node(anybody.get(path).data)["events"]}
    assert f"milestone-{others}" in after
    moved = after[f"milestone-{mine}"]
    assert moved["sequence"] > event["sequence"]
    assert moved["starts"] == "2027-04-05T12:30:00.000Z"  # the clocks have gone back


@SQLITE
def test_an_address_is_kept_as_a_hash_renewed_revoked_and_asked_for_again_cheaply(
    world: World,
) -> None:
    world.idea("owner", state="active")
    client, anybody = world.client("owner"), world.client(None)
    first = make(client)
    secret = first.rpartition("/")[2].removesuffix(".ics")
    answer = anybody.get(first)
    again = anybody.get(first, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with world.session() as session:
        assert secret not in str([vars(row) for row in session.scalars(select(Feed))])
        assert secret not in str([vars(row) for row in session.scalars(select(Event))])
    second = make(client)
    assert [anybody.get(path).status_code for path in (first, second)] == [404, 200]
    with world.session() as session:
        feed_id = session.scalars(select(Feed.id).where(Feed.revoked_at.is_(None))).one()
    world.client("mate").post(f"/calendar/{feed_id}/revoke")
    assert anybody.get(second).status_code == 200
    assert client.post(f"/calendar/{feed_id}/revoke").status_code == 303
    assert anybody.get(second).status_code == 404
    assert anybody.get(f"/calendar/{'x' * 5000}.ics").status_code == 404
    third = make(client)
    with world.session() as session:
        session.get_one(Person, world.people["owner"]).disabled_at = NOW
    assert anybody.get(third).status_code == 404
    with world.session() as session:
        kinds = session.scalars(select(Event.kind).where(Event.kind.startswith("Feed"))).all()
    assert list(kinds) == ["FeedMade", "FeedMade", "FeedRevoked", "FeedMade"]


@SQLITE
def test_a_calendar_hides_what_its_person_may_not_see_now(world: World) -> None:
    code = world.idea("owner", title="Quiet cell", state="active", team=("mate",))
    world.assign(code, "reviewer")
    milestone(world, code, "owner")
    anybody = world.client(None)
    paths = {name: make(world.client(name)) for name in ("owner", "mate", "reviewer", "manager")}
    assert summaries(anybody, paths["reviewer"]) == ["Review: Quiet cell"]
    reviewer = world.actor("reviewer").display_name
    for name in ("owner", "mate"):
        assert reviewer not in anybody.get(paths[name]).get_data(as_text=True)
        assert "Answer promised: Quiet cell" in summaries(anybody, paths[name])
    before = anybody.get(paths["owner"]).data
    cohort = {name: make(world.client(name), "S27") for name in ("manager", "reviewer", "sponsor")}
    assert "1 review due: Spark, Spring 2027" in summaries(anybody, cohort["manager"])
    assert "Milestone: Interviews – Quiet cell" in summaries(anybody, cohort["manager"])
    for name in ("reviewer", "sponsor"):
        told = " ".join(summaries(anybody, cohort[name]))
        assert "Quiet cell" not in told
        assert "review due" not in told
        assert "Intake closes: Spring 2027" in told
    assert world.client("employee").post("/cohorts/S27/calendar").status_code == 403

    # A manager who joins the team learns of no reviewer, nor of a promise others have to keep.
    assert "1 answer promised: Spark, Spring 2027" in summaries(anybody, paths["manager"])
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        idea.owner_id = world.people["manager"]
    told = " ".join(summaries(anybody, cohort["manager"]) + summaries(anybody, paths["manager"]))
    assert "review" not in told.lower().replace("reviews by", "")
    assert "1 answer promised: Spark, Spring 2027" not in summaries(anybody, paths["manager"])
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        idea.owner_id = world.people["owner"]
        # Decided and not announced: the team's calendar says what it said.
        session.get_one(Passage, idea.passage_id).state = "decided"
    assert anybody.get(paths["owner"]).data == before

    with world.session() as session:
        for row in session.scalars(select(Membership).where(Membership.role == Role.SPONSOR)):
            session.delete(row)
    assert anybody.get(cohort["sponsor"]).status_code == 404


@SQLITE
def test_a_meeting_with_a_time_takes_the_place_of_the_gate_s_day(world: World) -> None:
    anybody, path = world.client(None), make(world.client("manager"))
    assert "Gate: Spark, Spring 2027" in summaries(anybody, path)
    with world.session() as session:
        meeting = Meeting(
            cohort_id=world.cohort_id, stage_id=world.stage_ids[0], minutes=5, made_at=NOW,
            made_by_id=world.people["manager"], starts_at=datetime(2027, 1, 5, 5, 0, tzinfo=UTC),
        )  # fmt: skip
        session.add(meeting)
    content = anybody.get(path).data
    told = {one["summary"]: one for one in in_node(content)["events"]}
    assert "Gate: Spark, Spring 2027" not in told
    meets = told["Gate meeting: Spark, Spring 2027"]
    assert (meets["starts"], meets["ends"], meets["zone"]) == (
        "2027-01-05T05:00:00.000Z", "2027-01-05T05:30:00.000Z", "Asia/Tokyo",
    )  # fmt: skip
    assert told["Gate: Validate, Spring 2027"]["whole_day"]
    with clock.told_by(lambda: NOW + timedelta(hours=6)):
        assert anybody.get(path).data == content


CHANGES = {  # days on which clocks change, the day before and the day after are read too
    "Europe/Berlin": (date(2026, 10, 25), date(2027, 3, 28)),
    "Europe/London": (date(2026, 10, 25), date(2027, 3, 28)),
    "Asia/Tokyo": (date(2026, 12, 31), date(2027, 3, 28)),
    "America/Sao_Paulo": (date(2026, 11, 1), date(2027, 2, 21)),
    "Australia/Lord_Howe": (date(2027, 4, 4), date(2027, 10, 3)),
    "Pacific/Apia": (date(2026, 9, 27), date(2027, 4, 4)),
}


def test_days_end_alike_everywhere_whatever_the_clocks_do() -> None:
    wanted = {}
    entries = []
    for zone, changes in CHANGES.items():
        for day in (change + timedelta(days=n) for change in changes for n in (-1, 0, 1)):
            entry = Entry(
                Kind.MILESTONE, f"{zone.partition('/')[2]}-{day}", day, zone, "/", 0, NOW,
                name=Bilingual("", "Show it"), title=Bilingual("電池", "Cell"),
            )  # fmt: skip
            entries.append(entry)
            ends = datetime.combine(day, time(23, 59), ZoneInfo(zone))
            wanted[entry.uid] = ends.astimezone(UTC)
    content = ics.calendar(entries, reader="ja", base_url="https://house.example")
    by_node = {
        one["uid"].partition("@")[0]: datetime.fromisoformat(one["ends"])
        for one in in_node(content)["events"]
    }
    by_vobject = {
        str(one.uid.value).partition("@")[0]: one.dtend.value.astimezone(UTC)
        for one in events(content)
    }
    assert by_node == wanted
    assert by_vobject == wanted
    # A change is written on the clock as it went before: London's at one, Lord Howe's at two.
    for onset in (
        b"DAYLIGHT\r\nDTSTART:20270328T010000\r\nTZNAME:BST",
        b"STANDARD\r\nDTSTART:20261025T020000\r\nTZNAME:GMT",
        b"DAYLIGHT\r\nDTSTART:20271003T020000\r\nTZNAME:+11",
    ):
        assert onset in content


@SQLITE
def test_nobodys_calendar_knows_of_more_than_its_person_sees(world: World) -> None:
    for n, audience in enumerate(("team", "everybody")):
        code = world.idea(
            "owner", title=f"Cell {n}", state="active", audience=audience, team=("mate",),
            pending=("invitee",),
        )  # fmt: skip
        world.assign(code, "reviewer")
        milestone(world, code, "owner")
    world.idea("mate", title="Draft")
    parked = world.idea("stranger", state="parked", passage_state="left")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == parked)).one()
        session.add(
            Decision(
                passage_id=idea.passage_id or 0, idea_id=idea.id, outcome="park", reason="Wait",
                revisit_on=TODAY + timedelta(days=30), watcher_id=world.people["employee"],
                decided_by_id=world.people["manager"], decided_at=NOW, announced_at=NOW,
            )
        )  # fmt: skip
    told = {}
    for name in world.people:
        actor = world.actor(name)
        with world.session() as session:
            found = [one for one in agenda.of_person(session, actor, now=NOW) if one.code]
            seen = set(session.scalars(select(Idea.code).where(visible_ideas(actor))))
        assert {one.code for one in found} <= seen, name
        told[name] = sorted({str(one.kind) for one in found})
    assert told["mate"] == ["hand-in", "promise"]
    assert told["owner"] == ["milestone", "promise"]
    assert told["reviewer"] == ["review"]
    assert told["stranger"] == ["return"]
    # Who was to watch a parked idea and manages nothing any more is not told of it.
    for name in ("employee", "invitee", "manager", "sponsor", "guest", "admin"):
        assert told[name] == [], name
