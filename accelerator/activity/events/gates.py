"""What happens at a gate."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual


@dataclass(frozen=True, kw_only=True)
class DecisionMade(Event):
    """A gate decided; the team knows nothing yet, so the event hangs on the programme alone."""

    code: str
    stage: str
    outcome: str
    reason: str
    announce_at: str


@dataclass(frozen=True, kw_only=True)
class DecisionUndone(Event):
    """A decision was taken back before the team was told; what it said is kept here."""

    code: str
    stage: str
    outcome: str
    reason: str
    next_step: str
    conditions: list[str]
    would_change: str
    revisit_on: str


@dataclass(frozen=True, kw_only=True)
class DecisionAnnounced(Event):
    """The team was told what the gate decided, why, and what comes next.

    `by` is the day of the next step: hand in, return, or ask. `comments` are the reviewers' own
    words to the team, with names only where the stage shows them.
    """

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "decision_announced", actor_too=True),
    )

    code: str
    title: Bilingual
    stage: Bilingual
    outcome: str
    graduated: bool
    reason: str
    next_step: str
    conditions: list[str]
    would_change: str
    next_stage: Bilingual
    by: str
    comments: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class ReviewNotNeeded(Event):
    """The gate decided without a review that was still asked for; what was written is kept."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "review_not_needed", channels=("inbox",)),
    )

    code: str
    title: Bilingual
