"""What a request for more information opened again of an idea that was handed in."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import language_of
from accelerator.storage.tables import InformationRequest

TITLE, SUMMARY, FILES = "title", "summary", "files"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open request: its words, and the fields of the form that the team may change again."""

    id: int
    text: str
    fields: frozenset[str]
    due_on: date
    asked_at: datetime
    promised_on: date
    version_before_id: int | None

    @property
    def language(self) -> str:
        """Return the language of the request."""
        return language_of(self.text)

    def opens(self, name: str) -> bool:
        """Say whether a field is open: `title`, `summary`, `files` or `answer_<question's key>`."""
        return name in self.fields


_OPEN = select(InformationRequest).where(
    InformationRequest.passage_id == bindparam("passage"),
    InformationRequest.answered_at.is_(None),
    InformationRequest.withdrawn_at.is_(None),
)


def opened(session: Session, passage_id: int | None) -> Opened | None:
    """Return what is asked for now about a passage; one query.

    Ask only where `Place.asked_until` is set: elsewhere nothing is open.
    """
    row = session.scalars(_OPEN, {"passage": passage_id}).one_or_none()
    if row is None:
        return None
    return Opened(
        row.id, row.text, frozenset(row.fields), row.due_on, row.asked_at, row.promised_on,
        row.version_before_id,
    )  # fmt: skip
