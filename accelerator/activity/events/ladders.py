"""What happens to the ladders of programmes, and to the reminders about an idea."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class LadderChanged(Event):
    """A programme reminds of a kind of thing in another way; both forms are kept."""

    kind_of: str
    was: dict[str, object]
    now: dict[str, object]


@dataclass(frozen=True, kw_only=True)
class RemindersPaused(Event):
    """Nobody is reminded of anything about an idea before a day."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.TEAM, "reminders_paused"),)

    code: str
    title: Bilingual
    until: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RemindersResumed(Event):
    """The reminders about an idea go on before the day they were paused until."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.TEAM, "reminders_resumed"),)

    code: str
    title: Bilingual
    was: str


@dataclass(frozen=True, kw_only=True)
class IdeaTakenUp(Event):
    """A team took its idea up again, which the rules had parked since nobody worked on it."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "idea_taken_up", kind=Kind.IDLE),
        Hears(Receivers.MANAGERS, "idea_taken_up", kind=Kind.PROGRAMME),
    )

    code: str
    title: Bilingual
    stage: Bilingual
    hand_in_by: str
