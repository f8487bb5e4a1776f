"""What must not be told apart, or named, by people who may look at the page itself."""

import pytest
from sqlalchemy import select

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Idea, Milestone, Passage, Stage
from tests.features.ideas.looking import text_of
from tests.world import TODAY, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_decided_idea_reads_like_one_that_waits(world: World) -> None:
    """Nothing the team can open changes at the moment when the gate decides."""
    code = world.idea("owner", state="active", team=("mate",))
    for reviewer in ("reviewer", "second"):
        world.assign(code, reviewer, state="submitted")
    places = ("/", "/ideas", "/ideas?mine=1", "/ideas?state=waiting", "/search?q=cell")
    places += tuple(
        f"/ideas/{code}{part}" for part in ("", "/milestones", "/readiness", "/outcome")
    )
    client = world.client("owner")

    def seen() -> list[str]:
        return [text_of(client.get(place).get_data(as_text=True)) for place in places]

    before = seen()
    decided = world.client("manager").post(
        "/cohorts/S27/spark/gate/decide",
        data={"selected": code, "outcome": "stop", "reason": "Too late.", "when": "later"},
    )
    assert decided.status_code == 303
    with world.session() as session:
        assert session.scalars(select(Passage.state)).one() == "decided"
    assert seen() == before


def test_a_hidden_team_is_named_to_its_reviewer_nowhere(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    world.assign(code, "reviewer", state="accepted")
    with world.session() as session:
        for stage in session.scalars(select(Stage)):
            stage.teams_hidden = True
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, name=Bilingual("", "Interviews"),
                wanted=Bilingual("", ""), owner_id=world.people["mate"], due_on=TODAY,
                asked_due_on=TODAY, asked_reason="",
            )
        )  # fmt: skip
    parts = ("", "/milestones", "/readiness", "/review", "/review/answer", "/conflict")
    parts += ("/versions/1",)
    for place in ("/", "/ideas", "/reviews", "/inbox", *(f"/ideas/{code}{part}" for part in parts)):
        page = world.client("reviewer").get(place)
        assert page.status_code == 200, place
        shown = page.get_data(as_text=True)
        assert "Owner" not in text_of(shown), place
        assert "Mate" not in text_of(shown), place
    assert "Mate" in world.client("mate").get(f"/ideas/{code}/milestones").get_data(as_text=True)
    manager = world.client("manager").get(f"/ideas/{code}/milestones")
    assert "Mate" in manager.get_data(as_text=True)


def test_a_guest_learns_of_no_cohort_but_those_of_ideas_shared_with_them(world: World) -> None:
    guest = world.client("guest")
    assert "27" not in text_of(guest.get("/ideas").get_data(as_text=True))
    world.idea("owner", state="active", team=("guest",))
    shown = guest.get("/ideas").get_data(as_text=True)
    assert 'value="S27"' in shown
    assert 'value="O27"' not in shown
    assert 'value="O27"' in world.client("employee").get("/ideas").get_data(as_text=True)
