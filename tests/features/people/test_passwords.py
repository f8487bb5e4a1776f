"""Passwords by mailed link and by the old one: once, in time, and nothing tells who is there."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.activity.letters import Reader, letter
from accelerator.storage.tables import Event, MailedLink
from tests.features.people.door import (
    PASSWORD,
    give_password,
    kinds,
    mails,
    open_sign_ins,
    person,
    sign_in,
)
from tests.world import NOW, World

NEW = "another quiet garden"
only_once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def ask(world, name):
    return world.client().post("/forgot", data={"email": f"{name}@hoshino.example"})


def links(world, template="password_reset"):
    return [mail.data["path"] for mail in mails(world, template)]


def choose(world, path, password=NEW):
    return world.client().post(path, data={"password": password})


def test_a_forgotten_password_is_replaced_by_a_mailed_link(world: World) -> None:
    give_password(world, "employee")
    browser = world.client("employee")
    assert ask(world, "Employee").status_code == 200
    (path,) = links(world)
    page = world.client().get(path)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "same-origin")
    assert "employee@hoshino.example" in page.get_data(as_text=True)
    assert choose(world, path).location == "/sign-in"
    assert browser.get("/profile").status_code == 302
    assert sign_in(world.client(), "employee").status_code == 422
    assert sign_in(world.client(), "employee", NEW).status_code == 303
    assert kinds(world)[:2] == ["PasswordResetAsked", "PasswordChanged"]
    assert len(mails(world, "password_changed")) == 1
    used = choose(world, path, "one more quiet garden")
    assert used.status_code == 410
    assert "This link no longer works" in used.get_data(as_text=True)
    token = path.rsplit("/", 1)[1]
    with world.session() as session:
        assert all(token not in str(data) for data in session.scalars(select(Event.data)))
        assert session.scalars(select(MailedLink.token_hash)).all() != [token]


def test_the_answer_is_the_same_whoever_asks(world: World) -> None:
    give_password(world, "employee")
    names = ("employee", "nobody", "disabled", "owner")
    texts = {
        ask(world, name).get_data(as_text=True).replace(name, "…").split("csrf-token")[0]
        + ask(world, name)
        .get_data(as_text=True)
        .replace(name, "…")
        .split("<h1>")[1]
        .split("</main>")[0]
        for name in names
    }
    assert len(texts) == 1
    with world.session() as session:
        receivers = set(session.scalars(select(MailedLink.person_id)))
    assert receivers == {world.people["employee"], world.people["owner"]}


def test_a_newer_link_ends_the_older_and_an_hour_ends_both(world: World) -> None:
    give_password(world, "employee")
    ask(world, "employee")
    ask(world, "employee")
    older, newer = links(world)
    assert world.client().get(older).status_code == 410
    with clock.told_by(lambda: NOW + timedelta(minutes=59)):
        assert world.client().get(newer).status_code == 200
    with clock.told_by(lambda: NOW + timedelta(minutes=60)):
        assert world.client().get(newer).status_code == 410
        assert choose(world, newer).status_code == 410
    assert world.client().get("/set-password/%ED%B3%A3").status_code == 410
    assert world.client().get("/set-password/nothing").status_code == 410


def test_asking_is_limited_and_asks_nobody_more_than_five_times(world: World) -> None:
    answers = [ask(world, "employee") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert len(links(world)) == 5
    assert ask(world, "owner").status_code == 200
    assert world.client().post("/forgot", data={"email": ""}).status_code == 422


def test_an_invitation_works_for_two_weeks_and_sets_the_first_password(world: World) -> None:
    admin = world.client("admin")
    made = admin.post(
        "/people/new",
        data={
            "email": "New@hoshino.example",
            "family_name": "新田",
            "given_name": "",
            "language": "ja",
        },
    )
    assert made.status_code == 303
    (path,) = links(world, "person_invited")
    with clock.told_by(lambda: NOW + timedelta(days=13)):
        page = world.client().get(path).get_data(as_text=True)
        assert "Welcome" in page
        assert choose(world, path, "password").status_code == 422
        assert choose(world, path, "新田のひみつです").status_code == 422
        assert choose(world, path).status_code == 303
        assert sign_in(world.client(), "new", NEW).status_code == 303
    assert mails(world, "password_changed") == []
    assert kinds(world)[:3] == ["PersonAdded", "PersonInvited", "PasswordSet"]


def test_a_closed_account_cannot_use_its_link(world: World) -> None:
    give_password(world, "employee")
    ask(world, "employee")
    (path,) = links(world)
    world.client("admin").post(f"/people/{world.people['employee']}/disable")
    assert choose(world, path).status_code == 410


@only_once
def test_a_refused_password_is_said_at_its_field_and_uses_nothing(world: World) -> None:
    give_password(world, "employee")
    ask(world, "employee")
    (path,) = links(world)
    for password in ("", "short", "x" * 129, "password2027"):
        answer = choose(world, path, password)
        assert answer.status_code == 422
        assert 'id="password-error"' in answer.get_data(as_text=True)
    assert choose(world, path, "とても静かな庭のいす🪑").status_code == 303


def test_one_changes_ones_own_password_knowing_the_old_one(world: World) -> None:
    give_password(world, "employee")
    here, there = world.client("employee"), world.client("employee")
    assert here.get("/profile/password").status_code == 200
    wrong = here.post("/profile/password", data={"old": "guess", "password": NEW})
    assert wrong.status_code == 422
    assert "This is not your present password." in wrong.get_data(as_text=True)
    weak = here.post("/profile/password", data={"old": PASSWORD, "password": "my-employee-7"})
    assert "A password must not hold your name" in weak.get_data(as_text=True)
    before = person(world, "employee").version
    right = here.post("/profile/password", data={"old": PASSWORD, "password": NEW})
    assert right.status_code == 303
    assert [c.get("/profile").status_code for c in (here, there)] == [200, 302]
    assert open_sign_ins(world, "employee") == 1
    assert len(mails(world, "password_changed")) == 1
    assert person(world, "employee").version == before
    assert sign_in(world.client(), "employee", NEW).status_code == 303


def test_guessing_the_old_password_is_limited(world: World) -> None:
    give_password(world, "employee")
    client = world.client("employee")
    codes = [
        client.post("/profile/password", data={"old": f"{n}", "password": NEW}).status_code
        for n in range(11)
    ]
    assert codes == [422] * 10 + [429]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_mails_read_well_and_lead_back(language) -> None:
    data = {
        "path": "/set-password/token", "person_id": 1, "role": "manager",
        "programme": {"ja": "技術<b>", "en": "Tech<b>"},
    }  # fmt: skip
    reader = Reader("Sato", language, "Asia/Tokyo")
    for template in (
        "person_invited", "password_reset", "password_changed", "role_given", "role_taken",
    ):  # fmt: skip
        sent = letter(template, data, reader, base_url="https://ideas.example")
        assert sent.subject
        assert "\n" not in sent.subject
        assert "https://ideas.example/set-password/token" in sent.text
        assert 'href="https://ideas.example/set-password/token"' in sent.html
        assert "<b>" not in sent.html
        assert bool(re.search("[\u3040-\u30ff]", sent.text)) is (language == "ja")
