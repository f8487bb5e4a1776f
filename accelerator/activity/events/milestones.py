"""What happens to milestones."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


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
class MilestoneStarted(OfMilestone):
    """The team works on it."""


@dataclass(frozen=True, kw_only=True)
class MilestoneDone(OfMilestone):
    """The team showed what was wanted."""

    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class MilestoneFreed(OfMilestone):
    """All that a milestone waited for is done; `before` is the last of it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "milestone_freed", kind=Kind.MILESTONE),
    )

    before: Bilingual
    due_on: str


@dataclass(frozen=True, kw_only=True)
class MilestoneReopened(OfMilestone):
    """A milestone marked as done is open again."""


@dataclass(frozen=True, kw_only=True)
class MilestoneGiven(OfMilestone):
    """Another member of the team owns a milestone now."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "milestone_given", kind=Kind.MILESTONE),
    )

    due_on: str


@dataclass(frozen=True, kw_only=True)
class HelperAdded(OfMilestone):
    """Somebody of the team is asked to help."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "milestone_help", kind=Kind.MILESTONE),
    )

    due_on: str


@dataclass(frozen=True, kw_only=True)
class HelperRemoved(OfMilestone):
    """Somebody helps no longer."""


@dataclass(frozen=True, kw_only=True)
class NeedsChanged(OfMilestone):
    """It waits for other milestones than before; `needs` are their names."""

    needs: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class ProofAdded(OfMilestone):
    """A link or a file shows it."""

    proof: str


@dataclass(frozen=True, kw_only=True)
class ProofRemoved(OfMilestone):
    """A link or a file was taken off."""

    proof: str


@dataclass(frozen=True, kw_only=True)
class NewDateAsked(OfMilestone):
    """The team asks for another date."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "new_date_asked", kind=Kind.MILESTONE),
    )

    due_on: str
    asked_due_on: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NewDateGranted(OfMilestone):
    """A manager moved the date as asked, from the day it was before."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "new_date_granted", kind=Kind.MILESTONE),
    )

    due_on: str
    was: str = ""


@dataclass(frozen=True, kw_only=True)
class NewDateRefused(OfMilestone):
    """A manager kept the date."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "new_date_refused", kind=Kind.MILESTONE),
    )

    due_on: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MilestonesShifted(Event):
    """A manager moved the days of an idea's open milestones together with others."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "milestones_shifted", kind=Kind.MILESTONE),
    )

    code: str
    title: Bilingual
    reason: str
    milestones: list[dict[str, object]]


@dataclass(frozen=True, kw_only=True)
class MilestonesExported(Event):
    """The milestones of a cohort were taken out as a file."""

    cohort: Bilingual
