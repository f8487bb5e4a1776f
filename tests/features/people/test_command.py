"""The command's own verbs: the first administrator, invitations, a list."""

import re

import pytest
from click.testing import CliRunner

from accelerator.cli.people import create_admin, invite, list_people
from tests.features.people.door import give_password, kinds, mails, sign_in
from tests.world import World

GOOD = "another quiet garden"


@pytest.fixture
def run(world: World, database_url, monkeypatch):
    monkeypatch.setenv("ACCELERATOR_DATABASE_URL", database_url)
    monkeypatch.setenv("ACCELERATOR_BASE_URL", "https://ideas.example")

    def runner(command, *arguments, **more):
        return CliRunner().invoke(command, arguments, **more)

    return runner


def test_the_first_administrator_is_made_with_a_typed_password(world: World, run) -> None:
    made = run(
        create_admin, "Root@hoshino.example", "--family-name", "Root", input=f"{GOOD}\n{GOOD}\n"
    )
    assert made.exit_code == 0, made.output
    assert GOOD not in made.output
    assert "root@hoshino.example is an administrator." in made.output
    client = world.client()
    assert sign_in(client, "root", GOOD).status_code == 303
    assert client.get("/people").status_code == 200


def test_a_link_is_printed_once_and_nothing_is_mailed(world: World, run) -> None:
    made = run(create_admin, "owner@hoshino.example", "--link")
    (path,) = re.findall(r"https://ideas\.example(/set-password/\S+)", made.output)
    assert world.client().post(path, data={"password": GOOD}).status_code == 303
    assert sign_in(world.client(), "owner", GOOD).status_code == 303
    assert mails(world, "person_invited") == []
    assert kinds(world)[:2] == ["AdministratorMade", "PasswordSet"]


def test_what_breaks_a_rule_ends_in_one_sentence_and_changes_nothing(world: World, run) -> None:
    for command, arguments, typed, words in (
        (
            create_admin,
            ("root@hoshino.example", "--family-name", "R"),
            "short\nshort\n",
            "at least 8",
        ),
        (create_admin, ("root@hoshino.example", "--link"), "", "needs a family name"),
        (create_admin, ("no address", "--link"), "", "not an e-mail address"),
        (create_admin, ("guest@hoshino.example", "--link"), "", "Only an active employee"),
        (invite, ("disabled@hoshino.example",), "", "closed"),
    ):
        answer = run(command, *arguments, input=typed)
        assert answer.exit_code == 1
        assert words in answer.output
        assert "Traceback" not in answer.output
    assert kinds(world) == []
    assert "root@" not in run(list_people).output


def test_somebody_is_invited_and_listed(world: World, run) -> None:
    give_password(world, "employee")
    sent = run(invite, "hana@hoshino.example", "--family-name", "伊藤", "--language", "ja")
    assert "hana@hoshino.example is invited." in sent.output
    (mail,) = mails(world, "person_invited")
    assert mail.data["path"] in sent.output
    assert run(invite, "employee@hoshino.example").exit_code == 1
    listed = run(list_people).output.splitlines()
    assert "hana@hoshino.example\t伊藤\twaiting\t" in listed
    assert "admin@hoshino.example\tTest Admin\twaiting\tadministrator" in listed
    assert "employee@hoshino.example\tTest Employee\tactive\t" in listed
    assert "disabled@hoshino.example\tTest Disabled\tdisabled\t" in listed
