"""What happens between a gate and a team that is asked for more."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind

CHANGED = Hears(Receivers.PERSON, "information_changed", kind=Kind.REVIEW)


@dataclass(frozen=True, kw_only=True)
class InformationAsked(Event):
    """A team was asked for more; the fields marked are open again until it answers."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(
            Receivers.TEAM,
            "information_asked",
            actor_too=True,
            kind=Kind.INFORMATION,
            urgent=True,
            replies_to_actor=True,
        ),
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
        Hears(Receivers.TEAM, "information_received", actor_too=True, kind=Kind.INFORMATION),
        Hears(
            Receivers.MANAGERS, "information_answered", kind=Kind.PROGRAMME, replies_to_actor=True
        ),
    )

    code: str
    title: Bilingual
    promise_on: str
    version: int


@dataclass(frozen=True, kw_only=True)
class InformationWithdrawn(Event):
    """A manager no longer asks; what was open is closed again and the clock goes on."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "information_withdrawn", kind=Kind.INFORMATION),
    )

    code: str
    title: Bilingual
    promise_on: str
