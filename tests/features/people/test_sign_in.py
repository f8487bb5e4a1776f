"""Signing in and out: nothing tells whether an account exists, tokens rotate, tries are limited."""

import re
from datetime import timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from accelerator import clock
from accelerator.app import create_app
from accelerator.features.people.forms import safe_path
from accelerator.features.people.service.hashing import hash_of, matches, outdated
from accelerator.storage.tables import Event, Membership, Person, SignIn, Throttle
from accelerator.web.identity import token_hash
from tests.checking import CheckingClient
from tests.features.people.door import PASSWORD, give_password, kinds, open_sign_ins, sign_in
from tests.world import NOW, World

only_once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def cookie_token(client):
    with client.session_transaction() as stored:
        return stored.get("_user_id")


def asked_next(client, path):
    """Return where the sign-in form itself leads back to."""
    return re.findall('name="next" value="([^"]*)"', client.get(path).get_data(as_text=True))[0]


def test_somebody_signs_in_and_comes_back_to_where_they_were(world: World) -> None:
    give_password(world, "employee")
    client = world.client()
    sent = client.get("/profile?tab=1")
    assert (sent.status_code, sent.location) == (302, "/sign-in?next=/profile?tab%3D1")
    target = asked_next(client, sent.location)
    assert target == "/profile?tab=1"
    answer = sign_in(client, "EMPLOYEE", next=target)
    assert (answer.status_code, answer.location) == (303, "/profile?tab=1")
    assert "employee@hoshino.example" in client.get("/profile").get_data(as_text=True)
    assert client.get("/sign-in").location == "/"
    token = cookie_token(client)
    with world.session() as session:
        row = session.scalars(select(SignIn)).one()
        assert row.token_hash == token_hash(token)
        event = session.scalars(select(Event)).one()
    assert (event.kind, event.actor_id) == ("SignedIn", world.people["employee"])
    assert token not in str(event.data)


def test_the_answer_does_not_tell_whether_an_account_exists(world: World) -> None:
    give_password(world, "employee", "disabled")
    wrong = [
        sign_in(world.client(), "employee", "not this one"),
        sign_in(world.client(), "nobody", PASSWORD),
        sign_in(world.client(), "disabled", PASSWORD),
        sign_in(world.client(), "owner", PASSWORD),  # invited, without a password
    ]
    texts = {
        answer.get_data(as_text=True)
        .replace(name, "…")
        .split('<main class="main')[1]
        .split("csrf")[0]
        for answer, name in zip(wrong, ("employee", "nobody", "disabled", "owner"), strict=True)
    }
    assert {answer.status_code for answer in wrong} == {422}
    assert len(texts) == 1
    assert "The e-mail address or the password is wrong." in texts.pop()
    assert kinds(world) == ["SignInFailed"] * 4
    assert all("PASSWORD" not in answer.get_data(as_text=True) for answer in wrong)


def test_no_account_takes_as_long_as_a_wrong_password() -> None:
    stored = hash_of(PASSWORD)

    def seconds(against: str | None) -> float:
        start = process_time()
        assert not matches(against, "not this one")
        return process_time() - start

    ours = min(seconds(stored) for _ in range(5))
    nobodys = min(seconds(None) for _ in range(5))
    assert 0.5 < nobodys / ours < 2


def test_passwords_are_kept_as_argon2id_and_read_from_any_keyboard() -> None:
    stored = hash_of("ｐａｓｓｗｏｒｄ　が good")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches(stored, "password が good")
    assert not matches(stored, "password が good ")
    assert not matches(stored, "\ud800")
    assert not matches("no hash at all", "password")
    assert not outdated(stored)
    assert outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aaaaaaaaaaaaaaaaaaaaaa")


@only_once
def test_an_old_hash_is_renewed_at_sign_in(world: World) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with world.session() as session:
        session.execute(update(Person).values(password_hash=weak))
    assert sign_in(world.client(), "employee").status_code == 303
    with world.session() as session:
        stored = session.get_one(Person, world.people["employee"]).password_hash
    assert stored != weak
    assert not outdated(stored or "")


def test_the_token_is_new_at_each_sign_in_and_the_old_session_is_gone(world: World) -> None:
    give_password(world, "employee", "owner")
    client = world.client("employee")
    planted = cookie_token(client)
    with client.session_transaction() as stored:
        stored["left over"] = "by somebody else"
    sign_in(client, "owner")
    first = cookie_token(client)
    sign_in(client, "owner")
    second = cookie_token(client)
    assert len({planted, first, second}) == 3
    with client.session_transaction() as stored:
        assert "left over" not in stored
    assert open_sign_ins(world, "employee") == 0
    assert open_sign_ins(world, "owner") == 1


def test_tries_are_limited_across_processes_per_account_and_per_address(world: World) -> None:
    give_password(world, "employee")
    second = create_app(world.app.extensions["accelerator"]["config"])
    second.test_client_class = CheckingClient
    apps = [world.app, second]
    answers = [
        apps[n % 2]
        .test_client()
        .post("/sign-in", data={"email": "Employee@hoshino.example", "password": f"guess {n}"})
        for n in range(12)
    ]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 15 * 60
    text = answers[-1].get_data(as_text=True)
    assert "Please wait 15 minutes" in text
    assert 'value="Employee@hoshino.example"' in text
    assert sign_in(world.client(), "employee").status_code == 429
    with world.session() as session:  # the other tries of this address, without their time
        session.execute(update(Throttle).values(count=Throttle.count + 86))
    last = [sign_in(world.client(), f"nobody{n}", "guess").status_code for n in range(3)]
    assert last == [422, 429, 429]
    with clock.told_by(lambda: NOW + timedelta(minutes=15)):
        assert sign_in(world.client(), "employee").status_code == 303
    second.extensions["accelerator"]["engine"].dispose()


def test_signing_out_ends_the_row_and_the_cookie(world: World) -> None:
    client = world.client("employee")
    stolen = world.app.test_client()
    with client.session_transaction() as stored, stolen.session_transaction() as copy:
        copy.update(stored)
    assert stolen.get("/profile").status_code == 200
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "You are signed out." in client.get("/sign-in").get_data(as_text=True)
    assert stolen.get("/profile").status_code == 302
    client.csrf = ""  # the form tokens went with the session
    assert client.post("/sign-out").status_code == 303
    assert kinds(world) == ["SignedOut"]


def test_signing_out_everywhere_ends_every_browser_but_nobody_elses(world: World) -> None:
    here, there, other = (world.client(n) for n in ("employee", "employee", "owner"))
    assert here.post("/sign-out-everywhere").status_code == 303
    assert [c.get("/profile").status_code for c in (here, there, other)] == [302, 302, 200]
    assert world.client().post("/sign-out-everywhere").status_code == 303


def test_a_browser_ends_another_one_of_the_same_person_only(world: World) -> None:
    here, there, other = (world.client(n) for n in ("employee", "employee", "owner"))
    with world.session() as session:
        mine, second, foreign = session.scalars(select(SignIn.id).order_by(SignIn.id))
    page = here.get("/profile").get_data(as_text=True)
    assert page.count("This browser") == 1
    assert f"/profile/sign-ins/{second}/end" in page
    assert f"/profile/sign-ins/{mine}/end" not in page
    assert f"/profile/sign-ins/{foreign}/end" not in page
    assert here.post(f"/profile/sign-ins/{foreign}/end").status_code == 404
    assert here.post("/profile/sign-ins/99999999999999999999/end").status_code == 404
    assert here.post(f"/profile/sign-ins/{second}/end").status_code == 303
    assert [c.get("/profile").status_code for c in (here, there, other)] == [200, 302, 200]


def test_a_sign_in_ends_by_itself_when_idle_and_at_the_latest_after_a_month(world: World) -> None:
    client = world.client("employee")
    with clock.told_by(lambda: NOW + timedelta(hours=11)):
        assert client.get("/profile").status_code == 200
    with clock.told_by(lambda: NOW + timedelta(hours=22)):
        assert client.get("/profile").status_code == 200
    with clock.told_by(lambda: NOW + timedelta(hours=35)):
        assert client.get("/profile").status_code == 302
    with world.session() as session:
        session.execute(update(SignIn).values(seen_at=NOW + timedelta(days=30, minutes=-1)))
    with clock.told_by(lambda: NOW + timedelta(days=30, minutes=1)):
        assert client.get("/profile").status_code == 302


def test_what_was_typed_survives_an_expired_sign_in_and_is_sent_after_the_next(
    world: World,
) -> None:
    give_password(world, "employee")
    client = world.client("employee")
    form = client.forms_of("/profile").hidden
    typed = {
        "version": form["version"], "family_name": "佐々木 <b>", "given_name": "悠斗",
        "skills": "surface treatment, " * 5, "language": "ja", "time_zone": "Asia/Tokyo",
        "country": "JP", "password": "never shown",
    }  # fmt: skip
    token = client.token()
    with world.session() as session:
        session.execute(update(SignIn).values(ended_at=NOW))
    kept = client.post("/profile", data=typed)
    text = kept.get_data(as_text=True)
    assert kept.status_code == 401
    assert 'value="佐々木 &lt;b&gt;"' in text
    assert "surface treatment, surface" in text
    assert "never shown" not in text
    assert sign_in(client, "employee").status_code == 303
    again = client.post("/profile", data={**typed, "csrf_token": token}, csrf=False)
    assert again.status_code == 303
    with world.session() as session:
        saved = session.get_one(Person, world.people["employee"])
    assert (saved.family_name, saved.given_name) == ("佐々木 <b>", "悠斗")


def test_a_role_taken_or_an_account_closed_counts_from_the_next_request(world: World) -> None:
    manager, employee = world.client("manager"), world.client("employee")
    roles = f"/programmes/{world.programme_key}/roles"
    assert manager.get(roles).status_code == 200
    with world.session() as session:
        session.execute(update(Membership).values(role="reviewer"))
        session.execute(
            update(Person).where(Person.id == world.people["employee"]).values(disabled_at=NOW)
        )
    assert manager.get(roles).status_code == 403
    assert manager.post(roles, data={"person": "owner@hoshino.example"}).status_code == 403
    assert employee.get("/profile").status_code == 302
    assert employee.post("/profile", data={"family_name": "X"}).status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example/",
        "\t//evil.example",
        " //evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "@evil.example",
        "/\x00/evil.example",
        "/\u2028/evil.example",
        "",
    ],
)
def test_no_address_leads_away_from_the_site(target):
    assert safe_path(target) == "/"


@given(st.text())
def test_whatever_is_asked_stays_on_the_site(target):
    found = safe_path(target)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert safe_path("/" + target).startswith("/")


@pytest.mark.parametrize("target", ["/", "/ideas?q=電池&after=5", "/ideas/S27-0042#top", "/a//b"])
def test_our_own_addresses_are_kept(target):
    assert safe_path(target) == target


@only_once
def test_a_strange_next_is_ignored_on_the_whole_way(world: World) -> None:
    give_password(world, "employee")
    client = world.client()
    assert asked_next(client, "/sign-in?next=//evil.example") == "/"
    assert sign_in(client, "employee", next="https://evil.example/").location == "/"
    answer = world.client("owner").get("/sign-in?next=//evil.example")
    assert answer.location == "/"


@only_once
def test_broken_forms_are_answered_at_the_field_in_the_persons_language(world: World) -> None:
    client = world.client()
    for email, password in [
        ("", ""),
        ("a\x00b@hoshino.example", "x"),
        ("x" * 300, "x"),
        ("employee@hoshino.example", "x" * 3000),
    ]:
        answer = client.post("/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 422
        assert "Nothing you typed is lost." in answer.get_data(as_text=True)
    japanese = client.post(
        "/sign-in", data={"email": "", "password": ""}, headers={"Accept-Language": "ja"}
    )
    assert "入力してください" in japanese.get_data(as_text=True)
    assert (
        client.post("/sign-in", data={"email": "a", "password": "b"}, csrf=False).status_code == 400
    )
    assert client.get("/sign-out").status_code == 405


@only_once
def test_the_cookie_is_locked_down_over_https(world: World) -> None:
    from dataclasses import replace

    give_password(world, "employee")
    config = replace(
        world.app.extensions["accelerator"]["config"], base_url="https://ideas.example"
    )
    app = create_app(config, engine=world.engine)
    app.test_client_class = CheckingClient
    client = app.test_client()
    answer = client.post(
        "/sign-in",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
        data={"email": "employee@hoshino.example", "password": PASSWORD},
    )
    cookie = answer.headers["Set-Cookie"]
    assert answer.status_code in (303, 400)
    assert cookie.startswith("__Host-accelerator=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
