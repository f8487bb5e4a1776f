"""What happens to secret calendar addresses; no event holds an address."""

from dataclasses import dataclass

from accelerator.activity.events.base import Event


@dataclass(frozen=True, kw_only=True)
class FeedMade(Event):
    """Somebody made a calendar address, or a new one in place of the old."""

    cohort: str
    renewed: bool


@dataclass(frozen=True, kw_only=True)
class FeedRevoked(Event):
    """A calendar address works no more."""

    cohort: str
