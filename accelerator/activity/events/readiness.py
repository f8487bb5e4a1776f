"""What happens to an idea's readiness."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual


@dataclass(frozen=True, kw_only=True)
class OfReadiness(Event):
    """What all of them say: whose readiness, and in which dimension."""

    code: str
    title: Bilingual
    dimension: Bilingual


@dataclass(frozen=True, kw_only=True)
class LevelClaimed(OfReadiness):
    """The team says how far it has come."""

    level: int


@dataclass(frozen=True, kw_only=True)
class EvidenceGiven(OfReadiness):
    """The team shows a level; reviewers and managers can verify it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "evidence_given", channels=("inbox",)),
    )

    level: int


@dataclass(frozen=True, kw_only=True)
class EvidenceWithdrawn(OfReadiness):
    """The team took a piece of evidence back."""

    level: int


@dataclass(frozen=True, kw_only=True)
class EvidenceVerified(OfReadiness):
    """Somebody independent accepted or refused a piece of evidence."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "evidence_verified", channels=("inbox",)),
    )

    level: int
    accepted: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class NotApplicableAsked(OfReadiness):
    """The team says that a dimension does not apply to its idea."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "not_applicable_asked", channels=("inbox",)),
    )


@dataclass(frozen=True, kw_only=True)
class NotApplicableApproved(OfReadiness):
    """Somebody independent agreed that a dimension does not apply."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "not_applicable_approved", channels=("inbox",)),
    )
