"""A file somebody chose becomes a Sheet; between two pages, the page itself carries it.

Nothing lies on the server meanwhile. What the page brings back is checked as if it were new.
"""

import base64
import binascii
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from accelerator.domain.errors import DomainError
from accelerator.domain.tabular import RowError, Sheet, read_csv, read_rows
from accelerator.i18n import N_

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MOST_COLUMNS = 100
MOST_CELLS = 1_000_000
MOST_UNPACKED = 32 * 1024 * 1024
MOST_PACKED = 1_900_000  # of the two million characters that a form may carry
CHUNK = 256 * 1024

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_REFERENCE = re.compile(rb"<(?:\w+:)?(?:c|row)\s(?:[^<]*?\s)?r=[\"']([A-Z]{0,3})(\d{1,7})[\"']")
_UNREADABLE = N_("The workbook cannot be read. Save it again as .xlsx, or as CSV.")
_PROTECTED = N_("This is an old or protected Excel file. Save it as .xlsx without a password.")
_TOO_LARGE = N_("The workbook is too large. Keep one sheet with the ideas, and delete the rest.")


class _Refused(Exception):
    """The workbook is not read: the sentence says why."""


def read(content: bytes) -> Sheet:
    """Read a CSV file or the first sheet of an Excel workbook; never raise for what it is."""
    if content.startswith(_OLD_EXCEL):
        return Sheet(errors=(RowError(0, _PROTECTED),))
    if content.startswith(_ZIP):
        return _read_workbook(content)
    return _bounded(read_csv(content))


def pack(sheet: Sheet) -> str:
    """Return the table as text for a hidden field; raise DomainError when it is too large."""
    records: list[list[str]] = [list(sheet.headings)]
    for row in sheet.rows:
        records += [[] for _ in range(row.number - 1 - len(records))]
        records.append([row.cells[heading] for heading in sheet.headings])
    packed = zlib.compress(json.dumps(records, ensure_ascii=False).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode()
    if len(text) > MOST_PACKED:
        raise DomainError(
            "table_too_large",
            N_("This table is too large to be imported at once. Split it into two files."),
            field="file",
        )
    return text


def unpack(text: str) -> Sheet:
    """Return the table that a page carried; raise DomainError when it is damaged."""
    try:
        stream = zlib.decompressobj()
        plain = stream.decompress(base64.urlsafe_b64decode(text.encode()), MOST_UNPACKED)
        records = json.loads(plain)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise _damaged() from error
    if not isinstance(records, list) or not all(isinstance(record, list) for record in records):
        raise _damaged()
    return _bounded(read_rows(records))


def _damaged() -> DomainError:
    text = N_("The page lost the file on its way. Choose it again; nothing was imported.")
    return DomainError("table_damaged", text, field="file")


def _bounded(sheet: Sheet) -> Sheet:
    if len(sheet.headings) <= MOST_COLUMNS:
        return sheet
    text = N_("There are more than %(most)s columns.")
    return Sheet(errors=(RowError(1, text, {"most": MOST_COLUMNS}),))


def _read_workbook(content: bytes) -> Sheet:
    try:
        _measure(content)
        return _bounded(read_rows(_records(content)))
    except _Refused as refused:
        return Sheet(errors=(RowError(0, str(refused)),))


def _records(content: bytes) -> Iterator[Sequence[object]]:
    """Yield the rows of the first visible sheet; a damaged file may panic in the reader."""
    from python_calamine import CalamineWorkbook

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            yield from _first_sheet(book).iter_rows()
    except (_Refused, GeneratorExit, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the reader's panics are no Exceptions
        raise _Refused(_UNREADABLE) from error


def _first_sheet(book: "CalamineWorkbook") -> "CalamineSheet":
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    for found in book.sheets_metadata:
        if found.typ == SheetTypeEnum.WorkSheet and found.visible == SheetVisibleEnum.Visible:
            return book.get_sheet_by_name(found.name)
    raise _Refused(N_("The workbook has no visible sheet."))


def _measure(content: bytes) -> None:
    """Refuse what would not fit into memory, before the whole of it is unpacked."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" not in names or "xl/workbook.bin" in names:
                raise _Refused(N_("This is no Excel workbook. Save it as .xlsx, or as CSV."))
            for info in archive.infolist():
                with archive.open(info) as part:
                    rest = b""
                    while chunk := part.read(CHUNK):
                        unpacked += len(chunk)
                        seen = rest + chunk
                        if unpacked > MOST_UNPACKED or _reaches_too_far(seen):
                            raise _Refused(_TOO_LARGE)
                        if info.filename.endswith(".xml") and b"\x00" in chunk:
                            raise _Refused(_UNREADABLE)  # UTF-16, whose cells are not seen here
                        rest = seen[max(seen.rfind(b"<"), 0) :]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
        raise _Refused(_UNREADABLE) from error
    except (NotImplementedError, RuntimeError) as error:  # another compression, or a password
        raise _Refused(_PROTECTED) from error


def _reaches_too_far(xml: bytes) -> bool:
    """Say whether the cells of a piece of a sheet span more than the reader may lay out."""
    width = height = 1
    for letters, digits in _REFERENCE.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + letter - ord("A") + 1
        width, height = max(width, column), max(height, int(digits))
    return width * height > MOST_CELLS
