"""Why was it so on a past day: what was known then makes the very score that was stored."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.standing.readiness import assessments, unexplained
from accelerator.storage.tables import Evidence, Idea, ReadinessScore
from tests.counting import queries
from tests.world import NOW, TODAY, World


@contextmanager
def on_day(number: int) -> Iterator[Callable[[], datetime]]:
    told = lambda: NOW + timedelta(days=number)  # noqa: E731
    with clock.told_by(told):
        yield told


def act(world: World, name: str, path: str, **data: object) -> None:
    answer = world.client(name).post(path, data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def test_every_stored_score_is_made_again_from_what_was_known(  # noqa: PLR0915 - one story
    world: World,
) -> None:
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    page = f"/ideas/{code}/readiness"

    def evidence(level: int) -> int:
        act(
            world, "owner", f"{page}/evidence", dimension="customer", level=level,
            statement=f"Level {level}", url="", attachment=0, number="12.5", unit="companies",
            true_on=clock.now().date().isoformat(),
        )  # fmt: skip
        with world.session() as session:
            return session.scalars(select(Evidence.id).order_by(Evidence.id.desc())).first() or 0

    def vote(name: str, piece: int, word: str, level: str = "") -> None:
        path = f"{page}/evidence/{piece}/verify"
        act(world, name, path, accepted=word, level=level, note="Because")

    act(world, "owner", f"{page}/claim", dimension="customer", level=4)
    pieces = []
    for level in (1, 2, 3):
        with on_day(3 * level):
            pieces.append(evidence(level))
            vote("reviewer", pieces[-1], "yes", "3" if level == 3 else "")
    with on_day(20):
        vote("manager", pieces[2], "no")
        vote("reviewer", pieces[2], "no")
    with on_day(25):
        vote("reviewer", pieces[2], "yes")
    with on_day(30):  # the reviewer joins the team: nothing of theirs counts
        act(world, "owner", f"/ideas/{code}/team", who="reviewer@hoshino.example")
    with on_day(35):
        act(world, "reviewer", f"/ideas/{code}/invitation", answer="accept")
    with on_day(40):
        act(world, "reviewer", f"/ideas/{code}/team/{world.people['reviewer']}/remove")
    with on_day(45):
        act(world, "owner", f"/ideas/{code}/team", who="reviewer@hoshino.example")
    with on_day(50):
        act(world, "reviewer", f"/ideas/{code}/invitation", answer="decline")
    with on_day(55):
        act(world, "owner", f"{page}/not-applicable", dimension="ip")
    with on_day(60):
        act(world, "manager", f"{page}/not-applicable/approve", dimension="ip")
    with on_day(65):
        act(world, "owner", f"{page}/evidence/{pieces[2]}/withdraw")

    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        stored = session.scalars(select(ReadinessScore).order_by(ReadinessScore.on)).all()
        for row in stored:
            again = assessments(session, [idea.id], today=row.on, as_of=row.at)[idea.id]
            assert (again.score, again.policy_version) == (row.score, row.policy_version), row.on
            assert {d: p.proven for d, p in again.parts.items()} == {
                d: part["proven"] for d, part in row.parts.items()
            }
            late = datetime.combine(row.on + timedelta(days=1), datetime.min.time(), UTC)
            whole = assessments(session, [idea.id], today=row.on, as_of=late - timedelta(hours=10))
            assert whole[idea.id].score == row.score
        assert unexplained(session) == []
        stored[1].score += 1
        session.flush()
        assert unexplained(session) == [f"{code} {stored[1].on}"]
        stored[1].score -= 1
        scores = {
            day: [row.score for row in stored if row.on <= TODAY + timedelta(days=day)][-1]
            for day in range(70)
        }
    assert scores[9] > scores[6] > scores[3] == 0
    assert scores[20] == pytest.approx(scores[6])
    assert scores[25] == scores[9]
    assert scores[30] == scores[45] == 0
    assert scores[40] == scores[50] == scores[9]
    assert scores[60] != scores[50]

    with on_day(70):
        client = world.client("owner")
        client.get("/")
    with on_day(70), queries(world.engine) as statements:
        asked = client.get(f"{page}/past?on={(TODAY + timedelta(days=20)).isoformat()}")
    told = asked.get_data(as_text=True)
    assert "Customer: level 2 proven instead of 3." in told
    assert "evidence for level 3 not accepted" in told
    assert "Test Reviewer" not in told
    assert len(statements) <= 10
    with on_day(70):
        quiet = client.get(f"{page}/past?on={(TODAY + timedelta(days=21)).isoformat()}")
        assert "Nothing moved it on that day." in quiet.get_data(as_text=True)
        for wrong in ("", "2020-01-01", "2999-01-01", "x"):
            assert client.get(f"{page}/past?on={wrong}").status_code == 303
        shown = client.get(page).get_data(as_text=True)
    assert "12.5 companies" in shown
    assert f"{page}/past?on=" in shown
