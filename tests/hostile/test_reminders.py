"""Reminders, calendars, chats and readiness, met by people who want more than they may have."""

import re
from datetime import timedelta

import pytest
import vobject
from itsdangerous import URLSafeSerializer
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from accelerator import clock
from accelerator.activity.chats import call
from accelerator.activity.post import Refused
from accelerator.activity.replies import ending
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.hooks import require_callable
from accelerator.domain.policy import Role
from accelerator.jobs.remind import remind
from accelerator.storage.tables import (
    Absence,
    Assignment,
    Delivery,
    Hook,
    Idea,
    Ladder,
    Milestone,
    Preference,
    Verification,
)
from tests.features.ideas.looking import text_of
from tests.mail import held
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HUGE = "9" * 20
LADDER = "/programmes/spark/ladders/milestone"
STEP = {"version": "0", "steps-0-days": "3", "steps-0-to": "owner"}
STEP |= {"steps-0-when": "before calendar"}


@pytest.mark.parametrize("number", ["²", "9" * 5000, "x", "", "-1", "９"])
def test_a_row_with_no_number_of_ours_is_none(world: World, number: str) -> None:
    typed = STEP | {f"steps-{number}-days": "5", f"steps-{number}-to": "lead"}
    assert world.client("manager").post(LADDER, data=typed).status_code == 303
    with world.session() as session:
        assert [step["offset_days"] for step in session.scalars(select(Ladder)).one().steps] == [-3]


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps-0-days": HUGE}, {"steps-0-days": "-1"}, {"steps-0-when": "\x00"},
        {"steps-0-when": "before nothing"}, {"steps-0-words_en": "{title.__class__}"},
        {"steps-0-words_en": "{title!r}"}, {"steps-0-words_en": "a\x00b"},
        {"steps-0-to": "nobody", "version": "x"}, {"steps-0-to": "line", "version": ""},
        {"version": HUGE, "act": "nonsense"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("act", ["", "preview", "add"])
def test_a_step_that_cannot_be_is_refused_at_its_field(world: World, wrong, act) -> None:
    manager = world.client("manager")
    for kind in ("milestone", "gate", "information"):
        page = f"/programmes/spark/ladders/{kind}"
        typed = STEP | {"act": act} | ({} if kind == "milestone" else {"steps-0-to": "lead"})
        answer = manager.post(page, data=typed | wrong)
        assert answer.status_code == 422
    with world.session() as session:
        assert session.scalars(select(Ladder)).all() == []


def test_own_words_are_one_line_whatever_was_typed(world: World) -> None:
    typed = STEP | {"steps-0-words_ja": "", "steps-0-words_en": "First\r\nBcc: a@b\u2028last"}
    assert world.client("manager").post(LADDER, data=typed).status_code == 303
    with world.session() as session:
        [step] = session.scalars(select(Ladder)).one().steps
    assert step["words"]["en"] == "First Bcc: a@b last"


def test_a_thousand_rows_are_no_thousand_steps(world: World) -> None:
    rows = {}
    for n in range(300):
        rows |= {f"steps-{n}-days": f"{n}", f"steps-{n}-to": "owner"}
        rows |= {f"steps-{n}-when": "before calendar"}
    answer = world.client("manager").post(LADDER, data=rows | {"version": "0"})
    assert answer.status_code == 422
    assert len(answer.get_data()) < 300_000


def test_a_nudge_names_no_reviewer_to_a_manager_in_the_team(world: World) -> None:
    """A nudge about two ideas is about the cohort; one of them may be the looking manager's own."""
    world.person("chief")
    world.role("chief", Role.MANAGER)
    own = world.idea("owner", title="Alpha", state="active", team=("chief",))
    for code in (own, world.idea("mate", title="Beta", state="active")):
        world.assign(code, "reviewer")
    page = f"/cohorts/S27/contacts/{world.people['reviewer']}/nudge"
    manager, chief = world.client("manager"), world.client("chief")
    assert manager.post(page, data={"do": "send", "note": "x\r\nBcc: a@b"}).status_code == 303
    with world.session() as session:
        numbers = session.scalars(select(Delivery.id).where(Delivery.template == "nudged")).all()
    for number in numbers:
        assert manager.get(f"/cohorts/S27/messages/{number}").status_code == 200
        assert chief.get(f"/cohorts/S27/messages/{number}").status_code == 404
    assert "Reviewer Test" not in chief.get("/cohorts/S27/messages").get_data(as_text=True)
    assert "Alpha" not in chief.get(page).get_data(as_text=True)


def test_who_is_asked_for_more_can_be_nudged(world: World) -> None:
    code = world.idea("owner", title="Alpha", state="active")
    manager = world.client("manager")
    asked = {"opens": "answer_problem", "text": "How?", "due_on": "2026-12-10"}
    assert manager.post(f"/ideas/{code}/information/ask", data=asked).status_code == 303
    page = f"/cohorts/S27/contacts/{world.people['owner']}/nudge"
    assert "was asked for more" in manager.get(page).get_data(as_text=True)
    assert manager.post(page, data={"do": "send"}).status_code == 303


BREAKS = "\r", "\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x07", "\r\n"


def test_no_title_makes_another_entry_of_a_calendar(world: World) -> None:
    title = "A, b; c\\n" + "".join(f"{each}BEGIN:VEVENT" for each in BREAKS)
    code = world.idea("owner", title=title, state="active", team=("mate",))
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.add(
            Milestone(
                idea_id=idea.id, passage_id=idea.passage_id, name=Bilingual("", title),
                wanted=Bilingual("", ""), owner_id=world.people["mate"],
                due_on=TODAY + timedelta(days=3),
            )
        )  # fmt: skip
    for who, place in (("owner", "/calendar"), ("manager", "/cohorts/S27/calendar")):
        shown = world.client(who).post(place).get_data(as_text=True)
        address = re.findall(r"/calendar/[\w-]{43}\.ics", shown)[0]
        text = world.client().get(address).get_data(as_text=True)
        assert len(re.findall("^BEGIN:VEVENT", text, re.MULTILINE)) == len(
            list(vobject.readOne(text).vevent_list)
        )
        for line in text.replace("\r\n ", "").split("\r\n"):
            assert line.splitlines() == ([line] if line else [])
            assert line.isprintable()


@pytest.mark.parametrize(
    "host",
    [
        "a..logic.azure.com", "a" * 64 + ".logic.azure.com", "-.logic.azure.com",
        "evil.example%2f.logic.azure.com", "*.logic.azure.com", "a-.logic.azure.com",
        "a." * 130 + "logic.azure.com", "a_b.logic.azure.com", "[::1].logic.azure.com",
    ],
)  # fmt: skip
def test_no_name_is_called_that_no_name_server_knows(world: World, host: str) -> None:
    """Such a name fails before a line is opened; one of them would hold up every other channel."""
    with pytest.raises(DomainError):
        require_callable(f"https://{host}/x", {".logic.azure.com"})
    typed = {"name": "c", "form": "slack", "language": "en", "kinds": ["decision"]}
    typed |= {"url": f"https://{host}/x"}
    page = "/programmes/spark/channels"
    assert world.client("manager").post(page, data=typed).status_code == 422
    with world.session() as session:
        assert session.scalars(select(Hook)).all() == []
    if ".." in host:
        with pytest.raises(Refused):
            call(f"https://{host}/x", {})


def test_whoever_left_the_team_judges_nothing_they_said_in_it(world: World) -> None:
    world.role("mate", Role.MANAGER)
    code = world.idea("owner", state="active", team=("mate",))
    page = f"/ideas/{code}/readiness"
    owner, mate = world.client("owner"), world.client("mate")
    shown = {"dimension": "customer", "level": "1", "statement": "x", "true_on": "2026-11-01"}
    shown |= {"attachment": "0"}
    for client in (owner, mate):
        assert client.post(f"{page}/evidence", data=shown).status_code == 303
    assert mate.post(f"{page}/not-applicable", data={"dimension": "ip"}).status_code == 303
    assert mate.post(f"/ideas/{code}/team/{world.people['mate']}/remove").status_code == 303
    vote = {"accepted": "yes", "level": "", "note": ""}
    assert "/evidence/1/verify" in mate.get(page).get_data(as_text=True)
    assert "/evidence/2/verify" not in mate.get(page).get_data(as_text=True)
    for place, data in (
        ("evidence/2/verify", vote),
        ("not-applicable/approve", {"dimension": "ip"}),
    ):
        refused = mate.post(f"{page}/{place}", data=data)
        assert refused.status_code == 422
        assert "You said this yourself" in refused.get_data(as_text=True)
    assert mate.post(f"{page}/evidence/1/verify", data=vote).status_code == 303
    with world.session() as session:
        assert session.scalars(select(Verification.evidence_id)).all() == [1]


def test_a_guest_finds_no_colleague_by_standing_in(world: World) -> None:
    guest = world.client("guest")
    days = {"first_on": "2026-12-01", "last_on": "2026-12-03"}
    answers = []
    for who in ("manager@hoshino.example", "nobody@hoshino.example"):
        answer = guest.post("/inbox/absences", data=days | {"stand_in": who})
        assert answer.status_code == 422
        answers.append(text_of(answer.get_data(as_text=True)))
    assert answers[0] == answers[1]
    assert guest.post("/inbox/absences", data=days).status_code == 303


def test_signed_words_end_nothing_but_what_they_name(world: World) -> None:
    secret, me = world.app.extensions["accelerator"]["config"].secret_key, world.people["owner"]
    anybody = world.client()
    forged = URLSafeSerializer(secret, salt="other").dumps([me, "daily"])
    for token in (
        ending("wrong", me, "daily"),
        forged,
        "x",
        "%00",
        "[1]",
        ending(secret, me, "")[1:],
    ):
        for answer in (anybody.get(f"/unsubscribe/{token}"), anybody.post(f"/unsubscribe/{token}")):
            assert answer.status_code == 404
    good = f"/unsubscribe/{ending(secret, me, 'weekly')}"
    assert anybody.get(good).status_code == 200
    with world.session() as session:
        assert session.scalars(select(Preference)).all() == []
    for path in (good, good, f"/unsubscribe/{ending(secret, 999, 'daily')}"):
        sent = anybody.post(path, headers={"Sec-Fetch-Site": "cross-site"}, csrf=False)
        assert sent.status_code == 200
    with world.session() as session:
        found = session.scalars(select(Preference)).all()
        assert [(one.person_id, one.kind, one.choice) for one in found] == [(me, "weekly", "off")]


def test_no_error_of_the_database_tells_what_a_statement_carried(world: World) -> None:
    """Errors are logged: the address of a channel, a password's hash, what people wrote."""
    row = insert(Hook).values(programme_id=999, name="c", url="https://x/T0/secret", kinds=[])
    with pytest.raises(IntegrityError) as caught, world.engine.begin() as connection:
        connection.execute(row)
    assert "secret" not in str(caught.value)


def test_who_stands_in_hears_only_of_what_they_may_see_now(world: World, engine, config) -> None:
    """One was made a guest since; one is in the team reviewed; two stand in for one another."""
    for name in ("chief", "lead"):
        world.person(name)
    world.role("chief", Role.MANAGER)
    own = world.idea("owner", title="Alpha", state="active", team=("chief",))
    open_one = world.idea("lead", title="Beta", state="active", audience="everybody")
    world.assign(own, "reviewer")
    world.assign(own, "second")
    pairs = {
        "reviewer": "owner", "second": "chief", "owner": "employee", "lead": "guest",
        "employee": "owner",
    }  # fmt: skip
    later = NOW + timedelta(days=22)
    with world.session() as session:
        for code in (own, open_one):
            idea = session.scalars(select(Idea).where(Idea.code == code)).one()
            session.add(
                Milestone(
                    idea_id=idea.id, passage_id=idea.passage_id, owner_id=idea.owner_id,
                    name=Bilingual("", "Interviews"), wanted=Bilingual("", ""),
                    due_on=TODAY + timedelta(days=21),
                )
            )  # fmt: skip
        session.execute(update(Assignment).values(due_on=TODAY + timedelta(days=21)))
        for away, stand_in in pairs.items():
            session.add(
                Absence(
                    person_id=world.people[away], stand_in_id=world.people[stand_in], made_at=NOW,
                    first_on=TODAY + timedelta(days=20), last_on=TODAY + timedelta(days=30),
                )
            )  # fmt: skip
    with clock.told_by(lambda: later):
        remind(held(engine, config))
    with world.session() as session:
        lines = [row.data["line"] for row in session.scalars(select(Delivery))]
    assert [line for line in lines if line.get("for")] == []
    world.role("employee", Role.MANAGER)
    with world.session() as session:
        session.execute(delete(Absence).where(Absence.person_id == world.people["employee"]))
    with clock.told_by(lambda: later):
        remind(held(engine, config))
    with world.session() as session:
        heard = session.scalars(select(Delivery).where(Delivery.channel == "inbox")).all()
        told = {row.person_id for row in heard if row.data["line"].get("for") == "Test Owner"}
    assert told == {world.people["employee"]}
