"""The transition matrix: every state of an idea × every action × every role, really tried.

`transitions.txt` is the golden file: a block for each action, a line for each state, a column for
each role. A cell holds the status of a refusal, or what became of the idea: its state, its
passage's state, and stage.passage; `=` stands for accepted and nothing moved. After reading the
change, `GOLDEN=write` writes the file anew.
"""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from accelerator.deciding import announce_next, begin_announcing
from accelerator.domain.drafts import fingerprint
from accelerator.domain.policy import Role
from accelerator.domain.stages import Outcome
from accelerator.storage.invariants import broken
from accelerator.storage.tables import Idea, Passage, Person, Programme, Stage
from tests.features.gates.acts import VERDICTS, decide
from tests.golden.test_access import restore
from tests.world import NOW, TODAY, World

GOLDEN = Path(__file__).parent / "transitions.txt"
ROLES = (
    "owner", "mate", "invitee", "employee", "reviewer", "second", "manager", "inside", "near",
    "other_manager", "sponsor", "admin", "guest",
)  # fmt: skip
LATER = (TODAY + timedelta(days=60)).isoformat()
REASON = {"reason": "Because of it."}
VALUES: dict[Outcome, dict[str, str]] = {
    Outcome.ADVANCE: {},
    Outcome.CONDITIONS: {"conditions": "Find a buyer", "conditions_due": LATER},
    Outcome.REWORK: {"checklist": "Ask again"},
    Outcome.PARK: {"change": "budget", "would_change": "Half the cost", "revisit_on": LATER},
    Outcome.STOP: {"learned": "Size matters"},
}


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "transitions.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def codes(world: World) -> dict[str, str]:
    """Make one idea in each state, with somebody in each role beside it."""
    world.person("inside")
    world.person("near", department="department of owner")
    for name in ("inside", "near"):
        world.role(name, Role.MANAGER)
    with world.session() as session:  # what is announced leaves at once
        session.get_one(Programme, world.programme_id).undo_minutes = 0

    def idea(state: str, passage: str | None = None, stage: int = 0, **values: Any) -> str:
        code = world.idea(
            "owner", state=state, passage_state=passage, stage=stage, team=("mate", "inside"),
            pending=("invitee",), **values,
        )  # fmt: skip
        if passage == "handed_in" or (passage is None and state == "active"):
            world.assign(code, "reviewer")
        return code

    found = {
        "draft": idea("draft"),
        "discarded": idea("discarded", "open"),
        "waiting for a place": idea("waiting", "handed_in", waiting_since=NOW),
        "at work": idea("active", "open"),
        "at the gate": idea("active"),
        "asked for more": idea("active"),
        "withdrawn": idea("withdrawn", "handed_in"),
    }
    asked = world.client("manager").post(
        f"/ideas/{found['asked for more']}/information/ask",
        data={
            "opens": "title",
            "text": "Who pays?",
            "due_on": (TODAY + timedelta(days=7)).isoformat(),
        },
    )
    assert asked.status_code == 303
    world.cohort("B27")
    with world.session() as session:  # who waits for a place is promised nothing
        waiting = session.scalars(select(Idea).where(Idea.state == "waiting")).one()
        passage = session.get_one(Passage, waiting.passage_id)
        passage.promise_on = None
    for name, outcome, announced, stage in (
        ("decided", Outcome.ADVANCE, None, 0),
        ("advanced", Outcome.ADVANCE, NOW, 0),
        ("back for rework", Outcome.REWORK, NOW, 0),
        ("parked", Outcome.PARK, NOW, 0),
        ("stopped", Outcome.STOP, NOW, 0),
        ("graduated", Outcome.ADVANCE, NOW, 1),
    ):
        found[name] = idea("active", stage=stage)
        decide(world, found[name], VERDICTS[outcome], announce_at=announced, stage=stage)
    return found


def stamp_of(client: Any, code: str) -> str:
    """Return the stamp of the form a team would save, or nothing where there is none."""
    found = re.search(
        r'name="version"[^>]* value="([^"]*)"', client.get(f"/ideas/{code}/edit").text
    )
    return found.group(1) if found else ""


def actions(
    code: str, stage: str, version: int, stamp: str
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name every action with its address and what is posted."""
    gate, idea = f"/cohorts/S27/{stage}/gate", f"/ideas/{code}"
    yield "edit", f"{idea}/edit", {"title": "Another title", "version": stamp}
    yield "hand in", f"{idea}/submit", {"version": str(version)}
    yield "withdraw", f"{idea}/withdraw", {"reason": "No time"}
    yield "tick off", f"{idea}/checklist", {"done": "0"}
    for outcome, values in VALUES.items():
        sent = {"selected": code, "outcome": outcome, "when": "later", **REASON, **values}
        yield f"decide: {outcome}", f"{gate}/decide", sent
    yield "announce", f"{gate}/announce", {"selected": code}
    yield "undo", f"{idea}/decision/undo", {}
    sent = {"go": "decide", "outcome": "rework", **REASON, **VALUES[Outcome.REWORK]}
    yield "take back", f"{idea}/decision/reverse", sent
    yield "keep parked", f"{idea}/parked", {
        "version": (TODAY + timedelta(days=90)).isoformat(), **REASON, **VALUES[Outcome.PARK],
    }  # fmt: skip
    yield "ask for more", f"{idea}/information/ask", {
        "opens": "title", "text": "Which plants?", "due_on": (TODAY + timedelta(days=7)).isoformat(),
    }  # fmt: skip
    yield "answer", f"{idea}/information/answer", {"version": str(version), "reply": "Three"}
    yield "take the request back", f"{idea}/information/withdraw", {}
    yield "let in", f"{idea}/admit", {}
    yield "move to another cohort", f"{idea}/join", {"cohort": "B27", "hand_in_by": LATER}
    yield "revive", f"{idea}/revive", {"cohort": "S27"}
    seen = fingerprint(VERDICTS[Outcome.STOP].learned)
    learned = {"learned": "Insurers are slow", "version": seen}
    yield "write what was learned", f"{idea}/learned", learned


def where(world: World, code: str) -> str:
    """Say where an idea is: its state, its passage's, and stage.passage."""
    with world.session() as session:
        row = session.execute(
            select(Idea.state, Passage.state, Stage.position, Passage.number)
            .join(Passage, Passage.id == Idea.passage_id)
            .join(Stage, Stage.id == Passage.stage_id)
            .where(Idea.code == code)
        ).one()
        return f"{row[0]}/{row[1]} {row[2]}.{row[3]}"


def settle(world: World) -> None:
    """Let what is due be announced."""
    tried: list[int] = []
    while True:
        with world.session() as session:
            taken = begin_announcing(session, now=NOW, passed=tried)
        if taken is None:
            return
        tried.append(taken)
        with world.session() as session:
            announce_next(session, taken, now=NOW)


def stage_of(world: World, code: str) -> tuple[str, int]:
    """Return the stage an idea is in, and the version its form would carry."""
    with world.session() as session:
        row = session.execute(
            select(Stage.key, Idea.version)
            .join(Passage, Passage.stage_id == Stage.id)
            .join(Idea, Idea.passage_id == Passage.id)
            .where(Idea.code == code)
        ).one()
        return row.key, row.version


def test_every_state_answers_every_action_of_every_role_as_written(
    engine: Engine, world: World, codes: dict[str, str], tmp_path: Path
) -> None:
    clients = {role: world.client(role) for role in ROLES}
    for client in clients.values():
        client.token()
    path, pristine = Path(engine.url.database or ""), tmp_path / "pristine.sqlite3"
    restore(engine, path, pristine)
    blocks: dict[str, list[str]] = {}
    for state, code in codes.items():
        before, stamp = where(world, code), stamp_of(clients["owner"], code)
        for action, address, values in actions(code, *stage_of(world, code), stamp):
            cells = []
            for role, client in clients.items():
                status = client.post(address, data=values).status_code
                if status >= 400:
                    cells.append(str(status))
                    continue
                settle(world)
                after = where(world, code)
                cells.append("=" if after == before else after)
                with world.session() as session:
                    assert broken(session) == [], (action, state, role)
                restore(engine, pristine, path)
            assert where(world, code) == before, (action, state)
            line = " ".join(f"{cell:21}" for cell in cells).rstrip()
            blocks.setdefault(action, []).append(f"{state:22}{before:22}{line}".rstrip())
    head = f"{'':44}" + " ".join(f"{role:21}" for role in ROLES).rstrip()
    text = "\n".join(
        "\n".join([f"{action}:", head, *lines, ""]) for action, lines in blocks.items()
    )
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    written = GOLDEN.read_text(encoding="utf-8") if GOLDEN.exists() else ""
    assert text.splitlines() == written.splitlines()


def test_people_close_to_the_team_stand_as_the_roles_say(world: World, codes: dict[str, str]):
    """The columns mean what they are called."""
    with world.session() as session:
        near = session.get_one(Person, world.people["near"])
        owner = session.get_one(Person, world.people["owner"])
        assert near.department == owner.department
    assert world.client("inside").get(f"/ideas/{codes['at the gate']}").status_code == 200
