"""Take a file in, give it out, take it away. What was handed in with a file keeps it."""

import codecs
import hashlib
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from uuid import uuid4

import filetype
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from accelerator.activity.events.ideas import FileAttached, FileRemoved
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.files import BY_SUFFIX, OFFICE_FOLDERS, TEXTS, clean_name, suffix
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, PassageState, Place, require_withdrawable
from accelerator.i18n import N_
from accelerator.storage import store
from accelerator.storage.tables import Attachment, Cohort, Idea, Passage

CHUNK = 256 * 1024
ENCODINGS = ("utf-8-sig", "cp932", "utf-16")


def attach(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    name: str,
    file: IO[bytes],
    limit: int,
    store_url: str,
    now: datetime,
) -> Attachment:
    """Store a file and its row, or neither. `limit` is in bytes."""
    passage = session.get_one(Passage, idea.passage_id)
    require_withdrawable(Place(IdeaState(idea.state), PassageState(passage.state)))
    kept_name = clean_name(name)
    size, digest = _measure(file)
    _require_size(size, limit)
    media_type = _sniff(file, kept_name)
    key = uuid4().hex
    file.seek(0)
    try:
        store.put(store_url, key, file)
    except store.StoreFull as error:
        raise DomainError(
            "store_full",
            N_("There is no room for files at the moment. Nothing was saved; try again later."),
            field="file",
        ) from error
    # A row that is rolled back takes its file along.
    event.listen(session, "after_rollback", lambda _: store.delete(store_url, key), once=True)
    row = Attachment(
        idea_id=idea.id, name=kept_name, media_type=media_type, size=size, sha256=digest,
        store_key=key, added_by_id=actor.id, added_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    attached = FileAttached(
        actor_id=actor.id, programme_id=_programme(session, idea), idea_id=idea.id,
        subject=f"attachment:{row.id}", code=idea.code, name=kept_name, sha256=digest,
    )  # fmt: skip
    record(session, attached, now=now)
    return row


def content(attachment: Attachment, *, store_url: str) -> Iterator[bytes]:
    """Return the file's bytes piece by piece."""
    try:
        return store.get(store_url, attachment.store_key)
    except store.Missing as error:
        raise DomainError(
            "file_missing", N_("This file cannot be found in the store. An administrator can help.")
        ) from error


def remove(session: Session, *, actor: Actor, attachment: Attachment, now: datetime) -> Idea:
    """Take a file out of the idea; its bytes stay for the versions that were handed in with it."""
    idea = session.get_one(Idea, attachment.idea_id)
    if attachment.removed_at is None:
        attachment.removed_at = now
        session.flush()
        removed = FileRemoved(
            actor_id=actor.id, programme_id=_programme(session, idea), idea_id=idea.id,
            subject=f"attachment:{attachment.id}", code=idea.code, name=attachment.name,
        )  # fmt: skip
        record(session, removed, now=now)
    return idea


def _measure(file: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _require_size(size: int, limit: int) -> None:
    if size == 0:
        raise DomainError("file_empty", N_("This file is empty. Choose another one."), field="file")
    if size > limit:
        raise DomainError(
            "file_too_large",
            N_("This file is too large: at most %(limit)s MB. Nothing was saved."),
            field="file",
            limit=limit // (1024 * 1024),
        )


def _sniff(file: IO[bytes], name: str) -> str:
    """Return the media type when the content is what the name says; raise DomainError else."""
    end = suffix(name)
    if end not in BY_SUFFIX:
        raise DomainError(
            "file_kind",
            N_(
                "This kind of file is not taken. Choose PDF, PNG, JPEG, Word, Excel, PowerPoint "
                "or a text file."
            ),
            field="file",
        )
    file.seek(0)
    if end in TEXTS:
        good = _is_text(file)
    elif end in OFFICE_FOLDERS:
        good = _is_office(file, OFFICE_FOLDERS[end])
    else:
        guess = filetype.guess(file.read(8192))
        good = guess is not None and guess.mime == BY_SUFFIX[end]
    if not good:
        raise DomainError(
            "file_disguised",
            N_(
                "The content of this file is not what its name says. "
                "Save it again in its own format."
            ),
            field="file",
        )
    return BY_SUFFIX[end]


def _is_office(file: IO[bytes], folder: str) -> bool:
    """Look into the list of an Office file's parts; nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)


def _is_text(file: IO[bytes]) -> bool:
    return any(_decodes(file, encoding) for encoding in ENCODINGS)


def _decodes(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    if encoding == "utf-16" and file.read(2) not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return False
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(CHUNK):
            if "\x00" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _programme(session: Session, idea: Idea) -> int | None:
    return session.scalar(select(Cohort.programme_id).where(Cohort.id == idea.cohort_id))
