"""A cohort's readiness: what the heat map shows, to whom, and who will miss the gate."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from accelerator.storage.tables import Idea, Programme, ReadinessScore, Stage
from tests.counting import queries
from tests.world import NOW, TODAY, World

DIMENSIONS = ("customer", "technology", "business", "ip", "team", "funding")


def scored(
    world: World, code: str, score: float, levels: str, *, claimed: int = 0, worth: float = 1.0
) -> None:
    """Store a score as the daily job does; levels since two weeks, 0: does not apply."""
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        idea.readiness = score
        parts = {
            name: {
                "claimed": max(int(level), claimed), "proven": int(level),
                "effective": 1 + (int(level) - 1) * worth,
                "since": (TODAY - timedelta(days=14)).isoformat(),
            }
            for name, level in zip(DIMENSIONS, levels, strict=True)
            if level != "0"
        }  # fmt: skip
        session.add(
            ReadinessScore(
                idea_id=idea.id, on=TODAY, at=NOW, score=score, parts=parts, levels=levels,
                policy_version="1",
            )
        )  # fmt: skip


def past(world: World) -> None:
    with world.session() as session:
        session.get_one(Programme, world.programme_id).level_times = {
            f"{name} {level}": [[3, 8, 1], [9, 4, 2]] for name in DIMENSIONS for level in (1, 2, 3)
        }
        session.get_one(Stage, world.stage_ids[1]).minimums = {"customer": 3, "ip": 2}


def rows(text: str) -> list[tuple[str, list[str]]]:
    """Return title and cells of each row of the heat map, as they are read out."""
    found = []
    for row in re.findall(r"<tr><th scope=\"row\" class=\"heat-idea\">.*?</tr>", text, re.DOTALL):
        title = re.search(r"<a [^>]*>(.*?)</a>", row, re.DOTALL)
        cells = [re.sub(r"<[^>]+>", "", c) for c in re.findall(r"<td.*?</td>", row, re.DOTALL)]
        found.append((title[1] if title else "", cells))
    return found


def test_the_map_shows_what_is_proven_and_how_far_claims_run_ahead(world: World) -> None:
    past(world)
    weak = world.idea("owner", title="Weak", state="active", stage=1, passage_state="open")
    good = world.idea("owner", title="Good", state="active", stage=1, passage_state="open")
    world.idea("owner", title="Fresh", state="active")
    world.idea("owner", title="Secret draft")
    world.idea("owner", title="Gone", state="stopped")
    scored(world, weak, 12, "221010", claimed=4, worth=0.5)
    scored(world, good, 41, "433222")
    manager = world.client("manager")
    text = manager.get(f"/cohorts/{world.cohort_code}/readiness").get_data(as_text=True)
    assert rows(text) == [
        ("Fresh", ["0", "1", "1", "1", "1", "1", "1"]),
        (
            "Weak",
            [
                "12", "2 below the minimum 3 fading", "2 fading", "1", "not applicable", "1",
                "not applicable",
            ],
        ),
        ("Good", ["41", "4", "3", "3", "2", "2", "2"]),
    ]  # fmt: skip
    assert f'href="/ideas/{weak}/readiness#dimension-customer"' in text
    assert "1 idea has not proven yet what its gate asks for." in text
    assert "Secret draft" not in text
    assert "Gone" not in text

    def shown(query: str) -> list[str]:
        answer = manager.get(f"/cohorts/{world.cohort_code}/readiness?{query}")
        assert answer.status_code == 200
        return [title for title, _ in rows(answer.get_data(as_text=True))]

    assert shown("stage=validate") == ["Weak", "Good"]
    assert shown("show=short") == shown("show=ahead") == shown("show=fading") == ["Weak"]
    assert shown("order=technology") == ["Fresh", "Weak", "Good"]
    assert shown("order=ip&stage=validate") == ["Good", "Weak"]
    assert shown("stage=nowhere&show=x&order=x&cells=x") == ["Fresh", "Weak", "Good"]
    gaps = manager.get(f"/cohorts/{world.cohort_code}/readiness?cells=gap&show=ahead")
    assert [cells[1:3] for _, cells in rows(gaps.get_data(as_text=True))] == [
        ["2 below the minimum 3 fading", "2 fading"]
    ]
    assert shown("show=ahead&stage=spark") == []


def test_who_will_miss_the_gate_the_least_likely_first(world: World) -> None:
    past(world)
    near = world.idea("owner", title="Nearly", state="active", stage=1, passage_state="open")
    far = world.idea("owner", title="Far away", state="active", stage=1, passage_state="open")
    done = world.idea("owner", title="Done", state="active", stage=1, passage_state="open")
    scored(world, near, 20, "222222")
    scored(world, far, 0, "111111")
    scored(world, done, 40, "333333")
    sponsor = world.client("sponsor")
    address = f"/cohorts/{world.cohort_code}/readiness/gate"
    text = sponsor.get(address).get_data(as_text=True)
    assert list(re.findall("Nearly|Far away|Done", text)) == ["Far away", "Nearly"]
    assert "Nearly" in sponsor.get(address + "?after=500").get_data(as_text=True)
    assert "level 1, 3 wanted" in text
    assert "between" in text
    assert len(re.findall(r"\d+(?:\s|&thinsp;|\u202f)?%", text)) >= 2
    assert "Every idea has proven" in sponsor.get(address + "?stage=spark").get_data(as_text=True)
    with world.session() as session:
        session.get_one(Programme, world.programme_id).level_times = {"ip 1": [[3, 8, 1]]}
    text = sponsor.get(address).get_data(as_text=True)
    assert "only 8 levels were reached so far" in text
    assert "between" not in text.split("How this is worked out")[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_above_500_ideas_both_pages_say_what_they_cover(world: World) -> None:
    past(world)
    code = world.idea("owner", title="Many", state="active", stage=1, passage_state="open")
    manager, address = world.client("manager"), f"/cohorts/{world.cohort_code}/readiness"
    for page in (address, address + "/gate", address + "?show=ahead"):
        assert "were looked at" not in manager.get(page).get_data(as_text=True)
    with world.session() as session:
        one = session.execute(select(Idea.__table__).where(Idea.code == code)).mappings().one()
        more = [dict(one) | {"id": 900 + n, "code": f"S27-{900 + n}"} for n in range(501)]
        session.execute(insert(Idea), more)
    for page in (address, address + "/gate", address + "?show=ahead"):
        text = manager.get(page).get_data(as_text=True)
        assert "Only the 500 ideas with the lowest scores were looked at. Choose a stage" in text
    text = manager.get(address + "/gate?stage=validate").get_data(as_text=True)
    assert "Only the 500" in text
    assert "Choose a stage to see" not in text


@pytest.mark.parametrize("name", ["owner", "employee", "reviewer", "other_manager", "guest"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_who_oversees_the_programme_sees_it(world: World, name: str) -> None:
    world.idea("owner", title="Canary", state="active")
    for page in ("readiness", "readiness/gate"):
        answer = world.client(name).get(f"/cohorts/{world.cohort_code}/{page}")
        assert answer.status_code in (403, 404)
        assert "Canary" not in answer.get_data(as_text=True)
    empty = world.client("other_manager").get("/cohorts/O27/readiness").get_data(as_text=True)
    assert "No idea is under way" in empty


def test_a_page_costs_the_same_for_many_ideas(world: World) -> None:
    past(world)
    manager, counts = world.client("manager"), []
    for number in (1, 10):
        for n in range(number):
            code = world.idea("owner", state="active", stage=1, passage_state="open")
            scored(world, code, n, "212121")
        for page in ("readiness", "readiness/gate"):
            with queries(world.engine) as statements:
                assert manager.get(f"/cohorts/{world.cohort_code}/{page}").status_code == 200
            counts.append(len(statements))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 10
