"""How an idea changed since the version this reviewer reviewed last time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.anonymity import without_team
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.differences import Piece, differences
from accelerator.features.reviews.queries.workspace import Facts
from accelerator.storage.tables import Version

TITLE, SUMMARY = "title", "summary"
LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Changed:
    """One text that changed, in one language; `label` is empty for title and summary."""

    key: str
    label: Bilingual
    language: str
    pieces: tuple[Piece, ...]


def changes(session: Session, found: Facts, before: int) -> tuple[Changed, ...]:
    """Compare the pinned version with an earlier one, text by text and language by language."""
    old = session.scalars(
        select(Version.content).where(Version.idea_id == found.idea.id, Version.number == before)
    ).one_or_none()
    if old is None or found.version is None:
        return ()
    earlier, later = _texts(_seen(found, old)), _texts(_seen(found, found.version.content))
    return tuple(
        Changed(key, label, side, tuple(differences(was, now)))
        for (key, side), label in {
            place: label for place, (label, _text) in (earlier | later).items()
        }.items()
        if (was := earlier.get((key, side), _NOTHING)[1])
        != (now := later.get((key, side), _NOTHING)[1])
    )


_NOTHING = (Bilingual(), "")


def _seen(found: Facts, content: dict[str, Any]) -> dict[str, Any]:
    """Return a copy as this reviewer may read it: people and files can name a hidden team."""
    return without_team(content, found.idea.code) if found.stage.teams_hidden else content


def _texts(content: Mapping[str, Any]) -> dict[tuple[str, str], tuple[Bilingual, str]]:
    fields = [(TITLE, Bilingual(), content["title"]), (SUMMARY, Bilingual(), content["summary"])]
    fields += [
        (answer["key"], Bilingual.of(answer["label"]), answer["text"])
        for answer in content["answers"]
    ]
    return {
        (key, side): (label, text[side])
        for key, label, text in fields
        for side in LANGUAGES
        if text.get(side)
    }
