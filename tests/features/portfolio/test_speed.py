"""The speed of a stage: stays with rework and stops, the numbers and the lists they open."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator.features.portfolio.visits import Way, speeds
from accelerator.storage.tables import Decision, Idea, Passage, ReadinessScore, ReadinessTrend
from tests.counting import queries
from tests.world import NOW, TODAY, World


def way(world: World, title: str, *steps: tuple[int, int, int | None, str | None]) -> str:
    """Add an idea whose passages are (stage, days ago entered, days ago left, outcome)."""
    last = steps[-1]
    ended = {"stop": "stopped", "park": "parked", "": "withdrawn"}.get(str(last[3]), "active")
    code = world.idea("owner", title=title, state=ended, passage_state="open", stage=last[0])
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        first = session.get_one(Passage, idea.passage_id)
        for number, (stage, entered, left, outcome) in enumerate(steps, start=1):
            row = first if number == 1 else Passage(idea_id=idea.id, cohort_id=idea.cohort_id)
            row.stage_id, row.number = world.stage_ids[stage], number
            row.entered_at, row.hand_in_by = NOW - timedelta(days=entered), TODAY
            row.left_at = None if left is None else NOW - timedelta(days=left)
            row.state, row.outcome = "open" if left is None else "left", outcome or None
            session.add(row)
            session.flush()
            idea.passage_id = row.id
            if outcome:
                session.add(
                    Decision(
                        passage_id=row.id, idea_id=idea.id, outcome=outcome, announced_at=NOW,
                        reason=f"Because of {title}", decided_at=NOW,
                    )
                )  # fmt: skip
    return code


@pytest.fixture
def story(world: World) -> World:
    way(world, "Fast", (0, 50, 40, "advance"), (1, 40, None, None))
    way(world, "Reworked", (0, 60, 50, "rework"), (0, 50, 20, "conditions"), (1, 20, None, None))
    way(world, "Halted", (0, 50, 30, "stop"))
    way(world, "Resting", (0, 33, 3, "park"))
    way(world, "Gone", (0, 12, 6, ""))
    # Advanced, and then taken back: as if it had never left.
    way(world, "Again", (0, 30, 25, None), (1, 25, 24, None), (0, 24, None, None))
    world.idea("owner", title="A private draft")
    return world


def test_a_stay_ends_once_and_in_one_way(story: World) -> None:
    with story.session() as session:
        found = speeds(session, [story.programme_id], day=TODAY)
    spark, validate = (found[stage] for stage in story.stage_ids)
    assert sorted((v.days, v.left_by or "", v.ideas) for v in spark.visits) == [
        (6, "withdrawn", 1), (10, "advance", 1), (20, "stop", 1), (30, "", 1), (30, "park", 1),
        (40, "advance", 1),
    ]  # fmt: skip
    assert (spark.middle, spark.long, spark.decided) == (20, 40, 4)
    assert (spark.inside.ideas, spark.inside.oldest) == (1, 30) if spark.inside else False
    assert spark.stopped_share == 25
    assert not spark.rubber_stamp
    assert spark.left(Way.WITHDRAWN) == 1
    assert sorted(v.days for v in validate.visits) == [20, 40]
    assert (validate.middle, validate.stopped_share) == (None, None)


def test_each_number_opens_its_list(story: World) -> None:
    client = story.client("sponsor")
    page = client.get("/portfolio").get_data(as_text=True)
    assert "/portfolio/spark/spark?show=stop#list" in page
    assert "The line begins once scores of two Mondays are known." in page
    address = "/portfolio/spark/spark"

    def listed(show: str) -> list[str]:
        text = client.get(f"{address}?show={show}").get_data(as_text=True)
        return re.findall(r"<th scope=\"row\"><a [^>]*>(.*?)</a>", text)

    assert listed("advance") == ["Reworked", "Fast"]
    assert listed("stop") == ["Halted"]
    assert listed("park") == ["Resting"]
    assert listed("withdrawn") == ["Gone"]
    assert listed("inside") == listed("nonsense") == ["Again"]
    stopped = client.get(f"{address}?show=stop").get_data(as_text=True)
    assert "Because of Halted" in stopped
    assert "Half of the ideas have left within" in stopped
    assert "A private draft" not in page + stopped
    assert client.get("/portfolio/spark/nowhere").status_code == 404
    for name in ("owner", "employee", "reviewer", "other_manager", "guest", "admin"):
        assert story.client(name).get(address).status_code in (403, 404)


def test_readiness_through_time_and_a_constant_number_of_statements(world: World) -> None:
    with world.session() as session:
        for week in range(4):
            session.add(
                ReadinessTrend(
                    programme_id=world.programme_id, on=TODAY - timedelta(weeks=week), ideas=3,
                    mean=30 - 2 * week, low=10, high=41,
                )
            )  # fmt: skip
    counts = []
    for more in (1, 8):
        for number in range(more):
            way(world, f"Idea {number}", (0, 50, 40 - number, "advance"), (1, 40, None, None))
        for address in ("/portfolio", "/portfolio/spark/spark?show=advance"):
            with queries(world.engine) as statements:
                page = world.client("sponsor").get(address).get_data(as_text=True)
            counts.append(len([s for s in statements if not s.startswith("INSERT")]))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 10
    text = world.client("sponsor").get("/portfolio").get_data(as_text=True)
    assert "On average the ideas under way stand at 30" in text
    assert 'href="/cohorts/S27/readiness"' in text
    assert "Within" in page


def test_claims_beside_what_is_proven_and_the_ideas_behind_a_monday(world: World) -> None:
    monday = TODAY - timedelta(days=TODAY.weekday() + 7)
    codes = [
        world.idea("owner", title=title, state="active", stage=stage, passage_state="open")
        for title, stage in (("Bold", 0), ("Plain", 0), ("Later", 1))
    ]
    with world.session() as session:
        for code, on, score, ahead in [
            (codes[0], monday, 4, 2), (codes[0], TODAY, 9, 5), (codes[1], monday, 6, 0),
            (codes[2], TODAY, 1, 0),
        ]:  # fmt: skip
            idea = session.scalars(select(Idea).where(Idea.code == code)).one()
            idea.readiness = score
            passage = session.get_one(Passage, idea.passage_id)
            passage.entered_at = NOW - timedelta(days=30)
            passage.handed_in_at = NOW - timedelta(days=29 if code != codes[2] else 0)
            part = {"proven": 2, "effective": 2, "claimed": 2}
            parts = {"customer": part | {"claimed": 2 + ahead}, "ip": part}
            session.add(
                ReadinessScore(
                    idea_id=idea.id, on=on, at=NOW, score=score, parts=parts, levels="200200",
                    policy_version="1",
                )
            )  # fmt: skip
    client = world.client("sponsor")
    page = client.get("/portfolio").get_data(as_text=True)
    ahead = re.findall(r"data-label=\"Claimed minus proven\">(.*?)</td>", page)
    assert [re.sub(r"<[^>]+>", "", one) for one in ahead] == ["2.5", "0.0"]
    assert "claims 1.7 levels ahead" in page
    inside = client.get("/portfolio/spark/spark").get_data(as_text=True)
    assert re.findall(r"data-label=\"Claimed minus proven\">\D*(\d+)", inside) == ["5", "0"]
    day = client.get(f"/portfolio/spark?on={monday}").get_data(as_text=True)
    assert re.findall(r"<th scope=\"row\"><a [^>]*>(.*?)</a>", day) == ["Bold", "Plain"]
    assert f"/ideas/{codes[0]}/readiness/past?on={monday}" in day
    assert "2 ideas were under way, at 5 on average; each claimed 1.0 levels more" in day
    assert "3 ideas were under way" in client.get("/portfolio/spark?on=x").get_data(as_text=True)
    assert world.client("owner").get("/portfolio/spark").status_code == 403
