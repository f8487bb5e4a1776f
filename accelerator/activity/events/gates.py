"""What happens at a gate."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


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
    conditions: list[dict[str, str]]
    checklist: list[str]
    change: str
    would_change: str
    revisit_on: str
    learned: str


@dataclass(frozen=True, kw_only=True)
class DecisionReversed(Event):
    """A decision the team knew was taken back by another one, which is announced at once."""

    code: str
    was: str
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BatchBegun(Event):
    """A decision about many ideas was made; it is carried out idea by idea."""

    stage: str
    outcome: str
    ideas: int


@dataclass(frozen=True, kw_only=True)
class BatchFinished(Event):
    """A batch came to its end in the background; who made it hears what became of it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(
            Receivers.PERSON, "batch_finished", channels=("inbox",), actor_too=True, kind=Kind.GATE
        ),
    )

    stage: Bilingual
    decided: int
    left: int  # not decided: somebody was faster, it failed, or the batch was cancelled
    cancelled: bool


@dataclass(frozen=True, kw_only=True)
class AnnouncementFailed(Event):
    """A decision could not be announced, several times over; who decided it looks at it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "announcement_failed", actor_too=True, kind=Kind.GATE, urgent=True),
    )

    code: str
    title: Bilingual
    stage: Bilingual


@dataclass(frozen=True, kw_only=True)
class DecisionAnnounced(Event):
    """The team was told what the gate decided, why, and what comes next.

    `by` is the day of the next step: hand in, return, or ask. `comments` are the reviewers' own
    words to the team, with names only where the stage shows them. `reverses` says which decision
    this one takes back; `letters` are the words as edited, by language, where they were. Decided
    `by_rules` is what was parked since nobody worked on it.
    """

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(
            Receivers.TEAM, "decision_announced", actor_too=True, kind=Kind.DECISION, urgent=True
        ),
        Hears(Receivers.HOOKS, "decision_known", channels=("hook",), kind=Kind.DECISION),
    )

    code: str
    title: Bilingual
    stage: Bilingual
    outcome: str
    graduated: bool
    reason: str
    next_step: str
    conditions: list[dict[str, str]]
    checklist: list[str]
    change: str
    would_change: str
    watcher: str
    learned: str
    next_stage: Bilingual
    by: str
    reverses: dict[str, str]
    letters: dict[str, dict[str, str]]
    comments: list[dict[str, str]]
    by_rules: bool = False


@dataclass(frozen=True, kw_only=True)
class ReviewNotNeeded(Event):
    """The gate decided without a review that was still asked for; what was written is kept."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "review_not_needed", channels=("inbox",), kind=Kind.REVIEW),
    )

    code: str
    title: Bilingual
