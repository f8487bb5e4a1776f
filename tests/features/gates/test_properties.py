"""What holds however ideas go through their gates."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from accelerator import deciding
from accelerator.domain.errors import DomainError
from accelerator.domain.stages import Outcome
from accelerator.storage.base import Base
from accelerator.storage.invariants import broken
from accelerator.storage.tables import Decision, Delivery, Event, Passage, Stage, Version
from tests.features.gates.acts import VERDICTS, gate, idea_of, passages_of
from tests.world import NOW

OUTCOMES = st.sampled_from(Outcome)
STEPS = st.one_of(
    st.tuples(st.just("decide"), OUTCOMES), st.just(("undo", None)), st.just(("announce", None)),
    st.tuples(st.just("reverse"), OUTCOMES), st.just(("hand in", None)),
)  # fmt: skip
KEPT = ("event", "once_post", "sign_in", "batch", "batch_item")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def act(world, code, step, outcome, now):
    """Let one thing happen to an idea, if it may; say whether it did."""
    actor = world.actor("manager")
    try:
        with world.session() as session:
            idea = idea_of(session, code)
            passage = session.get_one(Passage, idea.passage_id)
            stage = world.stage_ids.index(passage.stage_id)
            here = gate(session, world, stage)
            if step == "decide":
                deciding.decide(
                    session, actor=actor, codes=[code], verdict=VERDICTS[outcome],
                    announce_at=None, now=now, **here,
                )  # fmt: skip
            elif step == "undo":
                deciding.undo(session, actor=actor, idea=idea, now=now)
            elif step == "announce":
                deciding.announce(session, actor=actor, codes=[code], now=now, **here)
            elif step == "reverse":
                deciding.reverse(
                    session, actor=actor, idea=idea, verdict=VERDICTS[outcome], now=now
                )
            elif idea.state == "active" and passage.state == "open":
                passage.state, passage.handed_in_at = "handed_in", now
                passage.promise_on = passage.hand_in_by
                number = len(
                    session.scalars(select(Version).where(Version.idea_id == idea.id)).all()
                )
                session.add(
                    Version(
                        idea_id=idea.id, passage_id=passage.id, number=number + 1, content={},
                        created_by_id=idea.owner_id, created_at=now,
                    )
                )  # fmt: skip
    except DomainError:
        return False
    return True


@quick
@given(st.lists(STEPS, max_size=12))
def test_no_path_skips_a_gate_and_nothing_is_decided_or_told_without_its_words(world, steps):
    code = world.idea("owner", state="active", team=("mate",))
    for at, (step, outcome) in enumerate(steps):
        act(world, code, step, outcome, NOW + timedelta(minutes=at))
    with world.session() as session:
        assert broken(session) == []
        idea = idea_of(session, code)
        passages = passages_of(session, code)
        places = [session.get_one(Stage, p.stage_id).position for p in passages]
        decided = {
            d.passage_id: d
            for d in session.scalars(select(Decision).where(Decision.idea_id == idea.id))
        }
        for here, there, before in zip(places, places[1:], passages, strict=False):
            assert there <= here + 1
            if there == here + 1:  # only an announced decision leads on
                assert decided[before.id].announced_at is not None
                assert decided[before.id].outcome in ("advance", "conditions")
        for decision in decided.values():
            assert decision.reason
            said = session.scalars(
                select(Event).where(
                    Event.kind == "DecisionAnnounced", Event.subject == f"decision:{decision.id}"
                )
            ).all()
            assert len(said) == (decision.announced_at is not None)
            for event in said:
                mails = session.scalars(
                    select(Delivery.person_id).where(
                        Delivery.event_id == event.id, Delivery.channel == "mail"
                    )
                ).all()
                assert sorted(mails) == sorted((world.people["owner"], world.people["mate"]))


def everything(session):
    """Return every row of every table that a person can tell apart."""
    return {
        table.name: sorted(map(repr, session.execute(select(table)).all()))
        for table in Base.metadata.sorted_tables
        if table.name not in KEPT
    }


@quick
@given(OUTCOMES)
def test_undo_restores_exactly(world, outcome):
    code = world.idea("owner", state="active", team=("mate",))
    world.assign(code, "reviewer")
    with world.session() as session:
        before = everything(session)
    assert act(world, code, "decide", outcome, NOW)
    with world.session() as session:
        assert everything(session) != before
    assert act(world, code, "undo", None, NOW + timedelta(minutes=1))
    with world.session() as session:
        assert everything(session) == before


@quick
@given(OUTCOMES, OUTCOMES)
def test_what_takes_a_decision_back_has_its_own_reason_and_message(world, first, second):
    code = world.idea("owner", state="active", team=("mate",))
    act(world, code, "decide", first, NOW)
    act(world, code, "announce", None, NOW)
    assert act(world, code, "reverse", second, NOW + timedelta(hours=1))
    with world.session() as session:
        idea = idea_of(session, code)
        old, new = session.scalars(
            select(Decision).where(Decision.idea_id == idea.id).order_by(Decision.id)
        )
        assert (old.outcome, new.outcome, new.reverses_id) == (first, second, old.id)
        assert session.get_one(Passage, old.passage_id).outcome is None
        assert session.get_one(Passage, new.passage_id).outcome == second
        said = session.scalars(
            select(Event)
            .where(Event.kind == "DecisionAnnounced", Event.idea_id == idea.id)
            .order_by(Event.id)
        ).all()
        assert [bool(event.data["reverses"]) for event in said] == [False, True]
        assert broken(session) == []
    again = VERDICTS[second].outcome in ("advance", "conditions", "rework")
    assert act(world, code, "hand in", None, NOW + timedelta(hours=2)) or not again
    if again:  # the idea has gone on: now only its gate decides
        assert not act(world, code, "reverse", first, NOW + timedelta(hours=3))
