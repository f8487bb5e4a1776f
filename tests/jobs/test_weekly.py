"""The week's summary: whose, when, and what it does not say."""

from datetime import date, datetime

import pytest
from sqlalchemy import delete, select, update

from accelerator import clock
from accelerator.domain.bilingual import Bilingual
from accelerator.jobs.deliver import deliver
from accelerator.jobs.weekly import weekly
from accelerator.storage.tables import (
    Assignment,
    CohortStage,
    Delivery,
    Idea,
    Membership,
    Milestone,
    Passage,
    Person,
    Preference,
    TeamMember,
)
from tests.mail import held, mails
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def tokyo(day: int, hour: int) -> datetime:
    return datetime.fromisoformat(f"2026-12-{day:02}T{hour:02}:00:00+09:00")


@pytest.fixture
def idea(world: World) -> int:
    """Return an idea with something of everything, known to one manager and one sponsor alone."""
    code = world.idea("owner", state="active", passage_state="handed_in", team=("mate",))
    world.assign(code, "reviewer")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, owner_id=world.people["mate"],
                name=Bilingual("顧客訪問", "Interviews"), wanted=Bilingual("", ""),
                due_on=date(2026, 12, 9), asked_due_on=date(2026, 12, 20),
            )
        )  # fmt: skip
        few = (world.people["manager"], world.people["sponsor"])
        session.execute(
            delete(Membership).where(
                Membership.role.in_(("manager", "sponsor")), Membership.person_id.not_in(few)
            )
        )
        session.execute(update(Passage).values(promise_on=date(2026, 12, 4)))
        session.execute(update(Assignment).values(due_on=date(2026, 12, 1)))
        session.execute(update(CohortStage).values(gate_on=date(2026, 12, 11)))
        return idea.id


def run(world: World, config, moment: datetime) -> int:
    with clock.told_by(lambda: moment):
        shift = held(world.engine, config)
        written = weekly(shift)
        assert weekly(shift) == 0
        deliver(shift)
    return written


def texts(world: World) -> dict[str, str]:
    with world.session() as session:
        names = dict(session.execute(select(Person.id, Person.email)).all())
    return {names[one.person_id].split("@")[0]: one.body for one in mails(world.engine) if one.body}


def test_managers_and_sponsors_hear_of_their_week_once_on_its_first_working_morning(
    world, config, idea
):
    assert run(world, config, tokyo(6, 10)) == 0  # a Sunday
    assert run(world, config, tokyo(7, 7)) == 0
    assert run(world, config, tokyo(7, 9)) == 2
    assert run(world, config, tokyo(9, 9)) == 0
    said = texts(world)
    assert set(said) == {"manager", "sponsor"}
    for words in ("1 team waits for an answer that is late", "1 milestone is due this week",
                  "Gate of"):  # fmt: skip
        assert words in said["manager"]
        assert words in said["sponsor"]
    assert "1 review is late" in said["manager"]
    assert "1 new date waits for your answer" in said["manager"]
    assert "review" not in said["sponsor"]
    assert run(world, config, tokyo(14, 9)) == 2


def test_it_comes_no_more_where_it_is_off_and_nothing_is_no_mail(world, config, idea):
    with world.session() as session:
        session.add(Preference(person_id=world.people["manager"], kind="weekly", choice="off"))
        session.execute(delete(Membership).where(Membership.role == "sponsor"))
    assert run(world, config, tokyo(7, 9)) == 0
    with world.session() as session:
        told = select(Delivery.person_id, Delivery.state).where(Delivery.template == "weekly")
        assert {state for _, state in session.execute(told)} <= {"cancelled"}
        assert world.people["manager"] not in dict(session.execute(told).all())


def test_a_manager_in_a_team_learns_nothing_of_its_reviews(world, config, idea):
    with world.session() as session:
        session.add(
            TeamMember(idea_id=idea, person_id=world.people["manager"], state="accepted",
                       invited_at=tokyo(1, 9))
        )  # fmt: skip
    run(world, config, tokyo(7, 9))
    assert "review" not in texts(world)["manager"]
