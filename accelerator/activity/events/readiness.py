"""What happens to an idea's readiness."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


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
        Hears(Receivers.MANAGERS, "evidence_given", channels=("inbox",), kind=Kind.PROGRAMME),
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
        Hears(Receivers.TEAM, "evidence_verified", channels=("inbox",), kind=Kind.EVIDENCE),
    )

    level: int
    accepted: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class NotApplicableAsked(OfReadiness):
    """The team says that a dimension does not apply to its idea."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "not_applicable_asked", channels=("inbox",), kind=Kind.PROGRAMME),
    )


@dataclass(frozen=True, kw_only=True)
class NotApplicableApproved(OfReadiness):
    """Somebody independent agreed that a dimension does not apply."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "not_applicable_approved", channels=("inbox",), kind=Kind.EVIDENCE),
    )


@dataclass(frozen=True, kw_only=True)
class ExpertAsked(OfReadiness):
    """A team asks for an expert's help with one level; the managers find one, or answer."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "expert_asked", kind=Kind.PROGRAMME, replies_to_actor=True),
    )

    level: int
    wanted: str


@dataclass(frozen=True, kw_only=True)
class ExpertRequestAnswered(OfReadiness):
    """A manager says who can help, or what else does."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "expert_answered", kind=Kind.INFORMATION, replies_to_actor=True),
    )

    level: int
    answer: str


@dataclass(frozen=True, kw_only=True)
class ExpertRequestWithdrawn(OfReadiness):
    """The team no longer needs the help it asked for."""

    level: int


@dataclass(frozen=True, kw_only=True)
class ReadinessModelChanged(Event):
    """How a programme counts readiness, or words its levels, from now on."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "readiness_model_changed", ("inbox",), kind=Kind.PROGRAMME),
    )

    programme: Bilingual
    number: int
    what: str
    ideas: int


@dataclass(frozen=True, kw_only=True)
class ReadinessRecounted(Event):
    """An idea's score, in whole points, is another one: its programme counts in another way."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "readiness_recounted", kind=Kind.EVIDENCE),
    )

    code: str
    title: Bilingual
    before: int
    after: int
