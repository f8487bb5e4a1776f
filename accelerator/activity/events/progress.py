"""A manager keeps a round of reviews moving."""

from dataclasses import dataclass

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.notices import Kind

# Each late reviewer hears once a day at most, so the message has a key of its own.
NUDGE = Hears(Receivers.PERSON, "review_nudged", kind=Kind.REVIEW, urgent=True)


@dataclass(frozen=True, kw_only=True)
class ReviewersNudged(Event):
    """A manager reminded everybody whose review is late; `people` are those who hear."""

    cohort: str
    stage: str
    people: list[int]
    reviews: int
