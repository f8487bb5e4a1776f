"""Files as they really arrive, and as nobody should send them: never a 500, all of it or nothing.

Each file that can be read is imported twice, and the second time changes nothing. Each that cannot
is refused with the row that is wrong, in words, and leaves the database as it was.
"""

import io
import re
import zipfile

import pytest
import xlsxwriter
from sqlalchemy import func, select

from accelerator.storage.tables import Event, Idea
from tests.features.imports.test_importing import URL, bring, hidden, upload

ROWS = "no,title,summary\n1,電池を長持ちさせる,倍の寿命\n2,Quiet bearings,Half the noise\n"
COLUMNS = ("external_id", "title", "summary")


def workbook(rows, sheets=1):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for number in range(sheets):
            sheet = book.add_worksheet()
            for place, row in enumerate(rows if number == 0 else []):
                sheet.write_row(place, 0, row)
    return file.getvalue()


TABLE = [line.split(",") for line in ROWS.splitlines()]
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"


def spoilt(part, change):
    """Return a workbook with one part changed, or left out where the change returns None."""
    whole, file = zipfile.ZipFile(io.BytesIO(workbook(TABLE))), io.BytesIO()
    with whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            content = whole.read(name)
            content = change(content) if name == part else content
            if content is not None:
                archive.writestr(name, content)
    return file.getvalue()


def with_cells(cells):
    return spoilt(SHEET, lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"))


GOOD = {
    "utf-8": ROWS.encode(),
    "BOM": ROWS.encode("utf-8-sig"),
    "UTF-16": ROWS.encode("utf-16"),
    "cp932": ROWS.encode("cp932"),
    "semicolons": ROWS.replace(",", ";").encode(),
    "tabs": ROWS.replace(",", "\t").encode("utf-16"),
    "old line ends": ROWS.replace("\n", "\r").encode(),
    "quoted line ends": ROWS.replace("Half the noise", '"Half\r\nthe, ""noise"""').encode(),
    "empty rows and cells": (ROWS.replace("\n", ",,\n\n,,\n") + "\n\n").encode(),
    "formula cells": ROWS.replace("Half the noise", "=HYPERLINK(A1)").encode(),
    "markup": ROWS.replace("Half the noise", "<script>alert(1)</script>").encode(),
    "emoji, combining, turned": ROWS.replace("Half", "👩‍🔬 e\u0301\u0323 \u202etxt").encode(),
    "workbook": workbook(TABLE),
    "workbook with numbers": workbook([TABLE[0], [1, "電池を長持ちさせる", 5.0], [2, "B", 1.5]]),
    "workbook with a formula": workbook([TABLE[0], [1, "A", "=1+1"], [2, "B", "=#REF!"]]),
    "workbook with more sheets": workbook(TABLE, sheets=3),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_can_be_read_comes_in_once(world, name):
    manager = world.client("manager")
    for _ in range(2):
        answer = bring(manager, GOOD[name], columns=COLUMNS)
        assert answer.status_code == 303
        with world.session() as session:
            assert session.scalars(select(Idea.external_id)).all() == ["1", "2"]
            assert session.scalar(select(func.count()).select_from(Event)) == 3
    assert manager.get("/ideas").status_code == 200


BAD = {
    "nothing": (b"", "Row 1", "must hold the headings"),
    "headings only": (b"title,summary\n", "File", "The file holds no rows."),
    "NUL": (ROWS.replace("Half", "Ha\x00lf").encode(), "Row 3", "cannot be stored"),
    "ten megabytes in a line": (ROWS.encode() + b"3," + b"x" * 10_000_000, "Row 4", "longer than"),
    "headings twice": (ROWS.replace("no,", "title,").encode(), "Row 1", "stands there twice"),
    "no heading": (ROWS.replace("no,", ",").encode(), "Row 1", "has no heading"),
    "more cells than headings": (ROWS.encode() + b"3,a,b,c\n", "Row 4", "more cells"),
    "open quote": (ROWS.encode() + b'3,"a,b\n', "Row 4", "quotation marks"),
    "half a UTF-16 file": (ROWS.encode("utf-16")[:-1], "File", "characters cannot be read"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "Row|File", ""),
    "5,001 rows": (
        b"title,summary\n" + b"".join(b"%d,x\n" % n for n in range(5001)),
        "Row 5002",
        "more than 5,000 rows",
    ),
    "5,001 rows in a workbook": (
        workbook([["title", "summary"], *([n, "x"] for n in range(5001))]),
        "Row 5002",
        "more than 5,000 rows",
    ),
    "101 columns": (
        ",".join(f"c{n}" for n in range(101)).encode() + b"\n" + b"x," * 100 + b"x\n",
        "Row 1",
        "more than 100 columns",
    ),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "File", "without a password"),
    "cut workbook": (workbook(TABLE)[:-300], "File", "cannot be read"),
    "other zip": (spoilt(BOOK, lambda _: None), "File", "no Excel workbook"),
    "workbook without sheets": (
        spoilt(BOOK, lambda xml: re.sub(rb"<sheet .*?/>", b"", xml)), "File", "no visible sheet",
    ),
    "workbook with a hidden sheet": (
        spoilt(BOOK, lambda xml: xml.replace(b"<sheet ", b'<sheet state="hidden" ')),
        "File",
        "no visible sheet",
    ),
    "workbook without its sheet": (spoilt(SHEET, lambda _: None), "File", "cannot be read"),
    "workbook of rubbish": (spoilt(BOOK, lambda _: b"\x01<"), "File", "cannot be read"),
    "workbook with a torn sheet": (spoilt(SHEET, lambda xml: xml[:-90]), "File", "cannot be read"),
    "workbook in UTF-16": (
        spoilt(SHEET, lambda xml: xml.decode().encode("utf-16")), "File", "cannot be read",
    ),
    "workbook with nothing": (workbook([]), "Row 1|File", "headings|no rows"),
    "workbook that reaches far": (
        with_cells(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "File", "too large",
    ),
    "workbook that unpacks to 200 megabytes": (with_cells(b" " * 200_000_000), "File", "too large"),
}  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_cannot_be_read_is_refused_with_its_row(world):
    manager = world.client("manager")
    for name, (content, row, words) in BAD.items():
        page = upload(manager, content, "ideas.xlsx" if "workbook" in name else "ideas.csv")
        text = page.get_data(as_text=True)
        assert page.status_code == 422, name
        assert re.search(f"<td>({row})</td>", text), name
        assert re.search(words, text), name
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Idea)) == 0
    assert upload(manager, b"x" * 22_000_000).status_code == 413


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_table_that_fits_no_page_is_refused_and_the_largest_one_passes(world):
    import random

    letters = "".join(map(chr, range(0x4E00, 0x9000)))
    draw = random.Random(7)
    noise = "".join(
        f"{n},{''.join(draw.choices(letters, k=20))},{''.join(draw.choices(letters, k=800))}\n"
        for n in range(2000)
    )
    manager = world.client("manager")
    refused = upload(manager, ("no,title,summary\n" + noise).encode())
    assert refused.status_code == 422
    assert "too large to be imported at once" in refused.get_data(as_text=True)
    most = "no,title,summary\n" + "".join(
        f"{n},Idea number {n},{'why ' * 40}\n" for n in range(5000)
    )
    assert bring(manager, most.encode(), columns=COLUMNS).status_code == 303
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Idea)) == 5000


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_that_was_tampered_with_is_refused(world):
    import base64
    import json
    import zlib

    manager = world.client("manager")
    good = hidden(upload(manager, ROWS.encode()))
    assert good["table"]
    base = {f"column_{n}": target for n, target in enumerate(COLUMNS)}
    base |= {"owner": "owner@hoshino.example", "arrival": "handed_in", "import": "1"}

    def carried(value):
        return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode()

    for table in (
        "", "!", "é", base64.urlsafe_b64encode(b"no zlib").decode(), carried({"a": 1}), carried([1]),
        carried([["title", "title"], ["a", "b"]]), carried([["title"], [["deep"]], ["\ud800"]]),
        carried([[]]), base64.urlsafe_b64encode(zlib.compress(b"[" * 100_000_000)).decode(),
        base64.urlsafe_b64encode(zlib.compress(b"[[" + b'"a",' * 90_000 + b'"a"]]')).decode(),
    ):  # fmt: skip
        page = manager.post(URL, data=base | {"table": table})
        assert page.status_code == 422, table[:80]
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Idea)) == 0
