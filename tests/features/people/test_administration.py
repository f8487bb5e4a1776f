"""People as administrators see them: listed, invited, edited, closed; nobody else may."""

import re
from typing import Any

import pytest
from sqlalchemy import event, select

from accelerator.features.people.queries import PAGE
from accelerator.storage.tables import Event
from tests.features.people.door import give_password, kinds, mails, open_sign_ins, person, sign_in
from tests.world import World

only_once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def names(answer: Any) -> list[str]:
    return re.findall(r'<td><a href="/people/\d+">([^<]*)</a>', answer.get_data(as_text=True))


def counted(world: World, client: Any, path: str) -> int:
    """Count the statements of one request."""
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(world.engine, "before_cursor_execute", note)
    assert client.get(path).status_code == 200
    event.remove(world.engine, "before_cursor_execute", note)
    return len([s for s in statements if s.startswith("SELECT")])


def test_only_administrators_see_people(world: World) -> None:
    owner = f"/people/{world.people['owner']}"
    for name in ("employee", "manager", "sponsor", "guest"):
        client = world.client(name)
        assert [
            client.get(p).status_code for p in ("/people", "/people/new", "/people/import")
        ] == [403] * 3
        assert client.get(owner).status_code == 404
        for action in (
            "",
            "/invite",
            "/disable",
            "/enable",
            "/administrator",
            "/administrator/end",
        ):
            assert client.post(owner + action, data={"family_name": "X"}).status_code == 403
    assert world.client().get("/people").status_code == 302
    assert person(world, "owner").family_name == "Owner"
    admin = world.client("admin")
    assert admin.get("/people/99999999999999999999").status_code == 404
    assert admin.get("/people/9999").status_code == 404


def test_people_are_found_by_state_role_and_words(world: World) -> None:
    give_password(world, "employee")
    world.person("sasaki", family_name="佐々木", family_reading="ささき", department="研究 100%")
    admin = world.client("admin")

    def found(query: str) -> list[str]:
        return names(admin.get(f"/people?{query}"))

    assert found("state=disabled") == ["Test Disabled"]
    assert found("state=active&q=employee") == ["Test Employee"]
    assert "Test Employee" not in found("state=waiting")
    assert found("role=manager") == ["Test Manager", "Test Other_manager"]
    assert found("role=administrator") == ["Test Admin"]
    assert found("role=reviewer&q=second test") == ["Test Second"]
    assert found("q=ささき") == found("q=佐々") == found("q=SASAKI@hoshino") == ["佐々木 Test"]
    assert found("q=100%25") == ["佐々木 Test"]
    assert found("q=_") == ["Test Other_manager"]
    assert found("q=%25%25") == []
    assert found("q=a%00b") == found("state=x&role=y&after=z") == names(admin.get("/people"))
    assert found("after=99999999999999999999") == names(admin.get("/people"))
    assert found("after=4000") == []
    assert "Nobody found" in admin.get("/people?q=zzz").get_data(as_text=True)


def test_a_long_list_is_read_in_pages_without_gaps_and_few_queries(world: World) -> None:
    admin = world.client("admin")
    few = counted(world, admin, "/people")
    for n in range(2 * PAGE):
        world.person(f"p{n}", family_name=f"Name {n % 7}", family_reading="同" if n % 3 else "")
    assert counted(world, admin, "/people") == few <= 6
    seen: list[str] = []
    path: str | None = "/people"
    while path:
        answer = admin.get(path)
        rows = re.findall(r'href="/people/(\d+)"', answer.get_data(as_text=True))
        assert len(rows) <= PAGE
        seen += rows
        more = re.findall(r'rel="next" href="([^"]*)"', answer.get_data(as_text=True))
        path = more[0] if more else None
    assert len(seen) == len(set(seen)) == len(world.people)


def test_somebody_new_is_invited_once_by_a_double_click(world: World) -> None:
    admin = world.client("admin")
    form = {
        "email": " Hana.Ito@Hoshino.example", "family_name": "伊藤", "given_name": "花",
        "department": "研究所", "language": "ja", "_once": "the same form",
    }  # fmt: skip
    first, second = (admin.post("/people/new", data=form) for _ in range(2))
    assert first.location == second.location
    assert kinds(world) == ["PersonAdded", "PersonInvited"]
    (mail,) = mails(world, "person_invited")
    assert (mail.channel, mail.state, mail.urgent) == ("mail", "waiting", True)
    page = admin.get(first.location).get_data(as_text=True)
    assert "hana.ito@hoshino.example" in page
    assert "伊藤 花" in page
    assert admin.post(f"{first.location}/invite").status_code == 303
    assert len(mails(world, "person_invited")) == 2
    taken = admin.post("/people/new", data=form | {"_once": "another"})
    assert taken.status_code == 422
    assert "Somebody with this e-mail address exists already." in taken.get_data(as_text=True)
    wrong = admin.post("/people/new", data=form | {"email": "no address", "_once": "third"})
    assert 'id="email-error"' in wrong.get_data(as_text=True)
    assert 'value="研究所"' in wrong.get_data(as_text=True)


def test_details_are_edited_with_the_address_and_not_over_a_newer_version(world: World) -> None:
    admin = world.client("admin")
    path = f"/people/{world.people['owner']}"
    version = admin.forms_of(path).hidden["version"]
    form = {
        "version": version, "email": "New.Owner@hoshino.example", "family_name": "Owner",
        "given_name": "Anna", "language": "en", "time_zone": "Asia/Tokyo", "country": "JP",
    }  # fmt: skip
    assert admin.post(path, data=form | {"email": "mate@hoshino.example"}).status_code == 422
    assert admin.post(path, data=form).status_code == 303
    assert person(world, "owner").email == "new.owner@hoshino.example"
    stale = admin.post(path, data=form | {"given_name": "Hanna"})
    assert stale.status_code == 409
    assert "Hanna" in stale.get_data(as_text=True)
    assert "new.owner@hoshino.example" in stale.get_data(as_text=True)
    assert person(world, "owner").given_name == "Anna"


def test_a_closed_account_is_out_at_once_and_opens_again(world: World) -> None:
    give_password(world, "employee")
    admin, employee = world.client("admin"), world.client("employee")
    path = f"/people/{world.people['employee']}"
    assert admin.post(f"{path}/disable").status_code == 303
    assert employee.get("/profile").status_code == 302
    assert open_sign_ins(world, "employee") == 0
    assert sign_in(world.client(), "employee").status_code == 422
    assert "Open the account again" in admin.get(path).get_data(as_text=True)
    admin.post(f"{path}/disable")
    admin.post(f"{path}/enable")
    admin.post(f"{path}/enable")
    assert employee.get("/profile").status_code == 302
    assert sign_in(world.client(), "employee").status_code == 303
    wanted = ["PersonDisabled", "SignInFailed", "PersonEnabled", "SignedIn"]
    assert kinds(world) == wanted


def test_administrators_are_made_and_unmade_but_never_by_themselves(world: World) -> None:
    admin, owner = world.client("admin"), world.client("owner")
    path, own = f"/people/{world.people['owner']}", f"/people/{world.people['admin']}"
    assert owner.get("/people").status_code == 403
    admin.post(f"{path}/administrator")
    admin.post(f"{path}/administrator")
    assert owner.get("/people").status_code == 200
    admin.post(f"{path}/administrator/end")
    admin.post(f"{path}/administrator/end")
    assert owner.get("/people").status_code == 403
    for action, words in (
        ("administrator/end", "Another administrator has to take"),
        ("disable", "You cannot close your own account."),
    ):
        admin.post(f"{own}/{action}")
        assert words in admin.get(own).get_data(as_text=True)
    for name in ("guest", "disabled"):
        other = f"/people/{world.people[name]}"
        admin.post(f"{other}/administrator")
        assert "Only an active employee" in admin.get(other).get_data(as_text=True)
        assert not person(world, name).is_admin
    assert person(world, "admin").is_admin
    assert kinds(world) == ["AdministratorMade", "AdministratorUnmade"]
    with world.session() as session:
        made = session.scalars(select(Event).where(Event.kind == "AdministratorMade")).first()
    assert made is not None
    assert (made.actor_id, made.subject) == (
        world.people["admin"],
        f"person:{world.people['owner']}",
    )


@only_once
def test_who_can_sign_in_or_is_closed_is_not_invited(world: World) -> None:
    give_password(world, "employee")
    admin = world.client("admin")
    for name, words in (("employee", "has a password already"), ("disabled", "account is closed")):
        path = f"/people/{world.people[name]}"
        assert admin.post(f"{path}/invite").status_code == 303
        assert words in admin.get(path).get_data(as_text=True)
    assert mails(world, "person_invited") == []


@only_once
@pytest.mark.parametrize(
    ("language", "words"), [("en", "Invite somebody"), ("ja", "社員を招待する")]
)
def test_every_page_is_whole_in_both_languages(world: World, language: str, words: str) -> None:
    world.person("chief", is_admin=True, language=language)
    client = world.client("chief")
    roles = f"/programmes/{world.programme_key}/roles"
    for path in (
        "/people",
        "/people/new",
        "/people/import",
        "/profile",
        "/profile/password",
        roles,
    ):
        page = client.get(path)
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.get_data(as_text=True)
    assert words in client.get("/people/new").get_data(as_text=True)


@only_once
def test_a_persons_page_shows_their_roles(world: World) -> None:
    page = world.client("admin").get(f"/people/{world.people['manager']}").get_data(as_text=True)
    assert f"/programmes/{world.programme_key}/roles" in page
    assert "Programme manager" in page
