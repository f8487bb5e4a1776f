"""Long lists as files: written while they are read, so that memory stays flat."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from flask import Response
from sqlalchemy.orm import Session

from accelerator.domain.tabular import neutralise
from accelerator.storage.engine import open_session
from accelerator.web.session import engine

Batches = Callable[[Session], Iterable[Sequence[Sequence[object]]]]


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


def _cell(value: object) -> object:
    return neutralise(value) if isinstance(value, str) else value
