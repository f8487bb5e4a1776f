"""The picture of a cohort through time: bands and marks as shares of its width, and its table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of, holiday_name
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.stages import Timing
from accelerator.domain.workdays import DAY, Calendar
from accelerator.i18n import language
from accelerator.storage.tables import Cohort, CohortStage, MilestoneTemplate, Stage

MOST_TICKS = 6
EDGE = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of days: `kind` is intake, work, review or decide; both days are included."""

    kind: str
    first: date
    last: date
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A single day: `kind` is gate or milestone."""

    kind: str
    on: date
    x: float
    name: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the picture; the intake's has no stage, a rolling stage's nothing in it."""

    stage: Bilingual | None
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """Days off with a holiday among them."""

    first: date
    last: date
    name: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn; `today` is None when it lies outside."""

    first: date
    last: date
    ticks: tuple[tuple[date, float], ...]
    lanes: tuple[Lane, ...]
    breaks: tuple[Break, ...]
    today: float | None


class _Scale:
    """Turns days into shares of the width, in percent."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.days = first, max((last - first).days, 1)

    def x(self, day: date) -> float:
        return round(100 * (day - self.first).days / self.days, 2)

    def width(self, first: date, last: date) -> float:
        return round(100 * ((last - first).days + 1) / self.days, 2)

    def band(self, kind: str, first: date, last: date) -> Band:
        return Band(kind, first, last, self.x(first), self.width(first, last))


def picture(
    session: Session,
    cohort: Cohort,
    stages: Sequence[Stage],
    dates: Mapping[int, CohortStage],
    today: date,
) -> Picture:
    """Draw a cohort; one query, for the milestones that its stages give."""
    ends = [row.gate_on for row in dates.values()]
    first, last = cohort.intake_opens_on - EDGE, max([cohort.intake_closes_on, *ends]) + EDGE
    scale = _Scale(first, last)
    calendar = calendar_of(cohort.country, cohort.intake_opens_on.year)
    opens, closes = cohort.intake_opens_on, cohort.intake_closes_on
    lanes = [Lane(None, (scale.band("intake", opens, closes),))]
    templates = _templates(session, stages)
    entered = opens
    for stage in stages:
        row = dates.get(stage.id)
        if stage.timing == Timing.ROLLING or row is None:
            lanes.append(Lane(stage.name))
            continue
        lanes.append(_lane(scale, calendar, stage, row, entered, templates.get(stage.id, [])))
        entered = row.gate_on
    return Picture(
        first,
        last,
        tuple(_ticks(scale, first, last)),
        tuple(lanes),
        tuple(_breaks(scale, calendar, cohort.country, first, last)),
        scale.x(today) if first <= today <= last else None,
    )


def _templates(session: Session, stages: Sequence[Stage]) -> dict[int, list[MilestoneTemplate]]:
    found: dict[int, list[MilestoneTemplate]] = {}
    for row in session.scalars(
        select(MilestoneTemplate)
        .where(
            MilestoneTemplate.stage_id.in_([stage.id for stage in stages]),
            MilestoneTemplate.removed_at.is_(None),
        )
        .order_by(MilestoneTemplate.stage_id, MilestoneTemplate.position)
    ):
        found.setdefault(row.stage_id, []).append(row)
    return found


def _lane(
    scale: _Scale,
    calendar: Calendar,
    stage: Stage,
    row: CohortStage,
    entered: date,
    templates: Sequence[MilestoneTemplate],
) -> Lane:
    bands = [
        scale.band("work", entered, row.hand_in_by),
        scale.band("review", row.hand_in_by, row.review_by),
        scale.band("decide", row.review_by, row.gate_on),
    ]
    marks = [Mark("gate", row.gate_on, scale.x(row.gate_on))]
    for template in templates:
        anchor = entered if template.anchor == "entry" else row.gate_on
        on = calendar.add(anchor, template.offset_days)
        marks.append(Mark("milestone", on, scale.x(on), template.name))
    return Lane(stage.name, tuple(bands), tuple(sorted(marks, key=lambda mark: mark.on)))


def _ticks(scale: _Scale, first: date, last: date) -> Iterator[tuple[date, float]]:
    """Yield firsts of months, as many as have room."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = max(1, -(-months // MOST_TICKS))
    for n in range(1, months + 1, step):
        at = first.month - 1 + n
        day = date(first.year + at // 12, at % 12 + 1, 1)
        if day <= last:
            yield day, scale.x(day)


def _breaks(
    scale: _Scale, calendar: Calendar, country: str, first: date, last: date
) -> Iterator[Break]:
    """Yield the stretches of days off in which a weekday is free, under their first names."""
    day = first
    while day <= last:
        if calendar.is_working(day):
            day += DAY
            continue
        start, names, weekday = day, [], False
        while day <= last and not calendar.is_working(day):
            weekday = weekday or day.weekday() not in calendar.weekend
            name = holiday_name(country, day, language())
            if name and name not in names and day.weekday() not in calendar.weekend:
                names.append(name)
            day += DAY
        if weekday:
            end = day - DAY
            yield Break(
                start, end, names[0] if names else "", scale.x(start), scale.width(start, end)
            )
