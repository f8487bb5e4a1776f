"""Tables people bring from a spreadsheet: decoded, split and checked, with errors by row.

Rows are numbered as a spreadsheet shows them: the headings are row 1. An error with row 0 is about
the whole file. Nothing here raises for what a file holds: whatever it is, its errors say so.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from accelerator.i18n import N_

MOST_ROWS = 5000
LONGEST_LINE = 200_000
LONGEST_CELL = 100_000
DELIMITERS = ",;\t"
RISKY = tuple("=+-@\t\r\n＝＋－＠")  # the wide ones count too

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one row; `message` is translated with `values` where it is shown."""

    row: int
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row with anything in it: its number in the spreadsheet, and its cells by heading."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole table. With any error it must not be applied."""

    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    errors: tuple[RowError, ...] = ()


class _Unreadable(Exception):
    """The file ends here: what follows this row cannot be trusted."""

    def __init__(self, row: int, message: str, **values: object) -> None:
        super().__init__(message)
        self.error = RowError(row, message, values)


def read_csv(content: bytes, *, most_rows: int = MOST_ROWS) -> Sheet:
    r"""Read a CSV file in UTF-8, UTF-16 with a mark, or cp932, split by comma, semicolon or tab.

    >>> sheet = read_csv("名前;部署\n佐藤;研究\n".encode("cp932"))
    >>> sheet.headings, sheet.rows[0].number, dict(sheet.rows[0].cells)
    (('名前', '部署'), 2, {'名前': '佐藤', '部署': '研究'})
    >>> read_csv(b"a,a\n1,2\n").errors[0].message
    'The heading “%(name)s” stands there twice.'
    """
    try:
        return read_rows(_records(_decoded(content)), most_rows=most_rows)
    except _Unreadable as unreadable:
        return Sheet(errors=(unreadable.error,))


def read_rows(records: Iterable[Sequence[object]], *, most_rows: int = MOST_ROWS) -> Sheet:
    """Check rows already split into cells, as a workbook gives them; the first holds the headings.

    Cells become text: surrounding space goes, whole numbers lose their ".0", days are written
    2027-04-01. Empty rows are left out but counted.

    >>> [dict(row.cells) for row in read_rows([["a", "b"], [1.0, date(2027, 4, 1)]]).rows]
    [{'a': '1', 'b': '2027-04-01'}]
    """
    headings: tuple[str, ...] = ()
    rows: list[Row] = []
    errors: list[RowError] = []
    try:
        for number, record in enumerate(records, start=1):
            cells = _trimmed([cell_text(value) for value in record])
            if number == 1:
                headings = tuple(cells)
                errors += _heading_errors(headings)
            elif cells:
                if len(rows) == most_rows:
                    most = {"most": f"{most_rows:,}"}
                    errors.append(RowError(number, N_("There are more than %(most)s rows."), most))
                    break
                errors += _row_errors(number, cells, len(headings))
                padded = cells + [""] * (len(headings) - len(cells))
                rows.append(Row(number, dict(zip(headings, padded, strict=False))))
    except _Unreadable as unreadable:
        errors.append(unreadable.error)
    if not errors and not rows:
        errors.append(RowError(0, N_("The file holds no rows.")))
    return Sheet(headings, tuple(rows), tuple(errors))


def folded(heading: str) -> str:
    """Return a heading as it is compared: width, case, spaces, hyphens and underscores ignored.

    >>> folded("E-Mail") == folded("email") == folded(" e mail ")
    True
    """
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(char for char in plain if not char.isspace() and char not in "-_.")


def cell_text(value: object) -> str:
    r"""Write a cell's value as text.

    >>> cell_text(3.0), cell_text(2.5), cell_text(None), cell_text(" a\r\nb ")
    ('3', '2.5', '', 'a\nb')
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not any((value.hour, value.minute, value.second)):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def neutralise(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before it.

    Source: OWASP, CSV Injection.

    >>> neutralise("=1+1"), neutralise("a=b"), neutralise("-"), neutralise("")
    ("'=1+1", 'a=b', "'-", '')
    """
    return f"'{cell}" if cell.startswith(RISKY) else cell


def _decoded(content: bytes) -> str:
    named = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    for encoding in (named,) if named else ("utf-8", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Unreadable(0, N_("The file's characters cannot be read. Save it as CSV in UTF-8."))


def _records(text: str) -> Iterator[list[str]]:
    """Split the text into records; a quote may run over several lines."""
    lines = _checked_lines(text)
    first = next(lines, "")
    read = 0
    try:
        for record in csv.reader(chain([first], lines), delimiter=_delimiter(first), strict=True):
            read += 1
            yield record
    except csv.Error as error:
        raise _Unreadable(
            read + 1, N_("The quotation marks of this row do not match, or a cell is too long.")
        ) from error


def _checked_lines(text: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > LONGEST_LINE:
            raise _Unreadable(
                number, N_("This row is longer than %(most)s characters."), most=f"{LONGEST_LINE:,}"
            )
        yield line


def _delimiter(first: str) -> str:
    """Return whichever delimiter the headings use most, quoted text left out; else the comma."""
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _heading_errors(headings: Sequence[str]) -> Iterator[RowError]:
    if not headings:
        yield RowError(1, N_("The first row must hold the headings."))
    seen: set[str] = set()
    for place, heading in enumerate(headings, start=1):
        name = folded(heading)
        if not name:
            yield RowError(1, N_("Column %(place)s has no heading."), {"place": place})
        elif name in seen:
            yield RowError(1, N_("The heading “%(name)s” stands there twice."), {"name": heading})
        elif not _storable(heading):
            yield RowError(1, N_("This row has a character that cannot be stored."))
        seen.add(name)


def _row_errors(number: int, cells: Sequence[str], width: int) -> Iterator[RowError]:
    if len(cells) > width:
        yield RowError(number, N_("This row has more cells than there are headings."))
    if not all(map(_storable, cells)):
        yield RowError(number, N_("This row has a character that cannot be stored."))
    if any(len(cell) > LONGEST_CELL for cell in cells):
        yield RowError(
            number,
            N_("A cell is longer than %(most)s characters."),
            {"most": f"{LONGEST_CELL:,}"},
        )


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
