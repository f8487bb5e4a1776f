"""People from a table: errors by row, and importing again changes nothing."""

import pytest

from accelerator.domain import roster
from accelerator.domain.people import Details
from accelerator.domain.tabular import read_csv

BOSS = Details(email="boss@hoshino.example", family_name="Boss")
SATO = Details(
    email="sato@hoshino.example",
    family_name="佐藤",
    department="研究",
    line_manager="away@hoshino.example",
    skills=("特許",),
)
KNOWN = {person.email: person for person in (BOSS, SATO)}


def read(text):
    sheet = read_csv(text.encode())
    return roster.read(sheet, KNOWN, zones={"Asia/Tokyo", "Europe/Berlin"}, countries={"JP", "DE"})


def test_new_changed_and_known_people_are_told_apart():
    found = read(
        "メールアドレス,姓,名,部署,上長,専門分野,言語,国,Shoe size\n"
        "ito@hoshino.example,伊藤,葵,開発,SATO@hoshino.example,特許; 表面処理,日本語,de,38\n"
        "sato@hoshino.example,佐藤,,開発,,,,,41\n"
        "boss@hoshino.example,Boss,,,,,,,\n"
    )
    assert found.errors == ()
    assert [(e.row, e.details.email) for e in found.added] == [(2, "ito@hoshino.example")]
    (new,) = (entry.details for entry in found.added)
    assert (new.line_manager, new.skills) == ("sato@hoshino.example", ("特許", "表面処理"))
    assert (new.language, new.country) == ("ja", "DE")
    (changed,) = found.changed
    assert (changed.row, changed.changes) == (3, ("department",))
    assert changed.details.line_manager == "away@hoshino.example"
    assert (found.unchanged, found.ignored) == (1, ("Shoe size",))
    assert found.added[0].changes == ()


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        ("family name\nSato\n", 1, "“email” is missing"),
        ("email,family name,surname\na@b.example,A,A\n", 1, "Two columns say the same"),
        ("email,email\na@b.example,\n", 1, "twice"),
        ("email,family name\nnobody,A\n", 2, "not an e-mail address"),
        ("email,family name\n,A\n", 2, "not an e-mail address"),
        ("email,family name\na@b.example,\n", 2, "needs a family name"),
        ("email,family name\na@b.example,A\nA@B.example,A\n", 3, "row 2 already"),
        ("email,family name,manager\na@b.example,A,x@b.example\n", 2, "neither known nor"),
        ("email,family name,manager\na@b.example,A,A@b.example\n", 2, "own line manager"),
        ("email,family name,manager\na@b.example,A,Somebody\n", 2, "not an e-mail address"),
        ("email,family name,country\na@b.example,A,Atlantis\n", 2, "is not known here"),
        ("email,family name,language\na@b.example,A,Klingon\n", 2, "is not known here"),
        (f"email,family name\na@b.example,{'x' * 101}\n", 2, "more than 100"),
        (f"email,family name,skills\na@b.example,A,{'x' * 61}\n", 2, "at most 60"),
    ],
)
def test_what_is_wrong_is_an_error_of_its_row(text, row, words):
    found = read(text)
    (error,) = found.errors
    assert error.row == row
    assert words in error.message % error.values


def test_errors_name_their_column_and_come_in_order():
    found = read(
        "email,family name,manager\n"
        "a@b.example,A,x@b.example\nb@b.example,,\nc@b.example,C,a@b.example\n"
    )
    assert [(e.row, e.values.get("label")) for e in found.errors] == [
        (2, "Line manager"),
        (3, "Family name"),
    ]


def test_the_addresses_of_a_file_are_all_it_names():
    sheet = read_csv(b"email,manager,x\nA@b.example,C@d.example,e@f.example\n?,,\n")
    assert roster.addresses(sheet) == {"a@b.example", "c@d.example"}
