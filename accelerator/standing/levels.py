"""How long a programme's ideas waited for each readiness level, and what that foretells for one.

The counts are worked out once a day and kept with the programme; a page reads them in no time.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from accelerator.domain.forecast import (
    Forecast,
    LevelTimes,
    Missing,
    Tally,
    chance_by,
    forecast,
    tally,
    waits,
)
from accelerator.domain.readiness import LOWEST, Dimension
from accelerator.domain.stages import PLACELESS
from accelerator.standing.scores import newest, proven
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Idea,
    Passage,
    Programme,
    ReadinessScore,
    Stage,
)

AT_FIRST = dict.fromkeys(Dimension, LOWEST)
_BEFORE = func.lag(ReadinessScore.levels).over(
    partition_by=ReadinessScore.idea_id, order_by=ReadinessScore.on
)
_ROWS = (
    select(ReadinessScore.idea_id, ReadinessScore.on, ReadinessScore.levels, _BEFORE.label("was"))
    .join(Idea, Idea.id == ReadinessScore.idea_id)
    .join(Cohort, Cohort.id == Idea.cohort_id)
    .where(Cohort.programme_id == bindparam("programme"))
    .subquery()
)
_CHANGES = (
    select(_ROWS.c.idea_id, _ROWS.c.on, _ROWS.c.levels)
    .where(_ROWS.c.was.is_(None) | (_ROWS.c.was != _ROWS.c.levels))
    .order_by(_ROWS.c.idea_id, _ROWS.c.on)
)
_WAYS = (
    select(Idea.id, func.min(Passage.entered_at), func.max(Passage.left_at), func.count(),
           func.count(Passage.left_at))
    .join(Passage, Passage.idea_id == Idea.id)
    .join(Cohort, Cohort.id == Idea.cohort_id)
    .where(Cohort.programme_id == bindparam("programme"), Idea.state.not_in(PLACELESS))
    .group_by(Idea.id)
)  # fmt: skip


def count_level_times(session: Session, programme_id: int, *, today: date) -> None:
    """Count anew how long the programme's ideas waited for each level; keep it with it."""
    values = {"programme": programme_id}
    changes: dict[int, list[tuple[date, Mapping[Dimension, int]]]] = {
        idea_id: [(on, proven(levels)) for _, on, levels in rows]
        for idea_id, rows in groupby(session.execute(_CHANGES, values), lambda r: r[0])
    }
    found = []
    for idea_id, entered, left, passages, ended in session.execute(_WAYS, values):
        start = entered.date()
        seen = [(start, AT_FIRST)] + [(max(on, start), lv) for on, lv in changes.get(idea_id, [])]
        found += waits(seen, left.date() if left and passages == ended else today)
    session.execute(
        update(Programme)
        .where(Programme.id == programme_id)
        .values(level_times=_written(tally(found)))
        .execution_options(synchronize_session=False)
    )


def level_times(stored: Mapping[str, Any]) -> LevelTimes:
    """Read what is kept with a programme."""
    return _times(json.dumps(stored, sort_keys=True))


def missing_of(
    parts: Mapping[str, Mapping[str, Any]], minimums: Mapping[str, int], *, today: date
) -> list[Missing]:
    """Return which minimums the parts of a stored score do not reach, and since when."""
    found = []
    for dimension in Dimension:
        part, minimum = parts.get(dimension), minimums.get(dimension, LOWEST)
        if part is not None and part["proven"] < minimum:
            days = (today - date.fromisoformat(part["since"])).days
            found.append(Missing(dimension, part["proven"], minimum, max(0, days)))
    return found


@dataclass(frozen=True, slots=True)
class Ahead:
    """When an idea reaches the minimums of its gate; the chance is that of reaching them by it.

    Both are None where the programme's past is too short to tell.
    """

    gate_on: date | None
    missing: tuple[Missing, ...]
    forecast: Forecast | None
    chance: float | None


_AHEAD = (
    select(
        ReadinessScore.parts, Stage.minimums, CohortStage.gate_on, Programme.level_times,
        Passage.entered_at,
    )
    .select_from(Idea)
    .join(Passage, Passage.id == Idea.passage_id)
    .join(Stage, Stage.id == Passage.stage_id)
    .join(Programme, Programme.id == Stage.programme_id)
    .outerjoin(
        CohortStage,
        (CohortStage.cohort_id == Idea.cohort_id) & (CohortStage.stage_id == Stage.id),
    )
    .outerjoin(ReadinessScore, newest())
    .where(Idea.id == bindparam("idea"))
)  # fmt: skip


def ahead_of(session: Session, idea_id: int, *, today: date) -> Ahead:
    """Foretell when an idea reaches the minimums of the gate it works towards; one query."""
    parts, minimums, gate_on, stored, entered = session.execute(_AHEAD, {"idea": idea_id}).one()
    missing = missing_of(parts or untouched(entered), minimums, today=today)
    times = level_times(stored)
    chance = None if gate_on is None else chance_by(times, missing, (gate_on - today).days)
    return Ahead(gate_on, tuple(missing), forecast(times, missing), chance)


def untouched(entered: datetime) -> dict[str, dict[str, Any]]:
    """Return the parts of an idea that has no score yet: the lowest level in every dimension."""
    part = {
        "claimed": LOWEST,
        "proven": LOWEST,
        "effective": LOWEST,
        "since": entered.date().isoformat(),
    }
    return {dimension.value: part for dimension in Dimension}


def _written(counts: Tally) -> dict[str, list[list[int]]]:
    """Write counts as `{"customer 3": [[weeks, reached, not reached], …]}`."""
    return {
        f"{dimension} {level}": [[week, *seen] for week, seen in sorted(weeks.items())]
        for (dimension, level), weeks in counts.items()
    }


@lru_cache(maxsize=32)  # what follows from the counts is worked out once for all requests
def _times(stored: str) -> LevelTimes:
    def read(rows: Iterable[list[int]]) -> dict[int, list[int]]:
        return {week: [reached, not_reached] for week, reached, not_reached in rows}

    counts: Tally = {}
    for name, rows in json.loads(stored).items():
        dimension, level = name.split()
        counts[Dimension(dimension), int(level)] = read(rows)
    return LevelTimes(counts)
