"""People from a file: looked at first, all or nothing, and again changes nothing."""

import re
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from accelerator.storage.tables import Person
from tests.features.people.door import kinds, mails, person
from tests.world import World

only_once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GOOD = (
    "メールアドレス,姓,名,部署,上長,専門分野,Shoe size\n"
    "ito@hoshino.example,伊藤,葵,開発,kato@hoshino.example,特許;表面処理,38\n"
    "kato@hoshino.example,加藤,,=cmd()|'/c calc',manager@hoshino.example,,40\n"
    "OWNER@hoshino.example,Owner,Anna,,,,\n"
    "mate@hoshino.example,Mate,,,,,\n"
)


def look(client: Any, content: bytes) -> Any:
    return client.post("/people/import", data={"file": (BytesIO(content), "people.csv")})


def carried(answer: Any) -> str:
    return re.findall(r'name="content" value="([^"]*)"', answer.get_data(as_text=True))[0]


def count(world: World) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_file_is_looked_at_then_applied_and_then_changes_nothing(world: World) -> None:
    admin, before = world.client("admin"), count(world)
    assert admin.get("/people/import").status_code == 200
    seen = look(admin, GOOD.encode("cp932"))
    page = seen.get_data(as_text=True)
    assert seen.status_code == 200
    for words in (
        "2 people are new",
        "1 person changes",
        "Test → Anna",
        "Shoe size",
        "1 person in",
    ):
        assert words in page
    assert (count(world), kinds(world)) == (before, [])
    done = admin.post("/people/import", data={"content": carried(seen), "invite": "y"})
    assert done.location == "/people"
    assert "2 people added, 1 person changed." in admin.get("/people").get_data(as_text=True)
    assert count(world) == before + 2
    with world.session() as session:
        ito, kato = session.scalars(
            select(Person)
            .where(Person.email.in_(["ito@hoshino.example", "kato@hoshino.example"]))
            .order_by(Person.email)
        )
    assert (ito.line_manager_id, kato.line_manager_id) == (kato.id, world.people["manager"])
    assert (ito.skills, kato.department) == (["特許", "表面処理"], "=cmd()|'/c calc'")
    assert person(world, "owner").given_name == "Anna"
    assert len(mails(world, "person_invited")) == 2
    added = ["PersonAdded", "PersonAdded", "ProfileChanged", "PersonInvited", "PersonInvited"]
    assert kinds(world) == [*added, "PeopleImported"]
    again = admin.post("/people/import", data={"content": carried(seen), "invite": "y"})
    assert again.status_code == 303
    assert "nothing was changed" in admin.get("/people").get_data(as_text=True)
    assert len(kinds(world)) == 6
    assert "Nothing to do" in look(admin, GOOD.encode("utf-16")).get_data(as_text=True)


@only_once
def test_invitations_are_left_out_when_not_wanted(world: World) -> None:
    admin = world.client("admin")
    content = carried(look(admin, GOOD.encode()))
    admin.post("/people/import", data={"content": content})
    assert mails(world, "person_invited") == []
    assert "PersonInvited" not in kinds(world)


@only_once
def test_any_broken_file_is_answered_with_rows_and_changes_nothing(world: World) -> None:
    admin, before = world.client("admin"), count(world)
    head = "email,family name\n"
    for content, row in [
        ("email,email\na,b\n", "1"),
        (f"{head}x@b.example,X\nnot an address,Y\n", "3"),
        (f"{head}x@b.example,X\nx@b.example,Y\n", "3"),
        (f'{head}x@b.example,"X\n', "2"),
        (f"{head}x@b.example,X\x00\n", "2"),
        (f"{head}x@b.example,{'x' * 300_000}\n", "2"),
        (f"{head}x@b.example,X,Y,Z\n", "2"),
        (head + "".join(f"x{n}@b.example,X\n" for n in range(2001)), "2002"),
        (head, "File"),
        ("just one cell", "File"),
    ]:
        answer = look(admin, content.encode())
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, content[:50]
        assert f'<td class="cell-number">{row}</td>' in page, content[:50]
        assert "nothing was imported" in page
    assert look(admin, b"\xff\xfe\x00").status_code == 422
    assert (count(world), kinds(world)) == (before, [])


@only_once
def test_what_is_no_file_is_said_at_the_field(world: World) -> None:
    admin = world.client("admin")
    for data, words in (
        ({}, "choose a file"),
        ({"file": (BytesIO(b""), "")}, "choose a file"),
        ({"file": (BytesIO(b""), "empty.csv")}, "choose a file"),
        ({"content": "?no base64"}, "choose the file again"),
        ({"content": "x" * 1_900_001}, "larger than 1 MB"),
    ):
        answer = admin.post("/people/import", data=data)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)


@only_once
def test_a_large_file_is_refused_before_it_is_read(world: World) -> None:
    admin = world.client("admin")
    # Encoded here, as the test client would keep so large a form in a file it never closes.
    boundary, body = encode_multipart(
        {"csrf_token": admin.token(), "file": FileStorage(BytesIO(b"x" * 1_000_001), "large.csv")}
    )
    kind = f"multipart/form-data; boundary={boundary}"
    answer = admin.post("/people/import", data=body, content_type=kind)
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.get_data(as_text=True)


def test_with_one_error_nothing_of_the_file_is_applied(world: World) -> None:
    admin, before = world.client("admin"), count(world)
    content = carried(look(admin, GOOD.encode()))
    with world.session() as session:
        session.get_one(Person, world.people["manager"]).email = "moved@hoshino.example"
    answer = admin.post("/people/import", data={"content": content, "invite": "y"})
    assert answer.status_code == 422
    assert "neither known nor in the file" in answer.get_data(as_text=True)
    assert (count(world), kinds(world)) == (before, [])


@only_once
def test_errors_are_said_in_the_persons_language(world: World) -> None:
    world.person("kanri", is_admin=True, language="ja")
    page = look(world.client("kanri"), b"email,surname\nx@b.example,\n").get_data(as_text=True)
    assert "姓を入力してください。" in page
    assert "エラーが1件あります。" in page
