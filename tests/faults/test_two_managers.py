"""Two managers decide the same idea at once: one wins, the other sees what changed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from accelerator import clock, deciding
from accelerator.domain.policy import Role
from accelerator.jobs.run import transaction
from accelerator.storage.tables import Anchor, Decision, Delivery, Event, Programme
from tests.features.gates.acts import decide, decisions, mails
from tests.world import NOW

GATE = "/cohorts/S27/spark/gate/decide"
REASONS = {"manager": "Three buyers have signed.", "colleague": "The unit cost is not known yet."}


@pytest.fixture
def managers(world):
    world.person("colleague")
    world.role("colleague", Role.MANAGER)
    with world.session() as session:  # decisions leave without time to undo them
        session.get_one(Programme, world.programme_id).undo_minutes = 0
    clients = {name: world.client(name) for name in REASONS}
    for client in clients.values():
        client.token()
    return clients


def at_once(*calls):
    """Run the calls together, as close as threads allow; return their answers in order."""
    ready = Barrier(len(calls))

    def run(call):
        ready.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def decides(client, name, codes, when):
    def call():
        return client.post(GATE, data={
            "selected": codes, "outcome": "advance" if name == "manager" else "rework",
            "reason": REASONS[name], "when": when, "checklist": "Ask one more",
        })  # fmt: skip

    return call


@pytest.mark.parametrize("when", ["later", "soon"])
def test_one_decides_and_the_other_sees_it(world, managers, when):
    for _ in range(4):
        code = world.idea("owner", state="active")
        answers = at_once(*(decides(c, name, [code], when) for name, c in managers.items()))
        by = dict(zip(managers, answers, strict=True))
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        winner = next(name for name, answer in by.items() if answer.status_code == 303)
        loser = next(name for name in by if name != winner)
        page = by[loser].get_data(as_text=True)
        assert REASONS[winner] in page
        assert REASONS[loser] in page
        with world.session() as session:
            assert decisions(session)[-1].reason == REASONS[winner]
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 4
        assert len(mails(session)) == (4 if when == "soon" else 0)


def test_batches_that_overlap_never_lock_each_other_out(world, managers):
    for _ in range(4):
        codes = [world.idea("owner", state="active") for _ in range(4)]
        answers = at_once(
            decides(managers["manager"], "manager", codes, "soon"),
            decides(managers["colleague"], "colleague", codes[::-1], "soon"),
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
    with world.session() as session:
        assert len({decision.idea_id for decision in decisions(session)}) == 16
        assert len(mails(session)) == 16


def test_announcing_twice_at_once_and_by_the_timetable_tells_once(world, managers):
    codes = [world.idea("owner", state="active") for _ in range(3)]
    decide(world, codes, announce_at=clock.now().replace(hour=2))
    later = NOW.replace(hour=3)

    def by_hand(name):
        return lambda: managers[name].post(
            "/cohorts/S27/spark/gate/announce", data={"selected": codes}
        )

    def by_timetable():
        told = []
        while True:
            with transaction(world.engine) as session:
                taken = deciding.begin_announcing(session, now=later)
            if taken is None:
                return told
            with transaction(world.engine) as session:
                told.append(deciding.announce_next(session, taken, now=later))

    at_once(by_hand("manager"), by_hand("colleague"), by_timetable, by_timetable)
    by_timetable()  # what a hand held while the timetable looked has its turn at the next tick
    with world.session() as session:
        assert len(mails(session)) == 3
        told = session.scalars(select(Event.idea_id).where(Event.kind == "DecisionAnnounced")).all()
        assert len(told) == len(set(told)) == 3
        keys = session.scalars(select(Delivery.key)).all()
        assert len(keys) == len(set(keys))


def test_two_who_begin_a_calibration_round_begin_one(world, managers):
    """Also with other ideas each, which no unique key would keep apart."""
    codes = [world.idea("owner", state="active") for _ in range(4)]
    chosen = dict(zip(managers, (codes[:2], codes[2:]), strict=True))

    def beginning(name):
        form = {"idea": chosen[name], "due_on": "2026-12-10"}
        return lambda: managers[name].post("/cohorts/S27/spark/calibration", data=form)

    answers = at_once(*map(beginning, managers))
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Anchor)) == 2
