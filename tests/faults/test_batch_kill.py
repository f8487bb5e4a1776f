"""A batch of 200 decisions killed at each step: all or nothing per idea, and no message twice."""

from datetime import timedelta

from sqlalchemy import func, select

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.stages import Outcome
from accelerator.features.gates import service
from accelerator.jobs.announce import announce
from accelerator.jobs.decide import decide
from accelerator.storage.invariants import broken
from accelerator.storage.tables import (
    Batch,
    BatchItem,
    Decision,
    Delivery,
    Event,
    Idea,
    Passage,
    TeamMember,
    Version,
)
from tests.faults.killing import END, killed, run
from tests.features.gates.acts import VERDICTS, gate
from tests.world import NOW, TODAY

IDEAS = 200
STEPS = 26  # statements: more than one idea needs
LATER = NOW + timedelta(minutes=11)


def ideas_at_the_gate(world):
    codes = [f"B27-{number:04d}" for number in range(IDEAS)]
    with world.session() as session:
        ideas = [
            Idea(
                code=code, cohort_id=world.cohort_id, owner_id=world.people["owner"],
                language="en", title=Bilingual("", code), summary=Bilingual(), state="active",
                created_at=NOW, updated_at=NOW,
            )
            for code in codes
        ]  # fmt: skip
        session.add_all(ideas)
        session.flush()
        passages = [
            Passage(
                idea_id=idea.id, cohort_id=idea.cohort_id, stage_id=world.stage_ids[0], number=1, state="handed_in",
                entered_at=NOW, hand_in_by=TODAY, handed_in_at=NOW, promise_on=TODAY,
            )
            for idea in ideas
        ]  # fmt: skip
        session.add_all(passages)
        session.flush()
        for idea, passage in zip(ideas, passages, strict=True):
            idea.passage_id = passage.id
            session.add(TeamMember(
                idea_id=idea.id, person_id=idea.owner_id, role="lead", state="accepted",
                invited_at=NOW,
            ))  # fmt: skip
            session.add(Version(
                idea_id=idea.id, passage_id=passage.id, number=1, content={},
                created_by_id=idea.owner_id, created_at=NOW,
            ))  # fmt: skip
    return codes


def whole(world):
    """Each idea is decided with its item and its audit row, or nothing of it is there."""
    with world.session() as session:
        number = lambda *where: session.scalar(select(func.count()).where(*where))  # noqa: E731
        decided = number(Decision.id > 0)
        assert number(BatchItem.state == "decided") == decided
        assert number(Event.kind == "DecisionMade") == decided
        assert number(Passage.number == 1, Passage.state != "handed_in") == decided
        batch = session.scalars(select(Batch)).one()
        assert batch.done == decided
        told = number(Decision.announced_at.is_not(None))
        assert number(Event.kind == "DecisionAnnounced") == told
        mails = number(
            Delivery.template == "decision_announced", Delivery.channel == "mail"
        )  # fmt: skip
        assert mails == told
        assert number(Passage.number == 2) == told
        return decided, told


def test_killed_at_each_step_nothing_is_half_done_and_no_message_goes_twice(world, config):
    codes = ideas_at_the_gate(world)
    actor = world.actor("manager")
    with world.session() as session:
        service.begin(
            session, actor=actor, codes=codes, verdict=VERDICTS[Outcome.ADVANCE],
            announce_at=NOW + timedelta(minutes=10), now=NOW, **gate(session, world),
        )  # fmt: skip
    assert whole(world) == (0, 0)
    for point in range(1, STEPS):
        killed(world, config, decide, point, NOW)
        whole(world)
        killed(world, config, decide, STEPS + 2 * point, NOW)  # far enough for an idea or two
        killed(world, config, announce, END, LATER)  # nothing leaves while the batch goes on
        assert whole(world)[1] == 0
    run(world, config, decide, NOW)
    assert whole(world) == (IDEAS, 0)

    for point in range(1, STEPS):
        killed(world, config, announce, point, LATER)
        whole(world)
        killed(world, config, announce, STEPS + 2 * point, LATER)
    run(world, config, announce, LATER)
    assert whole(world) == (IDEAS, IDEAS)
    with world.session() as session:
        keys = session.scalars(select(Delivery.key)).all()
        assert len(keys) == len(set(keys))
        assert broken(session) == []


def test_an_idea_that_ends_each_run_is_passed_over(world, config):
    codes = ideas_at_the_gate(world)[:21]
    actor = world.actor("manager")
    with world.session() as session:
        service.begin(
            session, actor=actor, codes=codes, verdict=VERDICTS[Outcome.STOP], announce_at=None,
            now=NOW, **gate(session, world),
        )  # fmt: skip
    for _ in range(service.RUNS):
        killed(world, config, decide, 8, NOW)
        assert whole(world) == (0, 0)
    run(world, config, decide, NOW)
    with world.session() as session:
        states = session.scalars(select(BatchItem.state).order_by(BatchItem.id)).all()
        assert states == ["failed"] + ["decided"] * 20
        assert session.scalars(select(Batch.state)).all() == ["done"]


def test_an_announcement_that_always_fails_is_parked_and_stops_no_other(world, config):
    bad, good = (world.idea("owner", state="active") for _ in range(2))
    from accelerator.deciding import announcing
    from tests.features.gates.acts import decide as decide_now

    for code in (bad, good):
        decide_now(world, code, VERDICTS[Outcome.REWORK], announce_at=NOW + timedelta(minutes=1))
    with world.session() as session:  # a condition without its day cannot become a milestone
        decision = session.scalars(select(Decision).order_by(Decision.id)).first()
        decision.conditions = [{"text": "never"}]
    for _ in range(announcing.TRIES + 2):
        run(world, config, announce, LATER)
    with world.session() as session:
        stuck, told = session.scalars(select(Decision).order_by(Decision.id)).all()
        assert (stuck.announced_at, stuck.tries) == (None, announcing.TRIES)
        assert told.announced_at == LATER
        told = session.scalars(
            select(Delivery.person_id).where(
                Delivery.template == "announcement_failed", Delivery.channel == "mail"
            )
        ).all()
        assert told == [world.people["manager"]]
    page = world.client("manager").get("/cohorts/S27/spark/gate?list=decided")
    assert "could not be told" in page.get_data(as_text=True)
