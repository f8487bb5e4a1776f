"""What happens before, in and after a gate meeting. Votes are silent: no event tells a choice."""

from dataclasses import dataclass
from typing import Any

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind

VOTES_WANTED = Hears(Receivers.PERSON, "votes_wanted", kind=Kind.GATE)
SCHEDULED = Hears(Receivers.PERSON, "meeting_scheduled", kind=Kind.GATE)


@dataclass(frozen=True, kw_only=True)
class MeetingPrepared(Event):
    """The list of a gate meeting was made; the deciders are asked for their votes."""

    cohort: Bilingual
    stage: Bilingual
    ideas: int
    starts_at: str = ""


@dataclass(frozen=True, kw_only=True)
class MeetingScheduled(Event):
    """A gate meeting begins at another moment; the deciders hear."""

    cohort: Bilingual
    stage: Bilingual
    starts_at: str
    was: str


@dataclass(frozen=True, kw_only=True)
class MeetingStarted(Event):
    """A gate meeting began; from here on votes are open."""

    items: int


@dataclass(frozen=True, kw_only=True)
class MeetingListChanged(Event):
    """Somebody added, dropped or moved items of a meeting's list."""

    code: str
    what: str


@dataclass(frozen=True, kw_only=True)
class ItemOpened(Event):
    """An item of a meeting began; `away` are those who left the room for a conflict."""

    code: str
    away: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ItemClosed(Event):
    """An item of a meeting ended; without an outcome it stays undecided."""

    code: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class MeetingEnded(Event):
    """A gate meeting ended; its record can be read."""

    items: int
    decided: int


@dataclass(frozen=True, kw_only=True)
class VoteCast(Event):
    """A decider voted on some ideas before the meeting."""

    codes: list[str]
