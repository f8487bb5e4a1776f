"""What happens between ideas and the places of cohorts."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class CohortOpened(Event):
    """A cohort that was being prepared became visible to everybody; `today` moves its intake."""

    code: str
    opens_on: str


@dataclass(frozen=True, kw_only=True)
class CohortCloned(Event):
    """A cohort was set up from the dates of another one."""

    code: str
    source: str


@dataclass(frozen=True, kw_only=True)
class IdeaWaits(Event):
    """A team handed in, but its cohort was full: it stands in line."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "idea_waits", actor_too=True, kind=Kind.DECISION, urgent=True),
        Hears(
            Receivers.MANAGERS, "idea_waits_here", channels=("inbox", "hook"), kind=Kind.PROGRAMME
        ),
    )

    code: str
    title: Bilingual
    cohort: Bilingual
    place: int


@dataclass(frozen=True, kw_only=True)
class IdeaAdmitted(Event):
    """A waiting idea got a place; by itself, or by a manager's hand."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "idea_admitted", kind=Kind.DECISION, urgent=True),
        Hears(Receivers.MANAGERS, "idea_arrived", channels=("inbox", "hook"), kind=Kind.PROGRAMME),
    )

    code: str
    title: Bilingual
    cohort: Bilingual
    stage: Bilingual
    promise_on: str


@dataclass(frozen=True, kw_only=True)
class IdeaJoined(Event):
    """A manager brought an idea into a running cohort; `hand_in_by` is empty once handed in."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "idea_joined", kind=Kind.DECISION, urgent=True),
    )

    code: str
    title: Bilingual
    left: Bilingual
    joined: Bilingual
    stage: Bilingual
    hand_in_by: str
    promise_on: str


@dataclass(frozen=True, kw_only=True)
class EligibilityAnswered(Event):
    """A team answered whether its idea suits the cohort; `unmet` are the keys that keep it out."""

    code: str
    answers: dict[str, str]
    unmet: list[str]


@dataclass(frozen=True, kw_only=True)
class LateEntryGranted(Event):
    """A manager let one person bring an idea in after the intake."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "late_entry_granted", kind=Kind.NEWS, replies_to_actor=True),
    )

    code: str
    cohort: Bilingual
    person: str
    until: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReviewsMoved(Event):
    """A cohort's review date moved; a reviewer with open reviews hears once."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "reviews_moved", kind=Kind.REVIEW),
    )

    cohort: Bilingual
    stage: Bilingual
    was: str
    review_by: str
    reviews: int


@dataclass(frozen=True, kw_only=True)
class MilestonesMoved(Event):
    """A cohort's gate moved, and the days of an idea's open milestones with it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "milestones_moved", kind=Kind.MILESTONE),
    )

    code: str
    title: Bilingual
    stage: Bilingual
    milestones: list[dict[str, object]]
