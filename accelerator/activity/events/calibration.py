"""What happens in a calibration round, where all reviewers review the same ideas first."""

from dataclasses import dataclass
from typing import Any, ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class AnchorsChosen(Event):
    """A manager chose the ideas that all reviewers of a stage review first."""

    cohort: str
    stage: str
    codes: list[str]


@dataclass(frozen=True, kw_only=True)
class AnchorsEnded(Event):
    """A manager ended a calibration round; the reviews asked for stay as they are."""

    cohort: str
    stage: str
    codes: list[str]


@dataclass(frozen=True, kw_only=True)
class AnchorsAssigned(Event):
    """A reviewer is asked to review the anchor ideas first; one event for each reviewer."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "anchors_assigned", kind=Kind.REVIEW),
    )

    stage: Bilingual
    ideas: list[dict[str, Any]]
    due_on: str
