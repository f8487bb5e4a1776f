"""The database under stress: four writers, one post eight times, a server that restarts and dies."""

import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, func, select

from accelerator import clock
from accelerator.domain.policy import Role
from accelerator.storage.tables import (
    Absence,
    Claim,
    Event,
    ExpertRequest,
    Idea,
    Milestone,
    Preference,
    SignIn,
)
from accelerator.web.identity import token_hash
from tests.checking import CheckingClient
from tests.postgres import PostgresServer
from tests.world import NOW, TODAY, World

TIMES = 12


def count(world: World, table: type) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_four_writing_processes_lose_nothing_and_are_never_told_to_wait(
    world: World, database_url: str
) -> None:
    code = world.idea("owner", state="active")
    now = datetime.now(UTC)
    with world.session() as session:
        session.add(
            SignIn(
                token_hash=token_hash("writers"), person_id=world.people["owner"],
                created_at=now, seen_at=now,
            )
        )  # fmt: skip
    before = count(world, Event)
    command = [sys.executable, "-m", "tests.faults.writer", database_url, "writers"]
    writers = [
        subprocess.Popen(
            [*command, f"/ideas/{code}/readiness/claim", str(TIMES), str(level)],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )
        for level in range(1, 5)
    ]  # fmt: skip
    statuses = [line for writer in writers for line in writer.communicate(timeout=120)[0].split()]
    assert statuses == ["303"] * 4 * TIMES
    assert count(world, Claim) == 4 * TIMES
    assert count(world, Event) - before == 4 * TIMES


def test_one_form_posted_by_eight_threads_makes_one_row_and_one_answer(
    world: World, app: Flask
) -> None:
    code = world.idea("owner", state="active")
    clients = [world.client("owner") for _ in range(8)]
    for client in clients:
        client.token()
    form = {
        "name": "Posted once", "due_on": (TODAY + timedelta(days=9)).isoformat(),
        "owner": world.people["owner"], "_once": "the-same-token",
    }  # fmt: skip
    start = threading.Barrier(len(clients))
    answers: list[tuple[int, str | None]] = []

    def post(number: int) -> None:
        start.wait()
        answer = clients[number].post(f"/ideas/{code}/milestones", data=form)
        answers.append((answer.status_code, answer.location))

    threads = [threading.Thread(target=post, args=(i,)) for i in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == len(clients)
    assert {location for _, location in answers} == {f"/ideas/{code}/milestones"}
    assert {status for status, _ in answers} <= {302, 303}
    assert count(world, Milestone) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("how", ["restarted", "killed"])
def test_a_lost_postgresql_is_answered_kindly_and_comes_back_by_itself(
    world: World, postgres_server: PostgresServer, how: str
) -> None:
    code = world.idea("owner", state="active")
    client = world.client("owner")
    form = {"dimension": "customer", "level": 2}
    assert client.post(f"/ideas/{code}/readiness/claim", data=form).status_code == 303

    waited = []
    for _ in range(3):
        (postgres_server.stop if how == "restarted" else postgres_server.kill)()
        for _ in range(2):
            down = client.get(f"/ideas/{code}/readiness")
            assert down.status_code == 503
            assert int(down.headers["Retry-After"]) > 0
            assert "Nothing was half done" in down.get_data(as_text=True)
        assert client.post(f"/ideas/{code}/readiness/claim", data=form).status_code == 503
        postgres_server.start()
        began = time.monotonic()
        assert client.get(f"/ideas/{code}/readiness").status_code == 200
        waited.append(time.monotonic() - began)
    assert statistics.median(waited) < 1
    assert count(world, Claim) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_moment_without_its_zone_is_refused(world: World, engine: Engine) -> None:
    naive = clock.now().replace(tzinfo=None)
    with pytest.raises(Exception, match="needs its time zone"), world.session() as session:
        session.execute(select(SignIn).where(SignIn.seen_at == naive))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_who_answer_or_choose_at_once_take_turns(world: World) -> None:
    """What hangs on an idea, and how somebody hears, is read anew after the wait for the first."""
    world.person("chief")
    world.role("chief", Role.MANAGER)
    code = world.idea("owner", state="active", team=("mate",))
    days = {"first_on": "2027-01-04", "last_on": "2027-01-08"}
    hours = {"quiet_from": "20:00", "quiet_until": "08:00", "kind_milestone": "inbox"}
    for level in range(2, 6):
        with world.session() as session:
            idea = session.scalars(select(Idea).where(Idea.code == code)).one()
            asked = ExpertRequest(
                idea_id=idea.id, dimension="ip", level=level, wanted="Whom to ask", asked_at=NOW,
                asked_by_id=idea.owner_id,
            )  # fmt: skip
            session.add(asked)
            session.flush()
            answer = f"/ideas/{code}/readiness/expert/{asked.id}/answer"
            session.execute(delete(Absence))
            session.execute(delete(Preference))
        assert at_once(world, ("manager", "chief"), answer, {"answer": "x"}) == [303, 422]
        assert at_once(world, ("owner", "owner"), "/inbox/absences", days) == [303, 422]
        assert at_once(world, ("owner", "owner"), "/inbox/notices", hours) == [303, 303]
    assert count(world, Absence) == 1


def at_once(world: World, people: tuple[str, ...], path: str, data: dict[str, str]) -> list[int]:
    """Let people post the same at the same time; return the statuses, sorted."""
    clients = [world.client(name) for name in people]
    for client in clients:
        client.token()
    start = threading.Barrier(len(clients))
    answers: list[int] = []

    def post(client: CheckingClient) -> None:
        start.wait()
        answers.append(client.post(path, data=data).status_code)

    threads = [threading.Thread(target=post, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(answers)
