"""What the preview of a stage shows: questions, rubric and days, with nothing filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.answers import Asked, Condition, Kind, Option
from accelerator.domain.bilingual import Bilingual
from accelerator.standing.deciders import deciders_of
from accelerator.standing.outlines import rows
from accelerator.storage.tables import Programme, Stage

MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Criterion:
    """A line of the rubric; `share` is its part of the score in percent."""

    key: str
    name: Bilingual
    help: Bilingual
    counted: bool
    share: float
    levels: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A milestone, and the day on which it would fall due."""

    name: Bilingual
    evidence: Bilingual
    owner_role: str
    anchor: str
    offset_days: int
    on: date


@dataclass(frozen=True, slots=True)
class Example:
    """The days of a team that entered the stage today."""

    enters_on: date
    hand_in_by: date
    gate_on: date
    milestones: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """One stage of a programme as plain values, and the names of all stages."""

    stages: tuple[tuple[str, Bilingual], ...]
    number: int
    stage: Mapping[str, Any]

    @property
    def asked(self) -> tuple[tuple[Asked, Bilingual], ...]:
        """Return the questions as a form asks them, each with its help."""
        return tuple((_asked(one), one["help"]) for one in self.stage["questions"])

    @property
    def carried(self) -> dict[str, Bilingual]:
        """Return the questions that begin with an earlier answer, each with that stage's name."""
        names = dict(self.stages)
        return {
            one["key"]: names[one["carried_from"]["stage"]]
            for one in self.stage["questions"]
            if one["carried_from"]
        }

    def label_of(self, key: str) -> Bilingual:
        """Return the words of a question, or nothing when it is no longer there."""
        return next(
            (one["label"] for one in self.stage["questions"] if one["key"] == key), Bilingual()
        )

    @property
    def rubric(self) -> tuple[Criterion, ...]:
        """Return the rubric as a reviewer has it beside the idea."""
        criteria = self.stage["criteria"]
        total = sum(one["weight"] for one in criteria if one["counted"]) or 1.0
        empty = (Bilingual(),) * int(self.stage["scale"])
        return tuple(
            Criterion(
                one["key"],
                one["name"],
                one["help"],
                one["counted"],
                100 * one["weight"] / total if one["counted"] else 0.0,
                (*one["levels"], *empty[len(one["levels"]) :]),
            )
            for one in criteria
        )


def preview(session: Session, programme: Programme, stage_key: str) -> Preview | None:
    """Load a programme's outline and choose one stage, the first one unless it is named."""
    outline = rows.read(session, programme)
    stages = outline["stages"]
    keys = [stage["key"] for stage in stages]
    wanted = stage_key or next(iter(keys), "")
    if wanted not in keys:
        return None
    number = keys.index(wanted)
    return Preview(
        tuple((stage["key"], stage["name"]) for stage in stages), number + 1, stages[number]
    )


def example(stage: Mapping[str, Any], *, country: str, today: date) -> Example:
    """Return the dates of a team that enters a stage today, by the working days of a country."""
    calendar = calendar_of(country, today.year)
    hand_in_by = calendar.add(today, stage["time_box_days"])
    gate_on = calendar.add(hand_in_by, stage["promise_days"])
    return Example(
        enters_on=today,
        hand_in_by=hand_in_by,
        gate_on=gate_on,
        milestones=tuple(
            Due(
                one["name"],
                one["evidence"],
                one["owner_role"],
                one["anchor"],
                one["offset_days"],
                max(
                    calendar.add(
                        today if one["anchor"] == "entry" else gate_on, one["offset_days"]
                    ),
                    today,
                ),
            )
            for one in stage["milestones"]
        ),
    )


def deciders(session: Session, programme: Programme, stage_key: str) -> list[str]:
    """Name who decides at a stage's gate: those chosen, else the managers; two queries."""
    stage = session.scalars(
        select(Stage).where(Stage.programme_id == programme.id, Stage.key == stage_key)
    ).one()
    return [row.name for row in deciders_of(session, stage)[:MOST_NAMES]]


def _asked(question: Mapping[str, Any]) -> Asked:
    return Asked(
        question["key"],
        Kind(question["kind"]),
        question["label"],
        question["required"],
        question["word_limit"],
        tuple(Option(option["key"], option["label"]) for option in question["options"]),
        Condition.of(question["condition"]),
    )
