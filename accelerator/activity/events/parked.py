"""What happens to ideas that are parked or stopped."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class ParkedLonger(Event):
    """A parked idea was looked at and stays parked until another day; its team hears why."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "parked_longer", actor_too=True, kind=Kind.PARKED, urgent=True),
    )

    code: str
    title: Bilingual
    until: str
    was: str
    change: str
    would_change: str
    watcher: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class LearnedWritten(Event):
    """What was learned from a stopped idea was written down, or changed."""

    code: str
    learned: str
    was: str
