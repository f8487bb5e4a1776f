"""Addresses and forms that no browser sends: a refusal or nothing found, never a fault of ours."""

from datetime import date

import pytest
from sqlalchemy import select

from accelerator.storage.tables import Idea, Milestone, TeamMember
from tests.world import World

HUGE = "9" * 20
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_an_address_may_hold_any_character_and_any_number(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    manager, owner = world.client("manager"), world.client("owner")
    for path in (
        "/ideas/a%00b", "/cohorts/S27%00", "/cohorts/S27/spark%00/gate", "/programmes/%00",
        f"/ideas/{code}/milestones/{HUGE}/complete", "/set-password/%00", "/static/%00",
    ):  # fmt: skip
        assert manager.get(path).status_code in (404, 405, 410), path
    assert manager.post("/cohorts/S27%00/spark/gate/announce").status_code == 404
    for path in (
        "/ideas", "/cohorts", "/search", "/inbox", "/reviews", "/cohorts/S27/milestones",
        "/cohorts/S27/spark/gate", "/cohorts/S27/spark/ranking", "/cohorts/S27/spark/assign",
    ):  # fmt: skip
        for value in ("%00", "1.%00", HUGE, f"2026-01-01.{HUGE}", f"17000000000000000.{code}"):
            names = ("q", "after", "before", "cohort", "stage", "state", "show", "idea", "capacity")
            query = "&".join(f"{name}={value}" for name in names)
            assert manager.get(f"{path}?{query}").status_code < 500, (path, value)
    assert owner.get(f"/ideas/{code}/versions/1?against={HUGE}").status_code == 200


def test_a_number_in_a_form_that_no_row_has_is_nobody(world: World) -> None:
    code = world.idea("owner", title="Ready", team=("mate",))
    owner = world.client("owner")
    for number in (HUGE, "9" * 5000, "-1", "2147483648", "\x00", "１"):
        assert owner.post(f"/ideas/{code}/owner", data={"person": number}).status_code == 303
        for name in ("until", "notice"):
            assert owner.post("/inbox/read", data={name: number}).status_code in (303, 403)
        answer = owner.post(f"/ideas/{code}/submit", data={"version": number})
        assert answer.status_code == 422
    with world.session() as session:
        assert session.scalars(select(Idea.owner_id)).one() == world.people["owner"]
        assert session.scalars(select(Idea.state)).one() == "draft"


def test_a_token_that_cannot_be_stored_is_no_token(world: World) -> None:
    code = world.idea("owner", state="active")
    owner = world.client("owner")
    data = {"_once": "a\x00b", "who": "mate@hoshino.example"}
    assert owner.post(f"/ideas/{code}/team", data=data).status_code == 303
    with world.session() as session:
        assert session.scalars(select(TeamMember).where(TeamMember.state == "pending")).one()
    decided = {"_once": "\x00", "selected": ["\x00", code], "outcome": "stop", "reason": "x"}
    for verb in ("preview", "decide", "announce"):
        answer = world.client("manager").post(f"/cohorts/S27/spark/gate/{verb}", data=decided)
        assert answer.status_code < 500


@on_sqlite
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_beyond_all_calendars_is_refused_at_its_field(world: World, day: str) -> None:
    """Working days are counted one by one: a date 8000 years away would keep each page waiting."""
    code = world.idea("owner", state="active")
    owner, manager = world.client("owner"), world.client("manager")
    page = f"/ideas/{code}/milestones"
    mine = {"name": "Interviews", "due_on": "2027-01-15", "owner": str(world.people["owner"])}
    refused = owner.post(page, data=mine | {"due_on": day})
    assert refused.status_code == 422
    assert "between 2000 and 2100" in refused.get_data(as_text=True)
    assert owner.post(page, data=mine).status_code == 303
    with world.session() as session:
        number = session.scalars(select(Milestone.id)).one()
    asked = owner.post(f"{page}/{number}/ask-date", data={"asked_due_on": day, "reason": "Late"})
    assert asked.status_code == 422
    shown = {"dimension": "customer", "level": "2", "statement": "x", "true_on": day}
    shown["attachment"] = "0"
    assert owner.post(f"/ideas/{code}/readiness/evidence", data=shown).status_code == 422
    parked = {
        "selected": code, "outcome": "park", "reason": "x", "would_change": "x",
        "revisit_on": day, "when": "later",
    }  # fmt: skip
    assert manager.post("/cohorts/S27/spark/gate/decide", data=parked).status_code == 422
    told = parked | {"revisit_on": "2027-05-01", "when": "at", "announce_at": f"{day}T09:00"}
    assert manager.post("/cohorts/S27/spark/gate/decide", data=told).status_code == 422
    form = manager.forms_of("/cohorts/S27/edit").hidden
    cohort = {"version": form["version"], "name_en": "x", "capacity": "9", "country": "JP"}
    days = {"intake_opens_on": day, "intake_closes_on": "2027-01-01", "stage-spark-gate_on": day}
    for button in ({}, {"propose": "1"}):
        saved = manager.post("/cohorts/S27/edit", data=cohort | days | button)
        assert saved.status_code == 422
    asks = {"idea": code, "reviewer": str(world.people["reviewer"]), "due_on": day}
    assert manager.post("/cohorts/S27/spark/assign", data=asks).status_code == 422
    with world.session() as session:
        assert session.scalars(select(Milestone.due_on)).all() == [date(2027, 1, 15)]


@on_sqlite
@pytest.mark.parametrize("address", ["http://[x", "https://[::1", "http://a]b/", "https://", "//x"])
def test_an_address_that_cannot_be_read_is_refused(world: World, address: str) -> None:
    code = world.idea("owner", state="active")
    owner = world.client("owner")
    given = {"dimension": "customer", "level": "2", "statement": "x", "true_on": "2026-11-01"}
    given |= {"attachment": "0", "url": address}
    refused = owner.post(f"/ideas/{code}/readiness/evidence", data=given)
    assert refused.status_code == 422
    assert "starts with https://" in refused.get_data(as_text=True)
