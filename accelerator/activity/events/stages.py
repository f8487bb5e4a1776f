"""What managers change in the stages of a programme."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class StageAdded(Event):
    """A programme got another stage."""

    stage: Bilingual


@dataclass(frozen=True, kw_only=True)
class StageRemoved(Event):
    """No idea enters a stage any more; those in it finish it."""

    stage: Bilingual


@dataclass(frozen=True, kw_only=True)
class StageRestored(Event):
    """A removed stage stands in its place again."""

    stage: Bilingual


@dataclass(frozen=True, kw_only=True)
class StagesReordered(Event):
    """The stages stand in another order; both are keys."""

    before: list[str]
    after: list[str]


@dataclass(frozen=True, kw_only=True)
class StageChanged(Event):
    """A stage's own settings changed.

    `was` are the old values, `days` what its cohorts had when it became rolling.
    """

    fields: list[str]
    was: dict[str, Any] = field(default_factory=dict)
    days: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class RubricChanged(Event):
    """A stage's rubric changed; `kept` is the number under which the old one can be read."""

    fields: list[str]
    kept: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewToLookAt(Event):
    """The rubric changed while somebody was writing a review."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "rubric_changed", kind=Kind.REVIEW),
    )

    code: str
    title: Bilingual
    stage: Bilingual


@dataclass(frozen=True, kw_only=True)
class MilestonesChanged(Event):
    """What teams must show in a stage changed, for ideas that enter it from now on."""

    fields: list[str]
