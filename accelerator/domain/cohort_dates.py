"""The dates of a cohort: in what order they lie, and which ones to propose.

A stage's dates are three whole days: the team hands in, the reviews are in, the gate decides and
tells. All counting is in working days of the cohort's country. A rolling stage has no dates in a
cohort: each idea hands in when its own time box ends, and is answered within the promise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto

from accelerator.domain.errors import DomainError
from accelerator.domain.workdays import Calendar
from accelerator.i18n import N_


class IntakeState(StrEnum):
    """Whether a cohort takes ideas in on a day."""

    COMING = auto()
    OPEN = auto()
    CLOSED = auto()


def intake_state(opens_on: date, closes_on: date, today: date) -> IntakeState:
    """Return the state of an intake window, both its days included.

    >>> str(intake_state(date(2027, 1, 12), date(2027, 1, 29), date(2027, 1, 29)))
    'open'
    """
    if today < opens_on:
        return IntakeState.COMING
    return IntakeState.OPEN if today <= closes_on else IntakeState.CLOSED


@dataclass(frozen=True, slots=True)
class StageDates:
    """The days of one stage in one cohort."""

    hand_in_by: date
    review_by: date
    gate_on: date


@dataclass(frozen=True, slots=True)
class StageSpan:
    """How long a stage is meant to take, and how soon its gate answers, in working days."""

    time_box_days: int
    promise_days: int
    rolling: bool = False


def propose(closes_on: date, spans: Sequence[StageSpan], calendar: Calendar) -> list[StageDates]:
    """Return dates for each stage but the rolling, all working days, which keep boxes and promises.

    The first hand-in is the day the intake closes, or the next working day. A gate keeps its
    promise to the day, and reviewers have two thirds of it, so that the meeting can be prepared.
    The next stage begins at the gate; after a rolling one, when an idea that took its whole time
    box and waited for the whole promise would enter it.

    >>> propose(date(2027, 1, 29), [StageSpan(10, 3)], Calendar())[0].gate_on
    datetime.date(2027, 2, 3)
    """
    dates: list[StageDates] = []
    gate_on: date | None = None
    for span in spans:
        if gate_on is None:
            hand_in = calendar.on_or_after(closes_on)
        else:
            hand_in = calendar.add(gate_on, span.time_box_days)
        gate_on = calendar.add(hand_in, span.promise_days)
        if span.rolling:
            continue
        review_days = (2 * span.promise_days + 2) // 3
        dates.append(
            StageDates(
                hand_in_by=hand_in,
                review_by=calendar.add(hand_in, review_days),
                gate_on=gate_on,
            )
        )
    return dates


def faults(
    opens_on: date, closes_on: date, stages: Sequence[StageDates]
) -> Iterator[tuple[int | None, DomainError]]:
    """Yield what is out of order: the index of the stage, None for the intake, and the error.

    The error's field is the name of the later date. An empty answer is a good calendar: intake
    opens ≤ closes ≤ first hand-in, and in each stage hand-in ≤ reviews ≤ gate < next hand-in.
    `stages` are those with dates, the rolling ones left out.
    """
    if closes_on < opens_on:
        yield None, _fault("intake_closes_on", N_("The intake cannot close before it opens."))
    for index, stage in enumerate(stages):
        if index == 0 and stage.hand_in_by < closes_on:
            text = N_("The first hand-in cannot lie before the intake closes.")
            yield index, _fault("hand_in_by", text)
        if index > 0 and stage.hand_in_by <= stages[index - 1].gate_on:
            text = N_("This must lie after the gate of the stage before.")
            yield index, _fault("hand_in_by", text)
        if stage.review_by < stage.hand_in_by:
            text = N_("Reviews cannot be due before the team hands in.")
            yield index, _fault("review_by", text)
        if stage.gate_on < stage.review_by:
            text = N_("The gate cannot lie before the reviews are due.")
            yield index, _fault("gate_on", text)


def require_order(opens_on: date, closes_on: date, stages: Sequence[StageDates]) -> None:
    """Raise the first fault of `faults`, if there is any."""
    for _, fault in faults(opens_on, closes_on, stages):
        raise fault


def _fault(field: str, text: str) -> DomainError:
    return DomainError("dates_out_of_order", text, field=field)
