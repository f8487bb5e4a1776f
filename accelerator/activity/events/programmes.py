"""What happens to programmes and cohorts."""

from dataclasses import dataclass, field
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class ProgrammeCreated(Event):
    """A programme was made from a ready-made template."""

    template: str


@dataclass(frozen=True, kw_only=True)
class ProgrammeChanged(Event):
    """Texts or settings of a programme or one of its stages changed; `fields` says which."""

    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class CohortCreated(Event):
    """A dated run of a programme was set up."""

    code: str


@dataclass(frozen=True, kw_only=True)
class CohortChanged(Event):
    """Dates or settings of a cohort changed; `fields` says which."""

    code: str
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class HandInMoved(Event):
    """A cohort's hand-in date moved while a team was working on it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "hand_in_moved", kind=Kind.DECISION),
    )

    code: str
    title: Bilingual
    stage: Bilingual
    was: str
    hand_in_by: str
    milestones: list[dict[str, object]] = field(default_factory=list)
