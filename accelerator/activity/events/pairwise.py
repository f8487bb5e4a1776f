"""What happens in a final round, where judges pick the better of two ideas."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class FinalOpened(Event):
    """A manager opened the final round of a stage."""

    cohort: str
    stage: str
    codes: list[str]


@dataclass(frozen=True, kw_only=True)
class FinalIdeasChanged(Event):
    """Ideas joined a final round or left it before anybody had compared them."""

    cohort: str
    stage: str
    added: list[str]
    removed: list[str]


@dataclass(frozen=True, kw_only=True)
class JudgeAsked(Event):
    """A reviewer is asked to pick in a final round; one event for each judge."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.PERSON, "judge_asked", kind=Kind.REVIEW),)

    cohort: Bilingual
    stage: Bilingual
    ideas: int


@dataclass(frozen=True, kw_only=True)
class JudgeRemoved(Event):
    """A judge is no longer asked; what they picked stays."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "judge_removed", channels=("inbox",), kind=Kind.REVIEW),
    )

    cohort: Bilingual
    stage: Bilingual


@dataclass(frozen=True, kw_only=True)
class FinalClosed(Event):
    """A manager closed a final round: nobody can pick any more."""

    cohort: str
    stage: str
    picks: int


@dataclass(frozen=True, kw_only=True)
class FinalReopened(Event):
    """A manager opened a closed final round again."""

    cohort: str
    stage: str


@dataclass(frozen=True, kw_only=True)
class PickMade(Event):
    """A judge compared two ideas; the event hangs on the programme, no team ever sees it."""

    cohort: str
    stage: str
    shown: list[str]
    better: str


@dataclass(frozen=True, kw_only=True)
class PickUndone(Event):
    """A judge took their last pick back; what it said is kept here."""

    cohort: str
    stage: str
    shown: list[str]
    better: str
