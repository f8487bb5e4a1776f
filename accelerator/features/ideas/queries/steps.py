"""The steps of the stage track: passages behind, the one now, the stages ahead."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.stages import WITHDRAWABLE, IdeaState, PassageState


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of the track, with the attributes the template's macro names."""

    label: str
    state: str
    outcome: str = ""
    start: date | None = None
    end: date | None = None
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class PassageRow:
    """One passage, as far as the track and its status care."""

    id: int
    stage_id: int
    state: PassageState
    entered_at: datetime
    hand_in_by: date
    handed_in_at: datetime | None
    promise_on: date | None
    left_at: datetime | None
    outcome: str | None
    asked_until: date | None = None


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of the programme."""

    id: int
    key: str
    name: Bilingual
    position: int
    required: int = 0


ENDS = {IdeaState.WITHDRAWN: "withdrawn", IdeaState.DISCARDED: "withdrawn"}


def steps(
    stages: list[StageRow],
    passages: list[PassageRow],
    *,
    state: IdeaState,
    zone: ZoneInfo,
    today: date,
    language: str,
) -> list[Step]:
    """Return the track; an outcome shows only once the passage was left, that is, announced."""
    names = {stage.id: stage for stage in stages}
    found = []
    for passage in passages:
        label = names[passage.stage_id].name.pick(language)
        entered = passage.entered_at.astimezone(zone).date()
        if passage.state is not PassageState.LEFT:
            end = passage.promise_on or passage.asked_until or passage.hand_in_by
            gone = share(entered, end, today)
            found.append(Step(label, "now", start=entered, end=end, share=gone))
            continue
        left = passage.left_at.astimezone(zone).date() if passage.left_at else None
        outcome = passage.outcome or ""
        if passage is passages[-1]:
            outcome = ENDS.get(state, outcome)
        found.append(Step(label, "done", outcome, entered, left))
    if state in WITHDRAWABLE:
        reached = names[passages[-1].stage_id].position if passages else 0
        found += [Step(s.name.pick(language), "next") for s in stages if s.position > reached]
    return found


def share(start: date, end: date, today: date) -> float:
    """Return how much of a stretch of days is gone, from 0 to 1."""
    whole = (end - start).days
    return min(max((today - start).days / whole, 0.0), 1.0) if whole > 0 else 1.0
