"""What happens to milestones."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual


@dataclass(frozen=True, kw_only=True)
class OfMilestone(Event):
    """What all of them say: whose milestone, and which."""

    code: str
    title: Bilingual
    milestone: Bilingual


@dataclass(frozen=True, kw_only=True)
class MilestoneAdded(OfMilestone):
    """The team set itself a milestone."""

    due_on: str


@dataclass(frozen=True, kw_only=True)
class MilestoneDone(OfMilestone):
    """The team showed what was wanted."""


@dataclass(frozen=True, kw_only=True)
class MilestoneReopened(OfMilestone):
    """A milestone marked as done is open again."""


@dataclass(frozen=True, kw_only=True)
class MilestoneGiven(OfMilestone):
    """Another member of the team owns a milestone now."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.PERSON, "milestone_given"),)

    due_on: str


@dataclass(frozen=True, kw_only=True)
class NewDateAsked(OfMilestone):
    """The team asks for another date."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.MANAGERS, "new_date_asked"),)

    due_on: str
    asked_due_on: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NewDateGranted(OfMilestone):
    """A manager moved the date as asked."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.TEAM, "new_date_granted"),)

    due_on: str


@dataclass(frozen=True, kw_only=True)
class NewDateRefused(OfMilestone):
    """A manager kept the date."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.TEAM, "new_date_refused"),)

    due_on: str
    reason: str
