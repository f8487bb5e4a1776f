"""What happens to the questions of a stage."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual


@dataclass(frozen=True, kw_only=True)
class QuestionAdded(Event):
    """A stage asks one more question."""

    label: Bilingual


@dataclass(frozen=True, kw_only=True)
class QuestionChanged(Event):
    """A question asks something else, or otherwise; `fields` says what changed."""

    label: Bilingual
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class QuestionsOrdered(Event):
    """The questions of a stage stand in another order; `order` holds their keys."""

    order: list[str]


@dataclass(frozen=True, kw_only=True)
class QuestionRemoved(Event):
    """A question is no longer asked; its answers stay."""

    label: Bilingual


@dataclass(frozen=True, kw_only=True)
class QuestionRestored(Event):
    """A removed question is asked again."""

    label: Bilingual


@dataclass(frozen=True, kw_only=True)
class AnswerTouched(Event):
    """A question changed while a team was working on its answer; `effect` says what that means."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.TEAM, "question_changed"),)

    code: str
    title: Bilingual
    stage: Bilingual
    label: Bilingual
    effect: str
