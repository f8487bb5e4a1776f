"""Which files of an idea are shown, and to whom: others read what was handed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import Session

from accelerator.storage.tables import Attachment, Evidence, Idea, Person, Version


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that may be downloaded; `by` is for those who may see the team."""

    id: int
    name: str
    size: int
    added_at: datetime
    by: str


def files(session: Session, idea: Idea, *, in_team: bool, sees_team: bool) -> list[FileRow]:
    """Return the files to download: the team's present ones, or those that others may read."""
    rows = session.execute(
        select(Attachment, Person)
        .join(Person, Person.id == Attachment.added_by_id)
        .where(
            Attachment.idea_id == idea.id,
            Attachment.removed_at.is_(None),
            true() if in_team else _shown_to_others(idea),
        )
        .order_by(Attachment.id)
    )
    return [
        FileRow(f.id, f.name, f.size, f.added_at, person.display_name if sees_team else "")
        for f, person in rows
    ]


def may_download(session: Session, attachment: Attachment, *, in_team: bool) -> bool:
    """Say whether a file can be read: the team's own, or handed in, or shown as evidence."""
    if in_team and attachment.removed_at is None:
        return True
    contents = session.scalars(select(Version.content).where(Version.idea_id == attachment.idea_id))
    handed_in = {f.get("id") for content in contents for f in content.get("attachments", ())}
    evidence = select(exists().where(Evidence.attachment_id == attachment.id))
    return attachment.id in handed_in or bool(session.scalar(evidence))


def _shown_to_others(idea: Idea) -> ColumnElement[bool]:
    handed_in = (
        select(func.max(Version.created_at)).where(Version.idea_id == idea.id).scalar_subquery()
    )
    return or_(
        Attachment.added_at <= handed_in, exists().where(Evidence.attachment_id == Attachment.id)
    )
