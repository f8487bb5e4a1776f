"""Tables people bring: whatever a file holds, it becomes rows or errors with row numbers."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.tabular import (
    LONGEST_CELL,
    LONGEST_LINE,
    RISKY,
    Sheet,
    cell_text,
    folded,
    neutralise,
    read_csv,
    read_rows,
)

TEXT = "姓,email\n佐藤,sato@hoshino.example\n"


def cells(sheet: Sheet) -> list[dict[str, str]]:
    return [dict(row.cells) for row in sheet.rows]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        "\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be"),
        TEXT.encode("cp932"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace("\n", "\r\n").encode("cp932"),
        TEXT.replace("\n", "\r").encode(),
        '"姓","email"\n"佐藤","sato@hoshino.example"'.encode(),
        "姓 , email ,,\n 佐藤　,sato@hoshino.example,,\n\n".encode(),
    ],
)
def test_every_usual_spelling_of_a_file_says_the_same(content):
    sheet = read_csv(content)
    assert sheet.errors == ()
    assert sheet.headings == ("姓", "email")
    assert cells(sheet) == [{"姓": "佐藤", "email": "sato@hoshino.example"}]


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    sheet = read_csv(b'name,text\na,"two\r\nlines"\n\n,\nb,"x, ""y"""\n')
    assert [row.number for row in sheet.rows] == [2, 5]
    assert cells(sheet) == [{"name": "a", "text": "two\nlines"}, {"name": "b", "text": 'x, "y"'}]


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (b"", 1, "headings"),
        (b"\n\n", 1, "headings"),
        (b"a,b\n", 0, "no rows"),
        (b"a,b\n,,,\n", 0, "no rows"),
        (b"a,b,A\n1,2,3\n", 1, "twice"),
        (b"a,,c\n1,2,3\n", 1, "no heading"),
        (b"a,b\x00c\n1,2\n", 1, "cannot be stored"),
        (b"a,b\n1,2\n1,\x002\n", 3, "cannot be stored"),
        (b"a,b\n1,2\n1,2,3\n", 3, "more cells"),
        (b'a,b\n1,"2\n3,4\n', 2, "quotation marks"),
        (b'a,b\n1,2\n3,"4"5\n', 3, "quotation marks"),
        (b"a,b\n1," + b"x" * LONGEST_LINE + b"\n", 2, "longer than 200,000"),
        (b"a,b\n1," + b"x," * 5_000_000, 2, "longer than 200,000"),
        (b"x" * 10_000_000, 1, "longer than 200,000"),
        (b"a,b\n1," + b"x" * (LONGEST_CELL + 1) + b"\n", 2, "cell is longer"),
        (b"\xff\xfea\x00,\x00\x00", 0, "characters cannot be read"),
        (b"\xef\xbb\xbfa,b\n\xff,\xfe\n", 0, "characters cannot be read"),
        (b"a,b\n\x81\xad\xff,2\n", 0, "characters cannot be read"),
        ("a,b\n1,2\n".encode("utf-16-le"), 1, "cannot be stored"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_row(content, row, words):
    (error,) = read_csv(content).errors[:1]
    assert error.row == row
    assert words in error.message % error.values


def test_rows_are_limited():
    content = b"a\n" + b"1\n" * 4
    assert read_csv(content, most_rows=4).errors == ()
    sheet = read_csv(content, most_rows=3)
    assert [(e.row, e.message % e.values) for e in sheet.errors] == [
        (5, "There are more than 3 rows.")
    ]
    assert len(sheet.rows) == 3


def test_a_workbooks_cells_become_text():
    sheet = read_rows(
        [["a", "b", "c", "d"], [1.0, 2.5, date(2027, 4, 1), True], [None, "", " x ", 10**20]]
    )
    assert cells(sheet) == [
        {"a": "1", "b": "2.5", "c": "2027-04-01", "d": "True"},
        {"a": "", "b": "", "c": "x", "d": "1" + "0" * 20},
    ]
    assert cell_text(datetime(2027, 4, 1)) == "2027-04-01"  # noqa: DTZ001 - workbooks have no zone
    assert cell_text(datetime(2027, 4, 1, 9, 30)) == "2027-04-01T09:30:00"  # noqa: DTZ001 - as above
    assert cell_text(float("nan")) == "nan"


def test_a_lone_surrogate_of_a_workbook_is_refused():
    sheet = read_rows([["a", "\udc80"], ["\ud800", "b"]])
    assert [error.row for error in sheet.errors] == [1, 2]


def test_headings_are_compared_as_people_read_them():
    assert folded("E-mail") == folded("ｅ_ＭＡＩＬ ") == "email"
    assert folded("ﾒｰﾙｱﾄﾞﾚｽ") == folded("メールアドレス")


@given(st.binary(max_size=400))
def test_no_file_raises(content):
    sheet = read_csv(content)
    assert sheet.rows or sheet.errors
    assert all(set(row.cells) <= set(sheet.headings) for row in sheet.rows)


@given(st.text())
def test_no_cell_is_a_formula(text):
    assert not neutralise(text).startswith(RISKY)
    assert neutralise(text).removeprefix("'") == text.removeprefix("'")
