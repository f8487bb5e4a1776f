"""Large proposals are solved by the scheduler; two managers who apply at once double nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update

from accelerator import clock
from accelerator.domain.policy import Role
from accelerator.jobs import lease
from accelerator.jobs.lease import Shift
from accelerator.jobs.match import match
from accelerator.jobs.run import transaction
from accelerator.storage.tables import Assignment, Delivery, Proposal
from tests.features.assignment.test_proposals import DUE, pairs, propose, standing


@pytest.fixture
def large(world, monkeypatch):
    """Every proposal is too large to wait for."""
    monkeypatch.setattr("accelerator.features.assignment.service.proposing.AT_ONCE", 0)
    return [world.idea("owner", title=f"Idea {n}", state="active") for n in range(3)]


@pytest.fixture
def shift(engine, config):
    with transaction(engine) as session:
        hold = lease.take(session, "test", now=clock.now(), length=timedelta(hours=1))
    return Shift(engine, config, hold)


def proposal(world):
    with world.session() as session:
        session.expire_on_commit = False
        return session.scalars(select(Proposal)).one()


def test_a_large_proposal_waits_for_the_scheduler_and_its_maker_hears(world, large, shift):
    url = propose(world)
    client = world.client("manager")
    waits = client.get(url)
    assert waits.headers["Refresh"] == "3"
    assert "The optimiser is at work" in waits.get_data(as_text=True)
    assert match(shift) == 1
    assert match(shift) == 0
    assert proposal(world).state == "ready"
    done = client.get(url)
    assert "Refresh" not in done.headers
    assert "Ready to look at" in done.get_data(as_text=True)
    with world.session() as session:
        told = session.scalars(select(Delivery).where(Delivery.template == "proposal_ready")).all()
        assert [one.person_id for one in told] == [world.people["manager"]]
    assert "The proposal for the reviews of Spark is ready" in client.get("/inbox").get_data(
        as_text=True
    )


def test_a_cancelled_proposal_is_not_solved(world, large, shift):
    url = propose(world)
    client = world.client("manager")
    assert client.post(f"{url}/cancel").status_code == 303
    assert "Cancelled" in client.get(url).get_data(as_text=True)
    assert match(shift) == 0
    assert proposal(world).state == "failed"
    again = client.post(f"{url}/cancel", follow_redirects=True)
    assert "finished already" in again.get_data(as_text=True)


def test_a_proposal_cancelled_while_it_is_solved_stays_cancelled(world, large, shift, monkeypatch):
    url = propose(world)
    from accelerator.features.assignment.service import proposing, solving

    def solve(found, tell):
        world.client("manager").post(f"{url}/cancel")
        return solving.solve(found, tell)

    monkeypatch.setattr("accelerator.jobs.match.solve", solve)
    assert match(shift) == 0
    assert proposal(world).state == "failed"
    with world.session() as session:
        proposing.finish(session, proposal(world).id, None, now=clock.now())
    assert proposal(world).result == {"error": "cancelled"}
    assert not pairs(world)


def test_what_a_dead_scheduler_left_is_taken_up_and_given_up_in_the_end(world, large, shift):
    propose(world)
    with world.session() as session:
        session.execute(update(Proposal).values(state="solving", attempts=1))
    assert match(shift) == 1
    assert proposal(world).state == "ready"
    with world.session() as session:
        session.execute(update(Proposal).values(state="solving", attempts=3))
    assert match(shift) == 0
    assert proposal(world).state == "failed"
    page = world.client("manager").get(f"/cohorts/S27/spark/proposal/{proposal(world).id}")
    assert "The optimiser found no answer" in page.get_data(as_text=True)


def at_once(*calls):
    ready = Barrier(len(calls))

    def run(call):
        ready.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def applying(world, client, url, number):
    ids = [pair.id for pair in pairs(world, proposal_id=number)]
    data = {"due_on": DUE, "shown": ids, "pair": ids}
    return lambda: client.post(f"{url}/apply", data=data)


def test_two_managers_who_apply_at_once_double_and_lose_nothing(world):
    world.person("colleague")
    world.role("colleague", Role.MANAGER)
    for n in range(6):
        world.person(f"judge{n}")
        world.role(f"judge{n}", Role.REVIEWER)
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(5)]
    urls = [propose(world, seed=seed) for seed in ("1", "2")]
    clients = [world.client("manager"), world.client("colleague")]
    calls = []
    for client, url in zip(clients, urls, strict=True):
        client.token()
        calls.append(applying(world, client, url, int(url.rsplit("/")[-1])))
    answers = at_once(*calls)
    assert [answer.status_code for answer in answers] == [303, 303]
    held = list(standing(world))
    assert sorted(code for code, _ in held) == sorted(codes * 2)
    outcomes = [pair.outcome for pair in pairs(world)]
    assert outcomes.count("done") == 10
    assert set(outcomes) <= {"done", "there", "enough"}


def test_the_same_proposal_applied_twice_at_once_is_applied_once(world):
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(3)]
    world.person("colleague")
    world.role("colleague", Role.MANAGER)
    url = propose(world)
    clients = [world.client("manager"), world.client("colleague")]
    for client in clients:
        client.token()
    answers = at_once(*(applying(world, client, url, 1) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert len(standing(world)) == 2 * len(codes)
    with world.session() as session:
        told = session.scalars(select(Delivery.key).where(Delivery.channel == "daily")).all()
        assert len(told) == len(set(told)) == 3
        assert len(session.scalars(select(Assignment.id)).all()) == 6
