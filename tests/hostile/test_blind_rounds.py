"""A whole round of reviews played once, then every page, file and message searched for names.

Names are canaries. Reviewers must find no team, nor each other; a team must find no reviewer, also
when somebody in it manages the programme or administers the house.
"""

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from accelerator.activity.letters import Reader, letter, subject
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Role
from accelerator.storage.tables import (
    Assignment,
    Attachment,
    CohortStage,
    Delivery,
    Evidence,
    Idea,
    Inquiry,
    Milestone,
    Person,
    Stage,
    Verification,
    Version,
)
from tests.features.gates.acts import VERDICTS, announce, decide
from tests.features.reviews.acts import write
from tests.golden.test_access import address, endpoints
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HERE = "/cohorts/S27/spark"
DUE = (TODAY + timedelta(days=9)).isoformat()
TEAM = ("owner", "mate", "invitee", "chief", "admin")  # chief manages, admin administers
REVIEWERS = ("reviewer", "second", "stranger")
# Whoever hands a review over chooses among all reviewers of the programme, and signs the message.
NAMES_COLLEAGUES = {"people.lookup", "reviews.answer"}
SIGNED = "review_taken_over"
SIGNED_TO, SIGNED_BY = "stranger", "reviewer"
SHOWS_MESSAGES = {"home.show", "inbox.index"}
FILES = ("assignments.csv", "proposal/1.csv", "reviews.csv", "ranking.csv", "ranking.xlsx")
VIEWS = {
    "assignment.proposal": ("view=reviewers", "view=conflicts"),
    "progress.show": ("by=reviewers", "by=reviews"),
    "ideas.index": tuple(f"q={name}canary" for name in (*TEAM, *REVIEWERS)),
    "ideas.search": tuple(f"q={name}canary" for name in (*TEAM, *REVIEWERS)),
}


def canary(name: str) -> str:
    return f"{name}canary"


def done(answer) -> None:
    assert answer.status_code == 303, answer.get_data(as_text=True)[-3000:]
    page = answer.request.path
    assert answer.location.partition("?")[0] != page or "judge" in page, page


@pytest.fixture
def cast(world: World) -> World:
    """Give the company names to look for; a manager and the administrator join the team."""
    world.person("chief")
    world.person("thinker")
    world.role("chief", Role.MANAGER)
    with world.session() as session:
        for name in (*TEAM, *REVIEWERS):
            person = session.get_one(Person, world.people[name])
            person.family_name = person.given_name = canary(name).upper()
            person.email = f"{canary(name)}@hoshino.example"
            person.department = f"{canary(name)} works"
        session.execute(update(CohortStage).values(interests_open=True))
    return world


def play(world: World) -> list[str]:
    """Let everything of a round happen to three ideas; the codes of the team's two come first."""
    team = {
        "team": ("mate", "chief", "admin"), "pending": ("invitee",), "audience": "everybody",
    }  # fmt: skip
    codes = [
        world.idea("owner", title="Solid cell", state="active", **team),
        world.idea("owner", title="Thin cell", state="active", **team),
        world.idea("thinker", title="Round cell", state="active"),
    ]
    with world.session() as session:
        for idea in session.scalars(select(Idea).where(Idea.code.in_(codes[:2]))):
            file = Attachment(
                idea_id=idea.id, name=f"{canary('mate')}.txt", media_type="text/plain", size=3,
                sha256="0" * 64, store_key=f"absent-{idea.id}", added_by_id=world.people["mate"], added_at=NOW,
            )  # fmt: skip
            session.add(file)
            session.flush()
            version = session.scalars(select(Version).where(Version.idea_id == idea.id)).one()
            version.created_by_id = world.people["mate"]
            version.content = version.content | {
                "team": [{"person_id": world.people["owner"], "name": canary("owner"), "role": ""}],
                "attachments": [
                    {"id": file.id, "name": file.name, "media_type": "text/plain", "size": 3}
                ],
            }
            evidence = Evidence(
                idea_id=idea.id, dimension="customer", level=1, statement="Ten talks", url="",
                attachment_id=file.id, true_on=TODAY, given_by_id=world.people["mate"],
                given_at=NOW,
            )  # fmt: skip
            session.add(evidence)
            session.flush()
            session.add(
                Verification(
                    evidence_id=evidence.id, verifier_id=world.people["reviewer"], accepted=True,
                    level=1, note="", verified_at=NOW,
                )
            )  # fmt: skip
            session.add(
                Milestone(
                    idea_id=idea.id, passage_id=idea.passage_id, name=Bilingual("", "Interviews"),
                    wanted=Bilingual("", ""), owner_id=world.people["mate"], due_on=TODAY,
                )
            )  # fmt: skip
    manager, reviewer = world.client("manager"), world.client("reviewer")
    people = [str(world.people[name]) for name in REVIEWERS]
    interests = {"most": "3"} | {f"wish_{number}": "1" for number in range(1, 4)}
    assert reviewer.post(f"{HERE}/interests", data=interests).status_code == 303
    proposed = manager.post(
        f"{HERE}/proposal",
        data={"reviews": "2", "least": "0", "most": "9", "seed": "1", "skills": "", "keep": "y"},
    )
    assert proposed.status_code == 303
    anchors = {"idea": codes, "due_on": DUE}
    assert manager.post(f"{HERE}/calibration", data=anchors).status_code == 303
    done(manager.post(f"{HERE}/final/add", data={"idea": codes, "judge": people}))
    for left, right in (codes[:2], codes[1:]):
        done(
            reviewer.post(
                f"{HERE}/final/judge", data={"left": left, "right": right, "better": left}
            )
        )
    assert write(world, codes[0], action="ask", question="Who pays?").status_code == 303
    with world.session() as session:
        inquiry = session.scalars(select(Inquiry.id)).one()
    mine = {"inquiry": str(inquiry), "answer": "The buyer."}
    assert world.client("owner").post(f"/ideas/{codes[0]}/questions", data=mine).status_code == 303
    second = world.client("second")
    later = {"asked_due_on": (TODAY + timedelta(days=30)).isoformat(), "reason": "Fair"}
    done(second.post(f"/ideas/{codes[0]}/review/date", data=later))
    done(second.post(f"/ideas/{codes[1]}/review/decline", data={"reason": "load", "note": ""}))
    with world.session() as session:
        numbers = {
            (code, who): number
            for number, code, who in session.execute(
                select(Assignment.id, Idea.code, Assignment.reviewer_id).join(
                    Idea, Idea.id == Assignment.idea_id
                )
            )
        }
    asked = numbers[codes[0], world.people["second"]]
    done(manager.post(f"/ideas/{codes[0]}/reviews/{asked}/date/grant"))
    gone = numbers[codes[1], world.people["stranger"]]
    done(manager.post(f"/ideas/{codes[1]}/reviews/{gone}/remove"))
    over = {"colleague": str(world.people["stranger"]), "note": ""}
    done(reviewer.post(f"/ideas/{codes[1]}/review/hand-over", data=over))
    for who in REVIEWERS[:2]:
        assert write(world, codes[0], who=who).status_code == 303
    with world.session() as session:
        session.execute(update(Assignment).values(due_on=TODAY - timedelta(days=3)))
    done(manager.post(f"{HERE}/progress/nudge"))
    return codes


def hide(world: World, *, hidden: bool) -> None:
    with world.session() as session:
        session.execute(
            update(Stage).values(
                teams_hidden=hidden, reviewers_hidden=hidden, peers_hidden=hidden,
                others_visible="always",
            )
        )  # fmt: skip


def pages(world: World, who: str, codes: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, address and all that somebody is answered there, in small letters."""
    client = world.client(who)
    values = {
        "programme_key": "spark", "cohort_code": "S27", "stage_key": "spark",
        "milestone_id": 1, "evidence_id": 1, "attachment_id": 1, "number": 1, "delivery_id": 1,
        "ladder_kind": "milestone", "dimension": "customer", "feed_id": 1, "hook_id": 1,
        "request_id": 1, "proof_id": 1, "absence_id": 1,
        "person_id": world.people["employee"], "token": "none", "filename": "img/mark.svg",
        "proposal_id": 1, "batch_id": 1, "meeting_id": 1, "question_key": "problem",
    }  # fmt: skip
    for method, rule in endpoints(world.app):
        if method != "GET":
            continue
        if rule.endpoint == "admin.message":
            with world.session() as session:
                these = [{"delivery_id": one} for one in session.scalars(select(Delivery.id))]
        else:
            these = [{"code": code} for code in codes] if "code" in rule.arguments else [{}]
        plain = [address(world.app, rule, values | one) for one in these]
        views = VIEWS.get(rule.endpoint, ())
        targets = [*plain, *(f"{one}?{view}" for one in plain for view in views)]
        for target in targets:
            answer = client.get(target)
            yield rule.endpoint, target, _readable(answer)
            answer.close()
    for name in FILES:
        answer = client.post(f"{HERE}/{name}")
        if answer.status_code == 200:
            body = answer.get_data()
            rows = _sheets(body) if name.endswith("xlsx") else body.decode()
            yield "file", name, f"{answer.headers}{rows}".lower()
        answer.close()


def _readable(answer) -> str:
    return f"{answer.get_data().decode(errors='replace')}{answer.headers}".lower()


def _sheets(body: bytes) -> str:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return "\n".join(
        ",".join(map(str, row))
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
    )


def messages(world: World, who: str) -> Iterator[tuple[str, str]]:
    """Yield template and words of every message somebody got, as mail and in the inbox."""
    with world.session() as session:
        rows = session.execute(
            select(Delivery.template, Delivery.channel, Delivery.data).where(
                Delivery.person_id == world.people[who]
            )
        ).all()
    reader = Reader("", "en", "Asia/Tokyo")
    for template, channel, data in rows:
        if channel == "mail":
            text = letter(template, data, reader, base_url="http://localhost")
            yield template, f"{text.subject}\n{text.text}\n{text.html}".lower()
        else:
            yield template, subject(template, data, reader).lower()


def found(text: str, people: tuple[str, ...], asked: str = "") -> list[str]:
    """Return whose canaries sing in a text; the word searched for itself is shown again."""
    return [one for one in people if canary(one) in text and canary(one) not in asked]


def pieces(text: str) -> list[str]:
    """Cut a page into its rows, a file into its lines."""
    rows = re.findall(r"<(?:tr|li|article)\b.*?</(?:tr|li|article)>", text, re.DOTALL)
    return rows or text.splitlines()


def beside(rows: list[str], codes: list[str], people: tuple[str, ...]) -> list[str]:
    """Return the rows in which one of the ideas stands beside one of the people."""
    return [
        row for row in rows
        if any(code.lower() in row for code in codes) and found(row, people)
    ]  # fmt: skip


def test_a_reviewer_meets_neither_a_team_nor_another_reviewer(cast: World) -> None:
    codes = play(cast)[:2]
    hide(cast, hidden=True)
    leaks = []
    for who in REVIEWERS:
        others = tuple(one for one in REVIEWERS if one != who)
        strangers = tuple(one for one in others if (who, one) != (SIGNED_TO, SIGNED_BY))
        for endpoint, target, text in pages(cast, who, codes):
            if endpoint != "people.lookup":
                leaks += [(who, target, one) for one in found(text, TEAM, target)]
            if endpoint not in NAMES_COLLEAGUES:
                hidden = strangers if endpoint in SHOWS_MESSAGES else others
                leaks += [(who, target, one) for one in found(text, hidden, target)]
        for template, text in messages(cast, who):
            hidden = strangers if template == SIGNED else others
            leaks += [(who, template, one) for one in found(text, (*TEAM, *hidden))]
    assert not leaks, leaks


def test_a_team_meets_no_reviewer(cast: World) -> None:
    codes = play(cast)[:2]
    hide(cast, hidden=True)
    decide(cast, codes, VERDICTS["rework"])
    announce(cast, codes)
    leaks = []
    for who in ("owner", "invitee"):
        for endpoint, target, text in pages(cast, who, codes):
            if endpoint != "people.lookup":
                leaks += [(who, target, one) for one in found(text, REVIEWERS, target)]
    for who in TEAM:
        for template, text in messages(cast, who):
            leaks += [(who, template, one) for one in found(text, REVIEWERS)]
    assert not leaks, leaks


def test_power_over_the_programme_names_nobody_beside_ones_own_idea(cast: World) -> None:
    codes = play(cast)[:2]
    hide(cast, hidden=True)
    leaks = []
    for who in ("chief", "admin"):
        for endpoint, target, text in pages(cast, who, codes):
            rows = [text] if endpoint == "admin.message" else pieces(text)
            leaks += [(who, target, row[:300]) for row in beside(rows, codes, REVIEWERS)]
            if target.startswith("/ideas/"):
                leaks += [(who, target, one) for one in found(text, REVIEWERS)]
    assert not leaks, leaks


def test_the_canaries_sing_where_nothing_is_hidden(cast: World) -> None:
    """Were they mute, the other tests here would prove nothing."""
    codes = play(cast)
    hide(cast, hidden=False)
    sung = {
        (endpoint, one)
        for endpoint, _target, text in pages(cast, "second", codes[:1])
        for one in found(text, (*TEAM, *REVIEWERS))
    }
    assert {
        ("reviews.workspace", "owner"), ("reviews.workspace", "reviewer"),
        ("assignment.interests", "owner"), ("pairwise.judge", "owner"), ("ideas.show", "mate"),
    } <= sung  # fmt: skip
    named = {
        target
        for endpoint, target, text in pages(cast, "manager", codes[:1])
        if endpoint == "file" and beside(pieces(text), codes, REVIEWERS)
    }
    assert named == set(FILES)
    told = {template for who in REVIEWERS for template, _text in messages(cast, who)}
    assert {
        "anchors_assigned", "judge_asked", "inquiry_answered", "review_date_answered",
        "assignment_removed", "review_taken_over", "review_nudged",
    } <= told  # fmt: skip
