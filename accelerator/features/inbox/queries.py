"""The notices of one person: a page of them in one query."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity.letters import Reader, notice_text
from accelerator.storage.tables import Delivery

PAGE = 50


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice, in the reader's language."""

    id: int
    text: str
    path: str
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Part of an inbox, newest first; `after` continues it, none at its end."""

    rows: list[NoticeRow]
    after: int | None
    kind: str

    @property
    def newest(self) -> int:
        """Return the newest notice shown: "all read" means up to this one."""
        return max((row.id for row in self.rows), default=0)


def notices(
    session: Session,
    *,
    person_id: int,
    reader: Reader,
    unread: bool,
    kind: str,
    after: int | None,
) -> InboxPage:
    """List a person's notices, all or the unread ones, of one kind where it is named."""
    wanted = (
        select(Delivery.id, Delivery.template, Delivery.data, Delivery.sent_at, Delivery.read_at)
        .where(
            Delivery.person_id == person_id,
            Delivery.channel == "inbox",
            Delivery.state == "sent",
        )
        .order_by(Delivery.id.desc())
        .limit(PAGE + 1)
    )
    if unread:
        wanted = wanted.where(Delivery.read_at.is_(None))
    if kind:
        wanted = wanted.where(Delivery.kind == kind)
    if after is not None:
        wanted = wanted.where(Delivery.id < after)
    found = session.execute(wanted).all()
    rows = [
        NoticeRow(
            id=row.id,
            text=notice_text(row.template, row.data, reader),
            path=row.data.get("path") or "",
            at=row.sent_at,
            unread=row.read_at is None,
        )
        for row in found[:PAGE]
    ]
    return InboxPage(rows, rows[-1].id if len(found) > PAGE else None, kind)
