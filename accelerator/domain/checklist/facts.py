"""The lines of a checklist, and the facts they are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, auto
from typing import Any

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.cohort_dates import StageDates
from accelerator.domain.workdays import Calendar

Outline = Mapping[str, Any]


class Place(StrEnum):
    """Where a line is mended: a page, or a part of a stage's page."""

    PROGRAMME = auto()
    STAGES = auto()
    STAGE = auto()
    QUESTIONS = auto()
    RUBRIC = auto()
    MILESTONES = auto()
    READINESS = auto()
    ROLES = auto()
    NEW_COHORT = auto()
    COHORT = auto()
    ELIGIBILITY = auto()


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: the sentence, where to mend it, whether intake must wait.

    `values` fill the sentence; those that are Bilingual are shown in the reader's language.
    """

    code: str
    blocking: bool
    message: str
    place: Place
    stage: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class People:
    """How many active people hold a role; deciders are (chosen, still able to) by stage key."""

    managers: int
    reviewers: int
    deciders: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """A cohort's own days; `dates` has no entry for a stage whose days are not set.

    `eligibility` are the texts of the questions that decide whether an idea suits the cohort.
    """

    name: Bilingual
    opens_on: date
    closes_on: date
    capacity: int
    today: date
    calendar: Calendar
    dates: Mapping[str, StageDates]
    eligibility: tuple[Bilingual, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """All that is missing, what blocks first."""

    gaps: tuple[Gap, ...]

    @property
    def blocking(self) -> tuple[Gap, ...]:
        """Return what must be mended before intake opens."""
        return tuple(gap for gap in self.gaps if gap.blocking)

    @property
    def advised(self) -> tuple[Gap, ...]:
        """Return what should be mended."""
        return tuple(gap for gap in self.gaps if not gap.blocking)

    @property
    def ready(self) -> bool:
        """Say whether intake may open."""
        return not self.blocking
