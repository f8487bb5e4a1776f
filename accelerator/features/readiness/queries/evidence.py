"""The evidence of an idea with what its verifiers said."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor
from accelerator.storage.tables import Attachment, Evidence, Idea, Person, Verification

MOST_EVIDENCE = 200


@dataclass(frozen=True, slots=True)
class VoteRow:
    """What one verifier said."""

    verifier: str
    accepted: bool
    level: int | None
    note: str
    mine: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A piece of evidence with its votes."""

    id: int
    level: int
    statement: str
    url: str
    attachment_id: int | None
    attachment_name: str
    number: float | None
    unit: str
    true_on: date
    given_by: str
    votes: tuple[VoteRow, ...]
    own: bool

    @property
    def figure(self) -> str:
        """Write the number with its unit; empty where none was given."""
        return "" if self.number is None else f"{self.number:,.10g} {self.unit}".rstrip()


_verifier = aliased(Person)
_PIECES = (
    select(
        Evidence, Person.family_name, Person.given_name, Attachment.name.label("file"),
        Verification, _verifier.family_name.label("family2"), _verifier.given_name.label("given2"),
    )
    .join(Person, Person.id == Evidence.given_by_id)
    .outerjoin(Attachment, Attachment.id == Evidence.attachment_id)
    .outerjoin(
        Verification,
        (Verification.evidence_id == Evidence.id) & Verification.replaced_at.is_(None),
    )
    .outerjoin(_verifier, _verifier.id == Verification.verifier_id)
    .where(
        Evidence.id.in_(
            select(Evidence.id)
            .where(Evidence.idea_id == bindparam("idea"), Evidence.withdrawn_at.is_(None))
            .order_by(Evidence.id.desc())
            .limit(MOST_EVIDENCE)
        )
    )
    .order_by(
        Evidence.level.desc(), Evidence.true_on.desc(), Evidence.id.desc(), Verification.id
    )
)  # fmt: skip


def pieces(session: Session, idea: Idea, actor: Actor) -> dict[str, list[EvidenceRow]]:
    """List the evidence by dimension, the highest level first, each with the votes that hold."""
    given: dict[int, Any] = {}
    votes: dict[int, list[VoteRow]] = {}
    for row in session.execute(_PIECES, {"idea": idea.id}):
        given[row.Evidence.id] = row
        vote = row.Verification
        if vote is not None:
            votes.setdefault(vote.evidence_id, []).append(
                VoteRow(
                    display_name(row.family2, row.given2), vote.accepted, vote.level, vote.note,
                    vote.verifier_id == actor.id,
                )
            )  # fmt: skip
    found: dict[str, list[EvidenceRow]] = {}
    for row in given.values():
        one = row.Evidence
        found.setdefault(one.dimension, []).append(
            EvidenceRow(
                one.id, one.level, one.statement, one.url, one.attachment_id, row.file or "",
                one.number, one.unit, one.true_on, display_name(row.family_name, row.given_name),
                tuple(votes.get(one.id, ())), one.given_by_id == actor.id,
            )
        )  # fmt: skip
    return found
