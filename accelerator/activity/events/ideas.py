"""What happens to an idea and its team."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual


@dataclass(frozen=True, kw_only=True)
class IdeaStarted(Event):
    """Somebody began a draft."""

    code: str


@dataclass(frozen=True, kw_only=True)
class IdeaSubmitted(Event):
    """A team handed its idea in for a gate."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "idea_submitted", actor_too=True),
        Hears(Receivers.MANAGERS, "idea_arrived", channels=("inbox",)),
    )

    code: str
    title: Bilingual
    stage: Bilingual
    promise_on: str
    version: int
