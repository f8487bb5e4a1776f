"""The commands that run, check and back up the product, as they are typed."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from sqlalchemy import create_engine, func, select, text

from accelerator.activity import record
from accelerator.activity.events.ideas import IdeaStarted
from accelerator.cli.database import save
from accelerator.jobs.seal import seal
from accelerator.storage.tables import Event, Person
from tests.features.people.door import PASSWORD, give_password
from tests.mail import free_port, held
from tests.world import NOW, World

ROOT = Path(__file__).resolve().parents[2]
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def command(*arguments: str, **settings: str) -> subprocess.Popen:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ACCELERATOR_")}
    return subprocess.Popen(
        [sys.executable, "-c", "from accelerator.cli import main; main()", *arguments],
        cwd=ROOT, env=environment | settings, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def said(*arguments: str, **settings: str) -> tuple[int, str]:
    process = command(*arguments, **settings)
    out, error = process.communicate(timeout=60)
    return process.returncode, out + error


def test_check_says_that_all_is_well_or_what_is_not(world, database_url, tmp_path):
    world.idea("owner", state="active")
    with world.session() as session:
        record(session, IdeaStarted(actor_id=None, code="S27-0001"), now=NOW)
    settings = {"ACCELERATOR_DATABASE_URL": database_url, "ACCELERATOR_INSTANCE": str(tmp_path)}
    code, words = said("check", **settings)
    assert (code, words.strip()) == (0, "All is well: 0 events are sealed, 1 wait for a seal.")
    with world.session() as session:
        session.execute(text("UPDATE passage SET promise_on = NULL"))
    code, words = said("check", **settings)
    assert code == 1
    assert (
        "Not true: what was handed in has a version, and a promise unless the team is asked for more. See 1."
        in words
    )


@ONE
def test_a_backup_under_write_load_is_whole_and_passes_the_check(world, config, tmp_path):
    world.idea("owner", state="active")
    stop = threading.Event()
    written = []

    def write() -> None:
        while not stop.is_set():
            with world.session() as session:
                written.append(
                    record(session, IdeaStarted(actor_id=None, code=f"{len(written)}"), now=NOW)
                )

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    while len(written) < 20:
        time.sleep(0.01)
    seal(held(world.engine, config))
    before = len(written)
    target = tmp_path / "elsewhere.sqlite3"
    save(Path(str(world.engine.url.database)), target)
    after = len(written)
    stop.set()
    for writer in writers:
        writer.join()
    copy = create_engine(f"sqlite:///{target}")
    with copy.connect() as connection:
        events = connection.scalar(select(func.count()).select_from(Event))
    copy.dispose()
    assert before <= events <= after + 2
    code, words = said(
        "check", ACCELERATOR_DATABASE_URL=f"sqlite:///{target}", ACCELERATOR_INSTANCE=str(tmp_path)
    )
    assert code == 0, words
    assert not list(tmp_path.glob("*.part"))


@ONE
def test_the_backup_command_never_overwrites(world, database_url, tmp_path):
    settings = {"ACCELERATOR_DATABASE_URL": database_url, "ACCELERATOR_INSTANCE": str(tmp_path)}
    target = str(tmp_path / "copy.sqlite3")
    assert said("backup", target, **settings)[0] == 0
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT count(*) FROM person").fetchone() == (len(world.people),)
    copy.close()
    code, words = said("backup", target, **settings)
    assert code == 1
    assert "exists already" in words


def test_postgresql_is_backed_up_by_its_own_program():
    code, words = said(
        "backup", "x", ACCELERATOR_DATABASE_URL="postgresql://somebody@localhost/accelerator"
    )
    assert code == 1
    assert "pg_dump --format=custom" in words


@ONE
def test_run_starts_both_processes_and_stops_them_together(world: World, database_url, tmp_path):
    port = free_port()
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Person))
    running = command(
        "run", "--port", str(port),
        ACCELERATOR_DATABASE_URL=database_url, ACCELERATOR_INSTANCE=str(tmp_path),
    )  # fmt: skip
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/sign-in", running)
        children = children_of(running.pid)
        assert len(children) == 2
        look_around(f"http://127.0.0.1:{port}", world)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=40)
    finally:
        running.kill()
    assert running.returncode == 0
    assert f"http://127.0.0.1:{port}" in out
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


@ONE
def test_when_one_process_dies_the_other_is_stopped(world, database_url, tmp_path):
    port = free_port()
    running = command(
        "run", "--port", str(port),
        ACCELERATOR_DATABASE_URL=database_url, ACCELERATOR_INSTANCE=str(tmp_path),
    )  # fmt: skip
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/sign-in", running)
        children = children_of(running.pid)
        os.kill(children[1], signal.SIGKILL)
        _, error = running.communicate(timeout=40)
    finally:
        running.kill()
    assert running.returncode != 0
    assert "One of the processes ended" in error
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def look_around(address: str, world: World) -> None:
    """Sign in and see that pages of each kind are drawn by the server as it is really run."""
    browser = build_opener(HTTPCookieProcessor())

    def text_of(path: str, **form: str) -> str:
        body = urlencode(form).encode() if form else None
        with browser.open(address + path, body, timeout=20) as answer:
            return answer.read().decode()

    give_password(world, "manager")
    token = re.search('name="csrf_token" value="([^"]+)"', text_of("/sign-in"))
    assert token is not None
    text_of("/sign-in", csrf_token=token[1], email="manager@hoshino.example", password=PASSWORD)
    for path in ("/", "/ideas", "/cohorts/S27", "/cohorts/S27/spark/ranking", "/portfolio"):
        assert 'action="/sign-out' in text_of(path), path


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sorted(map(int, found))


def wait_until_it_answers(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own server
                assert answer.status == 200
                return
        except OSError:  # not yet, or a worker that is still starting
            time.sleep(0.1)
