"""A person's own details and preferences: saved whole, never over somebody else's change."""

import pytest
from sqlalchemy import select

from accelerator.i18n import places
from accelerator.storage.tables import Event
from tests.features.people.door import kinds, person
from tests.world import World

only_once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TYPED = {
    "family_name": "佐々木", "given_name": "悠斗", "family_reading": "ささき",
    "given_reading": "ゆうと", "department": "新事業開発部", "line_manager": "",
    "skills": "表面処理、 Patents，patents", "language": "ja", "time_zone": "Europe/Berlin",
    "country": "DE",
}  # fmt: skip


def save(world, client, **changes):
    version = person(world, "employee").version
    return client.post("/profile", data=TYPED | {"version": str(version)} | changes)


def test_details_are_saved_and_change_the_page_at_once(world: World) -> None:
    client = world.client("employee")
    answer = save(world, client, line_manager="manager@hoshino.example")
    assert answer.status_code == 303
    row = person(world, "employee")
    assert (row.display_name, row.family_reading) == ("佐々木 悠斗", "ささき")
    assert (row.language, row.time_zone, row.country) == ("ja", "Europe/Berlin", "DE")
    assert row.skills == ["表面処理", "Patents"]
    assert row.line_manager_id == world.people["manager"]
    assert (row.email, row.is_admin) == ("employee@hoshino.example", False)
    page = client.get("/profile").get_data(as_text=True)
    assert 'lang="ja"' in page
    assert "プロフィールを保存しました。" in page
    assert 'value="manager@hoshino.example"' in page
    with world.session() as session:
        event = session.scalars(select(Event)).one()
    assert (event.kind, event.data["fields"][0]) == ("ProfileChanged", "family_name")
    assert "佐々木" not in str(event.data)
    save(world, client, line_manager="manager@hoshino.example")
    assert kinds(world) == ["ProfileChanged"]


@only_once
def test_a_line_manager_is_found_by_name_or_address(world: World) -> None:
    client = world.client("employee")
    for who in ("Test Manager", "owner  test", " Manager@hoshino.example "):
        assert save(world, client, line_manager=who).status_code == 303
        name = "owner" if "owner" in who else "manager"
        assert person(world, "employee").line_manager_id == world.people[name]


WRONG = [
    ("family_name", "", "Please fill this in."),
    ("family_name", "x" * 101, "more than 100 characters"),
    ("department", "a\x00b", "cannot be stored"),
    ("skills", ",".join(f"s{n}" for n in range(31)), "At most 30 skills."),
    ("skills", "x" * 61, "at most 60 characters"),
    ("time_zone", "Mars/Base", "Not a valid choice"),
    ("country", "ZZ", "Not a valid choice"),
    ("language", "fr", "Not a valid choice"),
    ("line_manager", "Nobody Here", "No employee has this name"),
    ("line_manager", "disabled@hoshino.example", "No employee has this name"),
    ("line_manager", "guest@hoshino.example", "No employee has this name"),
    ("line_manager", "Twin Twin", "Several people have this name"),
    ("line_manager", "employee@hoshino.example", "Nobody is their own line manager."),
]


@only_once
def test_a_wrong_value_is_said_at_its_field_with_everything_kept(world: World) -> None:
    for key in ("twin1", "twin2"):
        world.person(key, family_name="Twin", given_name="Twin")
    client = world.client("employee")
    for field, value, words in WRONG:
        answer = save(world, client, **{"given_name": "Kept as typed", field: value})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in page
        assert words in page
        assert 'value="Kept as typed"' in page
    assert person(world, "employee").family_name == "Employee"


def test_any_name_comes_back_exactly(world: World) -> None:
    client = world.client("employee")
    for name in (
        "👩🏽‍🚀🏳️‍🌈",
        "אבג\u202e\u05d3",
        "Z̸̧̛͓a̷l̶g̵o̴",
        "ｆｕｌｌ ﾊﾝｶｸ",
        'O\'Brien "<script>alert(1)</script>" & Søn; DROP TABLE',
        "{{ 7*7 }} %(name)s %s",
    ):
        assert save(world, client, family_name=name, given_name=name).status_code == 303
        assert person(world, "employee").family_name == name
        assert "<script>alert" not in client.get("/profile").get_data(as_text=True)


def test_a_stale_edit_shows_both_texts_and_keeps_them(world: World) -> None:
    first, second = world.client("employee"), world.client("employee")
    version = first.forms_of("/profile").hidden["version"]
    assert second.forms_of("/profile").hidden["version"] == version
    assert first.post("/profile", data=TYPED | {"version": version}).status_code == 303
    mine = TYPED | {"version": version, "department": "自分の部署", "language": "en"}
    answer = second.post("/profile", data=mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "自分の部署" in page
    assert "新事業開発部" in page
    assert person(world, "employee").department == "新事業開発部"
    assert "employee@hoshino.example" not in page
    again = {**mine, "version": str(person(world, "employee").version)}
    assert second.post("/profile", data=again).status_code == 303
    assert person(world, "employee").department == "自分の部署"
    assert first.post("/profile", data=TYPED).status_code == 422


def test_extra_fields_change_nothing(world: World) -> None:
    client = world.client("employee")
    more = {"is_admin": "1", "email": "boss@hoshino.example", "disabled_at": "x", "id": "1"}
    assert save(world, client, **more).status_code == 303
    row = person(world, "employee")
    assert (row.email, row.is_admin) == ("employee@hoshino.example", False)


def test_preferences_are_kept_without_making_the_profile_stale(world: World) -> None:
    client = world.client("employee")
    version = person(world, "employee").version
    answer = client.post(
        "/preferences",
        data={
            "language": "ja",
            "theme": "dark",
            "single_keys": "off",
            "next": "/profile#appearance",
        },
    )
    assert (answer.status_code, answer.location) == (303, "/profile#appearance")
    page = client.get("/profile").get_data(as_text=True)
    assert '<html lang="ja" data-theme="dark">' in page
    row = person(world, "employee")
    assert (row.single_keys, row.version) == (False, version)
    client.post("/preferences", data={"language": "fr", "theme": "pink", "single_keys": "?"})
    row = person(world, "employee")
    assert (row.language, row.theme, row.single_keys) == ("ja", "dark", False)


@only_once
def test_a_stranger_keeps_language_and_theme_in_a_cookie(world: World) -> None:
    client = world.client()
    for language, theme in (("ja", "dark"), ("en", "light")):
        answer = client.post(
            "/preferences",
            data={"language": language, "theme": theme, "next": "//evil.example"},
        )
        assert answer.location == "/"
        assert all(
            "HttpOnly" in c and "SameSite=Lax" in c
            for c in answer.headers.getlist("Set-Cookie")
            if c.startswith(("language", "theme"))
        )
        page = client.get("/sign-in").get_data(as_text=True)
        assert f'<html lang="{language}" data-theme="{theme}">' in page
    assert client.post("/preferences", data={"language": "fr"}).headers.getlist("Set-Cookie") == []


def test_choices_offer_every_place() -> None:
    assert {"Asia/Tokyo", "Europe/Berlin", "Pacific/Apia", "UTC"} <= set(places.zones())
    assert {"JP", "DE", "BR"} <= places.country_codes()
    assert dict(places.countries("ja"))["JP"] == "日本"
    assert all(len(code) == 2 for code in places.country_codes())
    assert "QO" not in places.country_codes()
