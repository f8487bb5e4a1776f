"""Readiness through the application: claims alone change nothing, independent votes do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.storage.tables import Event, Evidence, Idea, ReadinessScore, Verification
from tests.counting import queries
from tests.world import NOW, TODAY, World


def give(world: World, code: str, level: int, *, dimension: str = "customer") -> int:
    answer = world.client("owner").post(
        f"/ideas/{code}/readiness/evidence",
        data={
            "dimension": dimension, "level": level, "statement": f"Talks at level {level} 😀",
            "url": "https://example.com/a", "attachment": 0, "true_on": TODAY.isoformat(),
        },
    )  # fmt: skip
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with world.session() as session:
        return session.scalars(select(Evidence.id).order_by(Evidence.id.desc())).first() or 0


def vote(
    world: World, code: str, evidence: int, name: str, *, say: str = "yes", note: str = ""
) -> int:
    return (
        world.client(name)
        .post(
            f"/ideas/{code}/readiness/evidence/{evidence}/verify",
            data={"accepted": say, "level": "", "note": note},
        )
        .status_code
    )


def score(world: World, code: str) -> float | None:
    with world.session() as session:
        return session.scalar(select(Idea.readiness).where(Idea.code == code))


def test_only_independent_votes_raise_the_score(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    world.assign(code, "reviewer")
    world.assign(code, "mate")
    owner = world.client("owner")
    claim = {"dimension": "customer", "level": 3}
    assert owner.post(f"/ideas/{code}/readiness/claim", data=claim).status_code == 303
    assert score(world, code) == 0
    pieces = [give(world, code, level) for level in (1, 2, 3)]
    assert score(world, code) == 0
    assert [vote(world, code, piece, "mate") for piece in pieces] == [403] * 3
    assert [vote(world, code, piece, "reviewer") for piece in pieces] == [303] * 3
    assert score(world, code) == pytest.approx(3.955, abs=0.01)

    page = owner.get(f"/ideas/{code}/readiness").get_data(as_text=True)
    assert "Talks at level 3 😀" in page
    assert "Test Reviewer" not in page
    assert "Test Reviewer" in world.client("manager").get(f"/ideas/{code}/readiness").get_data(
        as_text=True
    )
    assert vote(world, code, pieces[0], "reviewer", say="no") == 422
    assert vote(world, code, pieces[0], "reviewer", say="no", note="Whose words?") == 303
    assert score(world, code) == 0
    with world.session() as session:
        votes = session.scalars(select(Verification)).all()
        assert (len(votes), sum(vote.replaced_at is not None for vote in votes)) == (4, 1)
        stored = session.scalars(select(ReadinessScore)).one()
        assert (stored.on, stored.policy_version) == (TODAY, "0")
        assert "EvidenceVerified" in session.scalars(select(Event.kind)).all()


def test_old_evidence_fades_on_the_page(world: World) -> None:
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    world.client("owner").post(
        f"/ideas/{code}/readiness/claim", data={"dimension": "funding", "level": 2}
    )
    for level in (1, 2):
        vote(world, code, give(world, code, level, dimension="funding"), "reviewer")
    client = world.client("owner")
    assert "counts in full until" in client.get(f"/ideas/{code}/readiness").get_data(as_text=True)
    with clock.told_by(lambda: NOW + timedelta(days=200)):
        late = world.client("owner").get(f"/ideas/{code}/readiness").get_data(as_text=True)
    assert "200 days old, fading" in late


def test_not_applicable_needs_somebody_independent(world: World) -> None:
    code = world.idea("owner", state="active")
    page = f"/ideas/{code}/readiness"
    form = {"dimension": "ip"}
    assert world.client("owner").post(f"{page}/not-applicable", data=form).status_code == 303
    assert (
        world.client("owner").post(f"{page}/not-applicable/approve", data=form).status_code == 403
    )
    manager = world.client("manager")
    assert "does not apply" in manager.get(page).get_data(as_text=True)
    assert manager.post(f"{page}/not-applicable/approve", data=form).status_code == 303
    assert manager.post(f"{page}/not-applicable/approve", data=form).status_code == 422
    assert "approved by somebody outside the team" in manager.get(page).get_data(as_text=True)


def test_what_is_wrong_is_said_at_its_field_and_kept(world: World) -> None:
    code = world.idea("owner", state="active")
    client = world.client("owner")
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    good = {
        "dimension": "customer", "level": 2, "statement": "Kept words", "url": "",
        "attachment": 0, "true_on": TODAY.isoformat(),
    }  # fmt: skip
    for wrong in (
        {"true_on": tomorrow}, {"true_on": "yesterday"}, {"url": "javascript:alert(1)"},
        {"level": 10}, {"attachment": 99}, {"statement": "NUL \x00"},
    ):  # fmt: skip
        answer = client.post(f"/ideas/{code}/readiness/evidence", data=good | wrong)
        assert answer.status_code == 422, wrong
        if "statement" not in wrong:
            assert "Kept words" in answer.get_data(as_text=True)
    for wrong in ({"dimension": "luck", "level": 1}, {"dimension": "ip", "level": 0}):
        assert client.post(f"/ideas/{code}/readiness/claim", data=wrong).status_code == 422
    with world.session() as session:
        assert session.scalars(select(Evidence)).all() == []


def test_taking_back(world: World) -> None:
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    client = world.client("owner")
    client.post(f"/ideas/{code}/readiness/claim", data={"dimension": "customer", "level": 1})
    piece = give(world, code, 1)
    path = f"/ideas/{code}/readiness/evidence/{piece}/withdraw"
    assert world.client("reviewer").post(path).status_code == 403
    assert client.post(path).status_code == 303
    assert client.post(path).status_code == 422
    assert vote(world, code, piece, "reviewer") == 422


def test_a_reviewer_who_may_not_see_the_idea_cannot_verify(world: World) -> None:
    code = world.idea("owner", state="active", title="CANARY")
    piece = give(world, code, 1)
    answer = world.client("second").post(
        f"/ideas/{code}/readiness/evidence/{piece}/verify", data={"accepted": "maybe"}
    )
    assert answer.status_code == 403
    assert "CANARY" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["employee", "other_manager", "stranger", "guest"])
def test_what_is_not_shared_is_not_there(world: World, name: str) -> None:
    code = world.idea("owner", state="active", title="CANARY")
    client = world.client(name)
    assert client.get(f"/ideas/{code}/readiness").status_code == 404
    for verb in ("claim", "evidence", "not-applicable"):
        answer = client.post(f"/ideas/{code}/readiness/{verb}", data={"dimension": "ip"})
        assert answer.status_code == 403
        assert "CANARY" not in answer.get_data(as_text=True)


def test_a_page_costs_the_same_with_much_evidence(world: World) -> None:
    code = world.idea("owner", state="active")
    client = world.client("owner")
    give(world, code, 1)
    counts = []
    for more in (0, 8):
        for _ in range(more):
            give(world, code, 2)
        with queries(world.engine) as statements:
            assert client.get(f"/ideas/{code}/readiness").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 10
    assert client.get("/readiness/levels").status_code == 200
