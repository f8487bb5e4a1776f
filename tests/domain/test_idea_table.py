"""Rows as ideas: where columns go, what each row says, what is wrong in which row."""

import pytest

from accelerator.domain.answers import Asked, Given, Kind, Option
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.idea_table import (
    LONGEST_NUMBER,
    LONGEST_TEXT,
    LONGEST_TITLE,
    Entry,
    Gap,
    Known,
    Order,
    addresses,
    differs,
    gaps,
    guess,
    read,
)
from accelerator.domain.tabular import read_csv, read_rows

OWNER = "owner@hoshino.example"
PROBLEM = Asked("problem", Kind.LONG, Bilingual("課題", "Problem"), required=True, word_limit=5)
STAGE = Asked(
    "maturity",
    Kind.CHOICE,
    Bilingual("進み具合", "How far"),
    options=(
        Option("thought", Bilingual("思いついた", "A thought")),
        Option("tried", Bilingual("試した", "Tried")),
    ),
)
REGIONS = Asked("regions", Kind.SEVERAL, Bilingual("地域", "Regions"), options=STAGE.options)
SALES = Asked("sales", Kind.NUMBER, Bilingual("売上", "Sales"))
QUESTIONS = (PROBLEM, STAGE, REGIONS, SALES)


def table(*rows):
    return read_rows(rows)


def batch(rows, targets, owners=(OWNER,), owner=OWNER, questions=QUESTIONS, language="en"):
    return read(table(*rows), Order(tuple(targets), owner, language), questions, owners)


def messages(found):
    return [
        (error.row, getattr(error.values.get("label"), "en", ""), error.message)
        for error in found.errors
    ]


def test_columns_are_guessed_by_their_headings_in_both_languages():
    heads = ["管理番号", "Idea", "概要", "How far", "売上", "E-Mail", "Name", "Colour"]
    assert guess(heads, QUESTIONS) == (
        "external_id", "title", "summary", "answer_maturity", "answer_sales", "owner", "", "",
    )  # fmt: skip


def test_a_row_becomes_an_idea_in_the_language_it_is_written_in():
    found = batch(
        [
            ["no", "title", "summary", "problem", "how", "where", "sales", "mail"],
            ["7", "A  better\ncell", "Lasts longer", "Cells die", "tried", "Tried、A thought", "1200", ""],
            [8, "より良い電池", "長持ち", "", "", "", 3.5, " Mate@Hoshino.Example "],
        ],
        ["external_id", "title", "summary", "answer_problem", "answer_maturity", "answer_regions",
         "answer_sales", "owner"],
        owners=(OWNER, "mate@hoshino.example"),
    )  # fmt: skip
    assert found.errors == ()
    assert found.entries == (
        Entry(
            2, "7", OWNER, "en", Bilingual("", "A better cell"), Bilingual("", "Lasts longer"),
            {
                "problem": Given(Bilingual("", "Cells die")),
                "maturity": Given(value="tried"),
                "regions": Given(value=["tried", "thought"]),
                "sales": Given(value="1200"),
            },
        ),
        Entry(
            3, "8", "mate@hoshino.example", "ja", Bilingual("より良い電池"), Bilingual("長持ち"),
            {"sales": Given(value="3.5")},
        ),
    )  # fmt: skip


def test_an_amount_has_the_currency_beside_it_or_the_first_one():
    currencies = tuple(Option(key, Bilingual(key, key)) for key in ("JPY", "USD"))
    price = Asked("price", Kind.MONEY, Bilingual("価格", "Price"), options=currencies)
    free = Asked("free", Kind.MONEY, Bilingual("価格", "Price"))
    found = batch(
        [["t", "s", "p", "f"], ["Cell", "x", "usd 120", "7"], ["Pump", "x", "¥5000", "8"]],
        ["title", "summary", "answer_price", "answer_free"],
        questions=(price, free),
    )
    assert [entry.answers for entry in found.entries] == [
        {"price": Given(value="120 USD"), "free": Given(value="7")},
        {"price": Given(value="5000 JPY"), "free": Given(value="8")},
    ]


def test_several_columns_make_one_text_each_after_the_first_with_its_heading():
    found = batch(
        [["title", "summary", "Industry", "Tags"], ["A", "One", "Health", ""], ["B", "", "", "x"]],
        ["title", "summary", "summary", "summary"],
    )
    assert [entry.summary.en for entry in found.entries] == ["One\n\nIndustry: Health", "Tags: x"]


def test_without_a_number_an_idea_is_known_by_its_title():
    rows = [["title", "summary"], ["A better cell", "x"], ["a BETTER  cell", "y"], ["", "z"]]
    found = batch(rows, ["title", "summary"])
    assert found.entries[0].external_id.startswith("title:")
    assert len(found.entries[0].external_id) <= LONGEST_NUMBER
    assert messages(found) == [
        (3, "", "The same title stands in row %(row)s already. A column with numbers helps."),
        (4, "Title", "This is empty."),
    ]


def test_every_fault_is_said_with_its_row_and_column():
    found = batch(
        [
            ["no", "title", "summary", "how", "sales", "mail"],
            ["1", "A", "x", "maybe", "many", ""],
            ["1", "B", "x", "", "", "nobody@hoshino.example"],
            ["", "C" * (LONGEST_TITLE + 1), "x", "", "", "no address"],
            ["9" * (LONGEST_NUMBER + 1), "D", "x", "", "", ""],
        ],
        ["external_id", "title", "summary", "answer_maturity", "answer_sales", "owner"],
    )
    assert messages(found) == [
        (2, "How far", "Choose one of the answers offered."),
        (2, "Sales", "Write a number, for example 1200 or 3.5."),
        (3, "Owner's e-mail address", "No employee has this e-mail address."),
        (3, "", "The number “%(number)s” stands in row %(row)s already."),
        (4, "External number", "This is empty."),
        (4, "Title", "This has more than %(most)s characters."),
        (4, "Owner's e-mail address", "This is not an e-mail address, like name@company.example."),
        (5, "External number", "This has more than %(most)s characters."),
    ]


def test_a_text_put_together_may_become_too_long():
    half = "x" * (LONGEST_TEXT // 2 + 1)
    found = batch(
        [["title", "summary", "problem", "more"], ["A", "s", half, half]],
        ["title", "summary", "answer_problem", "answer_problem"],
    )
    assert messages(found) == [(2, "Problem", "This has more than %(most)s characters.")]


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (["title", "", ""], [(1, "Summary", "No column goes here yet.")]),
        (["", "", "summary"], [(1, "Title", "No column goes here yet.")]),
        (["title", "title", "summary"], [(1, "Title", "Only one column can go here.")]),
        (
            ["title", "summary", "owner", "owner"],
            [(1, "Owner's e-mail address", "Only one column can go here.")],
        ),
        (
            ["title", "summary", "answer_sales", "answer_sales"],
            [(1, "Sales", "Only one column can go here.")],
        ),
    ],
)
def test_an_order_that_cannot_be_followed_is_refused(targets, said):
    names = [f"c{place}" for place in range(len(targets))]
    assert messages(batch([names, ["x"] * len(targets)], targets)) == said


def test_a_broken_table_says_only_what_is_broken():
    sheet = read_csv(b"a,a\n1,2\n")
    assert read(sheet, Order(("", ""), OWNER), (), ()).errors == sheet.errors


def test_the_addresses_of_a_table_are_those_that_can_be_looked_up():
    sheet = table(["title", "mail"], ["A", "Mate@Hoshino.Example"], ["B", "nonsense"])
    assert addresses(sheet, Order(("title", "owner"), "Owner@Hoshino.Example")) == {
        OWNER,
        "mate@hoshino.example",
    }
    assert addresses(sheet, Order(("title", ""), "nonsense")) == set()


def test_an_idea_differs_from_its_row_in_what_the_row_says_alone():
    entry = Entry(
        2, "1", OWNER, "en", Bilingual("", "A"), Bilingual("", "S"),
        {"problem": Given(Bilingual("", "P")), "maturity": Given(value="tried")},
    )  # fmt: skip
    answers = {
        "problem": Given(Bilingual("訳", "P")),
        "maturity": Given(value="tried"),
        "sales": Given(value="4"),
    }
    same = Known("S27-0001", Bilingual("訳", "A"), Bilingual("", "S"), answers)
    assert not differs(entry, same)
    for other in (
        Known("S27-0001", Bilingual("", "B"), same.summary, answers),
        Known("S27-0001", same.title, Bilingual("", "T"), answers),
        Known("S27-0001", same.title, same.summary, answers | {"problem": Given()}),
        Known("S27-0001", same.title, same.summary, answers | {"maturity": Given(value="thought")}),
        Known("S27-0001", same.title, same.summary, {}),
    ):
        assert differs(entry, other)


def test_what_a_team_could_not_hand_in_is_counted():
    found = batch(
        [
            ["title", "summary", "problem"],
            ["A", "", "one two three four five six"],
            ["B", "s", ""],
            ["C", "s", "short"],
        ],
        ["title", "summary", "answer_problem"],
    )
    assert gaps(found.entries, QUESTIONS) == [
        Gap(Bilingual("概要", "Summary"), empty=1, too_long=0),
        Gap(Bilingual("課題", "Problem"), empty=1, too_long=1),
    ]
