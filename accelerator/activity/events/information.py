"""What happens between a gate and a team that is asked for more."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual

CHANGED = Hears(Receivers.PERSON, "information_changed")


@dataclass(frozen=True, kw_only=True)
class InformationAsked(Event):
    """A team was asked for more; the fields marked are open again until it answers."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "information_asked", actor_too=True),
    )

    code: str
    title: Bilingual
    text: str
    due_on: str
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class InformationAnswered(Event):
    """The team answered; the clock of the promise goes on."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "information_received", actor_too=True),
        Hears(Receivers.MANAGERS, "information_answered"),
    )

    code: str
    title: Bilingual
    promise_on: str
    version: int


@dataclass(frozen=True, kw_only=True)
class InformationWithdrawn(Event):
    """A manager no longer asks; what was open is closed again and the clock goes on."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.TEAM, "information_withdrawn"),)

    code: str
    title: Bilingual
    promise_on: str
