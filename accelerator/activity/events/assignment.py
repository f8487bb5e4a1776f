"""What happens when reviews are shared out among reviewers."""

from dataclasses import dataclass
from typing import Any, ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind

# One message for each reviewer of the programme.
INTERESTS_ASKED = Hears(Receivers.PERSON, "interests_asked", kind=Kind.REVIEW)


@dataclass(frozen=True, kw_only=True)
class ProposalMade(Event):
    """A manager asked for a proposal of assignments."""

    stage: Bilingual
    settings: dict[str, Any]
    seed: int


@dataclass(frozen=True, kw_only=True)
class ProposalReady(Event):
    """A proposal that took its time is there, or cannot be made."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(
            Receivers.PERSON,
            "proposal_ready",
            channels=("inbox",),
            actor_too=True,
            kind=Kind.PROGRAMME,
        ),
    )

    stage: Bilingual
    failed: bool


@dataclass(frozen=True, kw_only=True)
class ProposalApplied(Event):
    """A manager applied the ticked part of a proposal."""

    stage: Bilingual
    assigned: int
    removed: int
    left_out: int


@dataclass(frozen=True, kw_only=True)
class ProposalUndone(Event):
    """A manager undid what was applied and not yet begun."""

    stage: Bilingual
    removed: int
    restored: int
    stayed: int


@dataclass(frozen=True, kw_only=True)
class AssignmentsRemoved(Event):
    """A reviewer need not review these ideas any more; one event for each reviewer."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "assignments_removed", kind=Kind.REVIEW),
    )

    stage: Bilingual
    ideas: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class AssignmentsImported(Event):
    """A manager brought a table of assignments in, all of it or nothing."""

    stage: Bilingual
    assigned: int
    removed: int


@dataclass(frozen=True, kw_only=True)
class CapacitiesChanged(Event):
    """A manager said how many reviews people take; `people` holds least and most by person."""

    stage: Bilingual
    people: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class InterestsAsked(Event):
    """A manager opened the ideas of a stage to the programme's reviewers, or closed them again."""

    stage: Bilingual
    open: bool


@dataclass(frozen=True, kw_only=True)
class InterestsStated(Event):
    """A reviewer said which ideas they would like to review, or rather not."""

    stage: Bilingual
    wish: int | None
    interested: int
    avoids: int
