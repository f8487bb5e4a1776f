"""The access matrix: every endpoint, really requested by every sort of person.

`access.txt` is the golden file, one line per method and address, one column per principal, holding
the status answered. A new endpoint has no line and fails here; after reading the change,
`GOLDEN=write` writes the file anew. Every object carries a canary: who may not know the object
finds the canary in no answer.
"""

import os
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.routing import Rule

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.stages import Outcome
from accelerator.storage.tables import (
    Attachment,
    Batch,
    BatchItem,
    Conflict,
    Delivery,
    Evidence,
    ExpertRequest,
    Final,
    FinalIdea,
    FinalJudge,
    Idea,
    MailedLink,
    Meeting,
    MeetingItem,
    Milestone,
    Person,
    Proposal,
    SignIn,
)
from tests.checking import CheckingClient
from tests.features.gates.acts import VERDICTS
from tests.world import NOW, TODAY, World

GOLDEN = Path(__file__).parent / "access.txt"
SECRET, DRAFT, REVIEWER = "CANARYSECRET", "CANARYDRAFT", "CANARYREVIEWER"
PRINCIPALS = {
    "anonymous": None,
    "owner": "owner",
    "team mate": "mate",
    "invited": "invitee",
    "employee": "employee",
    "assigned": "reviewer",
    "unassigned": "second",
    "conflicted": "stranger",
    "manager": "manager",
    "other manager": "other_manager",
    "guest": "guest",
    "sponsor": "sponsor",
    "admin": "admin",
    "disabled": "disabled",
}
KNOWS_SECRET = {"owner", "team mate", "invited", "assigned", "manager", "sponsor", "admin"}
KNOWS_DRAFT = {"owner", "team mate"}
# They may learn names of colleagues, but not who reviews their idea.
MUST_NOT_KNOW_REVIEWER = {"owner", "team mate", "invited"}
NAMES_EVERYBODY = {"people.lookup"}


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "access.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def values(world: World) -> dict[str, Any]:
    """Make one of everything and return what fills the parameters of addresses."""
    code = world.idea("owner", title=SECRET, state="active", team=("mate",), pending=("invitee",))
    world.idea("owner", title=DRAFT, team=("mate",))
    world.assign(code, "reviewer")
    other = world.idea("stranger", state="active")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.get_one(Person, world.people["reviewer"]).family_name = REVIEWER
        milestone = Milestone(
            idea_id=idea.id, passage_id=idea.passage_id, name=Bilingual("", SECRET),
            wanted=Bilingual("", ""), owner_id=idea.owner_id, due_on=TODAY + timedelta(days=3),
        )  # fmt: skip
        evidence = Evidence(
            idea_id=idea.id, dimension="customer", level=1, statement=SECRET, true_on=TODAY,
            given_by_id=idea.owner_id, given_at=NOW,
        )  # fmt: skip
        attachment = Attachment(
            idea_id=idea.id, name=f"{SECRET}.txt", media_type="text/plain", size=3, sha256="0" * 64,
            store_key="absent", added_by_id=idea.owner_id, added_at=NOW,
        )  # fmt: skip
        session.add_all(
            [
                milestone, evidence, attachment,
                Conflict(
                    idea_id=idea.id, person_id=world.people["stranger"], reason="",
                    declared_by_id=world.people["stranger"], declared_at=NOW,
                ),
                MailedLink(
                    token_hash="0" * 64, person_id=world.people["owner"], purpose="reset",
                    expires_at=NOW + timedelta(hours=1),
                ),
            ]
        )  # fmt: skip
        delivery = Delivery(
            key="k", person_id=world.people["owner"], channel="inbox", template="idea_submitted",
            data={
                "code": code, "title": {"ja": "", "en": SECRET}, "stage": {"ja": "", "en": "Spark"},
                "promise_on": TODAY.isoformat(), "version": 1, "path": f"/ideas/{code}",
            },
            about=f"idea:{idea.id}", state="sent", due_at=NOW, created_at=NOW, sent_at=NOW,
        )  # fmt: skip
        proposal = Proposal(
            cohort_id=world.cohort_id, stage_id=world.stage_ids[0], settings={}, seed=1,
            state="failed", made_by_id=world.people["manager"], made_at=NOW,
            result={"error": "unsolved"},
        )  # fmt: skip
        batch = Batch(
            cohort_id=world.cohort_id, stage_id=world.stage_ids[0], state="cancelled", total=1,
            verdict=VERDICTS[Outcome.STOP].as_dict(), made_by_id=world.people["manager"],
            made_at=NOW, done=1,
        )  # fmt: skip
        session.add(batch)
        session.flush()
        session.add(BatchItem(batch_id=batch.id, passage_id=idea.passage_id, state="cancelled"))
        final = Final(
            cohort_id=world.cohort_id, stage_id=world.stage_ids[0], seed=1,
            opened_by_id=world.people["manager"], opened_at=NOW, closed_at=None,
        )  # fmt: skip
        meeting = Meeting(
            cohort_id=world.cohort_id, stage_id=world.stage_ids[0], made_at=NOW, version=1,
            made_by_id=world.people["manager"], started_at=NOW, ended_at=NOW,
        )  # fmt: skip
        open_meeting = Meeting(
            cohort_id=world.cohort_id, stage_id=world.stage_ids[0], made_at=NOW, version=1,
            made_by_id=world.people["manager"],
        )  # fmt: skip
        session.add_all([delivery, proposal, final, meeting, open_meeting])
        session.flush()
        session.add_all(
            MeetingItem(meeting_id=one.id, passage_id=idea.passage_id, position=1)
            for one in (meeting, open_meeting)
        )
        asked = ExpertRequest(
            idea_id=idea.id, dimension="ip", level=2, wanted=SECRET, asked_at=NOW,
            asked_by_id=idea.owner_id,
        )  # fmt: skip
        session.add(asked)
        second = session.scalars(select(Idea.passage_id).where(Idea.code == other)).one()
        session.add_all(
            [
                FinalJudge(final_id=final.id, person_id=world.people["reviewer"]),
                *(
                    FinalIdea(final_id=final.id, passage_id=passage)
                    for passage in (idea.passage_id, second)
                ),
            ]
        )
        session.flush()
        return {
            "code": code, "programme_key": "spark", "ladder_kind": "milestone",
            "cohort_code": "S27", "stage_key": "spark",
            "question_key": "problem", "milestone_id": milestone.id, "evidence_id": evidence.id,
            "attachment_id": attachment.id, "delivery_id": delivery.id, "number": 1,
            "person_id": world.people["mate"], "token": "no-such-token", "sign_in_id": 999,
            "assignment_id": 1, "filename": "img/mark.svg", "link_id": 1, "event_id": 1,
            "membership_id": 1, "role": "reviewer", "proposal_id": proposal.id, "batch_id": batch.id,
            "meeting_id": meeting.id, "feed_id": 1, "request_id": asked.id, "dimension": "ip",
            "hook_id": 1, "absence_id": 1,
        }  # fmt: skip


def endpoints(app: Flask) -> list[tuple[str, Rule]]:
    """List every method and rule, in the order of addresses."""
    found = [
        (method, rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return sorted(found, key=lambda pair: (pair[1].rule, pair[0]))


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    missing = rule.arguments - set(values)
    assert not missing, f"{rule.rule}: the matrix has no value for {sorted(missing)}"
    with app.test_request_context():
        return rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)[1]


def test_every_endpoint_answers_each_principal_as_written(
    app: Flask, engine: Engine, world: World, values: dict[str, Any], tmp_path: Path
) -> None:
    clients = {name: world.client(who) for name, who in PRINCIPALS.items()}
    for client in clients.values():
        client.token()
    path = Path(engine.url.database or "")
    pristine = tmp_path / "pristine.sqlite3"
    restore(engine, path, pristine)
    lines, leaks = [], []
    for method, rule in endpoints(app):
        target = address(app, rule, values)
        statuses = []
        for name, client in clients.items():
            cookies = dict(client._cookies)
            answer = client.open(target, method=method)
            body = answer.get_data().decode(errors="replace") + str(answer.headers)
            statuses.append(str(answer.status_code))
            leaks += [
                f"{method} {rule.rule}: {name}: {canary}" for canary in leaked(rule, name, body)
            ]
            answer.close()
            if method != "GET" and answer.status_code not in (401, 403, 404):
                restore(engine, pristine, path)
                client._cookies = cookies
        lines.append(f"{method:6} {rule.rule:64} {' '.join(statuses)}")
    assert leaks == []
    header = f"{'':6} {'':64} {', '.join(PRINCIPALS)}"
    text = "\n".join([header, *lines]) + "\n"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    written = GOLDEN.read_text(encoding="utf-8") if GOLDEN.exists() else ""
    assert text.splitlines() == written.splitlines()


def leaked(rule: Rule, name: str, body: str) -> list[str]:
    found = []
    if SECRET in body and name not in KNOWS_SECRET:
        found.append(SECRET)
    if DRAFT in body and name not in KNOWS_DRAFT:
        found.append(DRAFT)
    if REVIEWER in body and name in MUST_NOT_KNOW_REVIEWER and rule.endpoint not in NAMES_EVERYBODY:
        found.append(REVIEWER)
    return found


def restore(engine: Engine, source: Path, target: Path) -> None:
    """Copy one database file over another, through SQLite, so that nothing of it stays behind."""
    engine.dispose()
    with sqlite3.connect(source) as read, sqlite3.connect(target) as write:
        read.backup(write)
    read.close()
    write.close()


def dump(path: Path) -> list[str]:
    """Write the database out; but counts of tries and the record of refusals grow by design."""
    by_design = ("idea_search", '"throttle"', "AccessRefused")
    connection = sqlite3.connect(path)
    lines = [line for line in connection.iterdump() if not any(word in line for word in by_design)]
    connection.close()
    return lines


def test_reading_changes_nothing(
    app: Flask, engine: Engine, world: World, values: dict[str, Any]
) -> None:
    clients = [world.client(name) for name in ("owner", "manager", "admin", "reviewer", None)]
    before = dump(Path(engine.url.database or ""))
    for method, rule in endpoints(app):
        if method == "GET":
            for client in clients:
                client.get(address(app, rule, values)).close()
    after = dump(Path(engine.url.database or ""))
    assert [line for line in after if line not in before] == []
    assert len(after) == len(before)


def test_every_unsafe_route_refuses_a_missing_token(
    app: Flask, engine: Engine, world: World, values: dict[str, Any]
) -> None:
    client = world.client("manager")
    assert isinstance(client, CheckingClient)
    before = dump(Path(engine.url.database or ""))
    for method, rule in endpoints(app):
        if method != "GET":
            answer = client.open(address(app, rule, values), method=method, csrf=False)
            # What a mail program posts by itself carries a signed token in its address instead.
            one_click = rule.endpoint == "inbox.end"
            assert answer.status_code == (404 if one_click else 400), rule.rule
    assert dump(Path(engine.url.database or "")) == before


def test_a_session_row_is_needed_not_only_a_cookie(world: World) -> None:
    client = world.client("owner")
    assert client.get("/").status_code == 200
    with world.session() as session:
        session.execute(SignIn.__table__.update().values(ended_at=NOW))
    assert client.get("/").status_code == 302
