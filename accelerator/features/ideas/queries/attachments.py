"""Which files of an idea are shown, and to whom: others read what was handed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.anonymity import neutral_name
from accelerator.storage.tables import (
    Attachment,
    Evidence,
    Idea,
    MilestoneProof,
    Person,
    Version,
)

_PRESENT = (
    select(Attachment, Person)
    .join(Person, Person.id == Attachment.added_by_id)
    .where(Attachment.idea_id == bindparam("idea"), Attachment.removed_at.is_(None))
    .order_by(Attachment.id)
)
_HANDED_IN = select(func.max(Version.created_at)).where(Version.idea_id == bindparam("idea"))
_SHOWN = _PRESENT.where(
    or_(
        Attachment.added_at <= _HANDED_IN.scalar_subquery(),
        exists().where(Evidence.attachment_id == Attachment.id),
        exists().where(MilestoneProof.attachment_id == Attachment.id),
    )
)


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
    rows = session.execute(_PRESENT if in_team else _SHOWN, {"idea": idea.id})
    return [
        FileRow(f.id, f.name, f.size, f.added_at, person.display_name)
        if sees_team
        else FileRow(f.id, neutral_name(f.name, idea.code, f.id), f.size, f.added_at, "")
        for f, person in rows
    ]


def may_download(session: Session, attachment: Attachment, *, in_team: bool) -> bool:
    """Say whether a file can be read: the team's own, or handed in, or shown as evidence."""
    if in_team and attachment.removed_at is None:
        return True
    contents = session.scalars(select(Version.content).where(Version.idea_id == attachment.idea_id))
    handed_in = {f.get("id") for content in contents for f in content.get("attachments", ())}
    evidence = exists().where(Evidence.attachment_id == attachment.id)
    proof = exists().where(MilestoneProof.attachment_id == attachment.id)
    shown = evidence if attachment.removed_at is not None else or_(evidence, proof)
    return attachment.id in handed_in or bool(session.scalar(select(shown)))
