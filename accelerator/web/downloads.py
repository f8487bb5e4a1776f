"""Long lists as files: written while they are read, so that memory stays flat."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from tempfile import TemporaryFile

from flask import Response, send_file
from sqlalchemy.orm import Session

from accelerator.domain.tabular import neutralise
from accelerator.storage.engine import open_session
from accelerator.web.session import engine

Batches = Callable[[Session], Iterable[Sequence[Sequence[object]]]]
Sheets = Sequence[tuple[str, Sequence[str]]]
SheetBatches = Callable[[Session], Iterable[tuple[int, Sequence[Sequence[object]]]]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def stream_csv(name: str, header: Sequence[str], batches: Batches) -> Response:
    """Answer with a CSV file that Excel opens as it is: UTF-8 with a mark, no live formulas.

    `batches` gets a reading session of its own, because the request's ends before the file does,
    and yields lists of rows; between two lists the session lets go of what it read. Exports are
    posts that record the event first: the file starts only once the record is on disk.
    """
    source = engine()

    def lines() -> Iterator[bytes]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        buffer.write("\ufeff")
        writer.writerow([neutralise(title) for title in header])
        with open_session(source, writes=False) as session:
            for rows in batches(session):
                writer.writerows([_cell(value) for value in row] for row in rows)
                session.rollback()
                yield buffer.getvalue().encode("utf-8", "replace")
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue().encode()

    return Response(
        lines(),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def send_workbook(name: str, sheets: Sheets, batches: SheetBatches) -> Response:
    """Answer with a workbook; `sheets` are names and headings.

    `batches` gets a reading session of its own and yields the place of a sheet with rows for it.
    No cell is a formula or a link, whatever stands in it, nor becomes one if saved as CSV. The
    workbook is written to disk row by row, before the record of the export is.
    """
    from xlsxwriter import Workbook

    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book, open_session(engine(), writes=False) as session:
        bold = book.add_format({"bold": True})
        pages, ends = [], []
        for title, header in sheets:
            page = book.add_worksheet(title[:31])
            page.freeze_panes(1, 0)
            page.write_row(0, 0, [neutralise(text) for text in header], bold)
            pages.append(page)
            ends.append(1)
        for place, rows in batches(session):
            for row in rows:
                pages[place].write_row(ends[place], 0, [_cell(value) for value in row])
                ends[place] += 1
            session.rollback()
    file.seek(0)
    answer = send_file(file, XLSX, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _cell(value: object) -> object:
    return neutralise(value) if isinstance(value, str) else value
