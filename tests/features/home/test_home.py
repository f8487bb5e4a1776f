"""The first page answers what needs me, by when; for every role, in both languages."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from accelerator.storage.tables import (
    Decider,
    Final,
    FinalJudge,
    Idea,
    Inquiry,
    Meeting,
    Milestone,
    Person,
    Vote,
)
from tests.counting import queries
from tests.features.milestones.test_milestones import add
from tests.world import NOW, TODAY, World

ROLES = [
    "owner", "mate", "invitee", "reviewer", "manager", "sponsor", "admin", "guest", "employee",
]  # fmt: skip


def test_tasks_stand_nearest_first(world: World) -> None:
    draft = world.idea("owner", title="A draft")
    running = world.idea("owner", state="active", title="Running", pending=("invitee",))
    add(world, running, name="Interviews", days=3)
    add(world, running, name="Old one", days=-4)
    world.assign(running, "reviewer")
    page = world.client("owner").get("/").get_data(as_text=True)
    assert page.index("Old one 0") < page.index("Interviews 0") < page.index("Hand in for Spark")
    assert "4 days ago" in page
    assert draft in page
    assert "Answer the invitation" in world.client("invitee").get("/").get_data(as_text=True)
    assert "Say whether you can review" in world.client("reviewer").get("/").get_data(as_text=True)
    manager = world.client("manager").get("/").get_data(as_text=True)
    assert "Your gates" in manager
    assert "A draft" not in manager


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_role_has_a_first_page(world: World, language: str) -> None:
    with world.session() as session:
        session.execute(update(Person).values(language=language))
    world.idea("owner", state="active")
    for name in ROLES:
        answer = world.client(name).get("/")
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.get_data(as_text=True)
    for name in ("sponsor", "manager"):
        assert world.client(name).get("/portfolio").status_code == 200
    assert world.client("employee").get("/portfolio").status_code == 403
    assert world.client("employee").get("/styleguide").status_code == 200


def test_the_first_page_costs_the_same_with_more_ideas(world: World) -> None:
    world.role("owner", "manager")
    world.role("owner", "reviewer")
    counts = []
    for more in (1, 6):
        for i in range(more):
            code = world.idea("owner", state="active", title=f"Idea {i}")
            add(world, code, days=2)
        with queries(world.engine) as statements:
            world.client("owner").get("/")
        counts.append(len([s for s in statements if s.startswith("SELECT") or "UNION" in s]))
    assert counts[0] == counts[1] <= 10


def test_the_portfolio_counts_what_was_handed_in(world: World) -> None:
    world.idea("owner")
    world.idea("owner", state="active")
    world.idea("mate", state="stopped", passage_state="left")
    page = world.client("sponsor").get("/portfolio").get_data(as_text=True)
    assert "handed in" in page
    with world.session() as session:
        assert session.query(Milestone).count() == 0
    assert (TODAY + timedelta(days=14)).isoformat() not in page


def test_questions_and_final_rounds_wait_for_those_they_are_put_to(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        question = Inquiry(
            idea_id=idea.id, passage_id=idea.passage_id, asked_by_id=world.people["reviewer"],
            text="How many?", asked_at=NOW, answer="", answered_at=None,
        )  # fmt: skip
        final = Final(
            cohort_id=world.cohort_id, stage_id=world.stage_ids[0], seed=1,
            opened_by_id=world.people["manager"], opened_at=NOW, closed_at=None,
        )  # fmt: skip
        session.add_all([question, final])
        session.flush()
        session.add(FinalJudge(final_id=final.id, person_id=world.people["reviewer"]))
    asked, compare = f"/ideas/{code}/questions", "/cohorts/S27/spark/final/judge"
    seen = {
        name: world.client(name).get("/").get_data(as_text=True)
        for name in ("owner", "mate", "reviewer", "second", "manager")
    }
    assert {name for name, page in seen.items() if f'href="{asked}"' in page} == {"owner", "mate"}
    assert {name for name, page in seen.items() if f'href="{compare}"' in page} == {"reviewer"}
    with world.session() as session:
        session.execute(update(Inquiry).values(answered_at=NOW))
        session.execute(update(Final).values(closed_at=NOW))
    assert asked not in world.client("owner").get("/").get_data(as_text=True)
    assert compare not in world.client("reviewer").get("/").get_data(as_text=True)


def test_a_manager_sees_nothing_of_the_gate_of_an_idea_of_their_own(world: World) -> None:
    world.idea("owner", state="active", passage_state="decided", team=("manager",))
    world.idea("manager", state="active", passage_state="decided")
    page = world.client("manager").get("/").text
    assert "/cohorts/S27/spark/gate" not in page
    world.idea("owner", state="active", passage_state="decided")
    assert "/cohorts/S27/spark/gate" in world.client("manager").get("/").text


def test_a_vote_is_wanted_until_it_is_cast_or_the_meeting_begins(world: World) -> None:
    world.idea("manager", state="active", passage_state="handed_in")
    votes = "/cohorts/S27/spark/meeting/votes"

    def asked() -> set[str]:
        names = ("owner", "mate", "sponsor", "manager")
        return {name for name in names if f'href="{votes}"' in world.client(name).get("/").text}

    with world.session() as session:
        session.add(
            Meeting(
                cohort_id=world.cohort_id,
                stage_id=world.stage_ids[0],
                minutes=5,
                made_by_id=world.people["manager"],
                made_at=NOW,
            )
        )
    assert asked() == set()  # nobody votes on an idea of their own
    world.idea("owner", state="active", passage_state="handed_in")
    assert asked() == {"manager"}
    with world.session() as session:
        session.add(Decider(stage_id=world.stage_ids[0], person_id=world.people["sponsor"]))
    assert asked() == {"sponsor"}
    with world.session() as session:
        for passage in session.scalars(select(Idea.passage_id)):
            person = world.people["sponsor"]
            session.add(Vote(passage_id=passage, person_id=person, choice="go", cast_at=NOW))
    assert asked() == set()
    with world.session() as session:
        session.execute(delete(Vote))
        session.execute(update(Meeting).values(started_at=NOW))
    assert asked() == set()


def test_what_is_late_stands_before_what_has_no_date(world: World) -> None:
    code = world.idea("owner", state="active", title="Running")
    add(world, code, name="Old one", days=-4)
    world.idea("mate", state="active", title="Joined", pending=("owner",))
    page = world.client("owner").get("/").text
    assert page.index("Old one 0") < page.index("Answer the invitation")


def test_a_manager_sees_what_will_probably_be_late_and_its_list(world: World) -> None:
    code = world.idea("owner", state="active", passage_state="open", title="Running")
    own = world.idea("manager", state="active", passage_state="open", title="One's own")
    for idea, days in ((code, 3), (code, 20), (own, 3)):
        add(world, idea, name="Try it", days=days)
    address = 'href="/cohorts/S27/milestones?stage=spark&amp;show=risk">'
    page = world.client("manager").get("/").text
    assert f"{address}0<" in page
    with world.session() as session:
        session.execute(update(Milestone).values(late_chance=0.7))
    page = world.client("manager").get("/").text
    assert f"{address}1<" in page
    assert "show=risk" not in world.client("owner").get("/").text
