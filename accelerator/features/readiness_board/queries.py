"""What the pages of a cohort's readiness show, from the scores stored each day."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.forecast import Forecast, Missing, chance_by, forecast
from accelerator.domain.readiness import HIGHEST, LOWEST, Dimension
from accelerator.domain.spread import Spread, spread
from accelerator.domain.stages import IdeaState
from accelerator.standing.levels import level_times, missing_of, untouched
from accelerator.standing.scores import newest
from accelerator.standing.wordings import name_of
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Idea,
    Passage,
    Programme,
    ReadinessScore,
    Stage,
)

MOST = 500  # ideas on one heat map
PAGE = 25  # ideas foretold on one page
UNLIKELY = 0.5  # less likely in time than not
MOST_SHADES = 4  # of levels by which a claim runs ahead
_NAMES = tuple(dimension.value for dimension in Dimension)
SHOWN = ("", "short", "ahead", "fading")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which ideas are shown, and in which order."""

    stage: str = ""
    show: str = ""
    order: str = "score"


@dataclass(frozen=True, slots=True)
class Cell:
    """One dimension of one idea; `look` are its classes.

    `minimum` is what its gate asks for, where that is more than is proven.
    """

    proven: int
    gap: int
    fading: bool
    minimum: int | None
    look: str


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """One idea; a cell is None where the dimension does not apply."""

    code: str
    title: Bilingual
    stage_key: str
    score: float
    cells: tuple[Cell | None, ...]
    missing: tuple[Missing, ...]

    @property
    def gap(self) -> int:
        """Levels claimed but not proven, over all dimensions."""
        return sum(cell.gap for cell in self.cells if cell)

    @property
    def fading(self) -> bool:
        """Whether any proof has begun to count for less."""
        return any(cell.fading for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage of the cohort, with its gate and how the scores in it are spread."""

    key: str
    name: Bilingual
    gate_on: date | None
    minimums: Mapping[str, int]
    spread: Spread | None
    ideas: int


@dataclass(frozen=True, slots=True)
class MapPage:
    """The heat map; `gaps` is the mean of claimed minus proven in each dimension.

    Of `total` ideas, `read` were looked at: the lowest scores, where there are very many.
    """

    wanted: Wanted
    rows: tuple[IdeaRow, ...]
    total: int
    read: int
    short: int
    programme_key: str
    stages: tuple[StageView, ...]
    gaps: tuple[tuple[Dimension, float], ...]


def heat_map(session: Session, cohort: Cohort, wanted: Wanted, *, today: date) -> MapPage:
    """Load a cohort's heat map; four queries, however many ideas."""
    stages = _stages(session, cohort)
    if wanted.stage not in {one.key for one in stages}:
        wanted = replace(wanted, stage="")
    rows = _rows(session, cohort, stages, wanted.stage, today)
    shown = [row for row in rows if _wanted(row, wanted.show)]
    if wanted.order != "score":
        place = tuple(Dimension).index(Dimension(wanted.order))
        shown.sort(key=lambda row: _level(row.cells[place]))
    return MapPage(
        wanted=wanted,
        rows=tuple(shown),
        total=_ideas(stages, wanted.stage),
        read=len(rows),
        short=sum(bool(row.missing) for row in rows),
        programme_key=session.get_one(Programme, cohort.programme_id).key,
        stages=tuple(stages),
        gaps=_gaps(rows),
    )


@dataclass(frozen=True, slots=True)
class Foretold:
    """An idea that misses levels of its gate; the chance is that of having them by then."""

    row: IdeaRow
    stage: StageView
    chance: float | None
    forecast: Forecast | None


@dataclass(frozen=True, slots=True)
class GatePage:
    """The ideas that miss levels, the least likely first; `tells` is whether the past suffices.

    Of `ideas` under way, `read` were looked at: the lowest scores, where there are very many.
    """

    rows: tuple[Foretold, ...]
    total: int
    unlikely: int
    after: int
    tells: bool
    reached: int
    stage: str
    programme_key: str
    stages: tuple[StageView, ...]
    today: date
    read: int
    ideas: int

    def day(self, days: int) -> date:
        """Return the day so many days from today."""
        return self.today + timedelta(days=days)


def before_gate(
    session: Session, cohort: Cohort, *, stage: str, after: int, today: date
) -> GatePage:
    """Load who misses levels of the gate they work towards; four queries."""
    stages = _stages(session, cohort)
    programme = session.get_one(Programme, cohort.programme_id)
    times = level_times(programme.level_times)
    known = {one.key: one for one in stages}
    chosen = stage if stage in known else ""
    found = []
    rows = _rows(session, cohort, stages, chosen, today)
    for row in rows:
        if row.missing:
            gate_on = known[row.stage_key].gate_on
            chance = chance_by(times, row.missing, (gate_on - today).days) if gate_on else None
            found.append((1.0 if chance is None else chance, row))
    found.sort(key=lambda pair: pair[0])
    after = min(after, max(0, len(found) - 1) // PAGE * PAGE)
    return GatePage(
        rows=tuple(
            Foretold(
                row, known[row.stage_key], chance if times.tells else None,
                forecast(times, row.missing),
            )
            for chance, row in found[after : after + PAGE]
        ),
        total=len(found), unlikely=sum(chance < UNLIKELY for chance, _ in found), after=after,
        tells=times.tells, reached=times.reached, stage=chosen,
        programme_key=programme.key, stages=tuple(stages),
        today=today, read=len(rows), ideas=_ideas(stages, chosen),
    )  # fmt: skip


def _ideas(stages: Sequence[StageView], chosen: str) -> int:
    return sum(stage.ideas for stage in stages if chosen in ("", stage.key))


@lru_cache
def names() -> dict[Dimension, Bilingual]:
    """Return the names of the dimensions, in order."""
    return {dimension: name_of(dimension) for dimension in Dimension}


_STAGES = (
    select(Stage.id, Stage.key, Stage.name, Stage.minimums, CohortStage.gate_on)
    .outerjoin(
        CohortStage,
        (CohortStage.stage_id == Stage.id) & (CohortStage.cohort_id == bindparam("cohort")),
    )
    .where(Stage.programme_id == bindparam("programme"))
    .order_by(Stage.position)
)
_SCORES = (
    select(Passage.stage_id, func.coalesce(Idea.readiness, 0.0))
    .join(Passage, Passage.id == Idea.passage_id)
    .where(Idea.cohort_id == bindparam("cohort"), Idea.state == IdeaState.ACTIVE)
)
_IDEAS = (
    select(
        Idea.code, Idea.title, Stage.key, Idea.readiness, Passage.entered_at, ReadinessScore.parts,
    )
    .join(Passage, Passage.id == Idea.passage_id)
    .join(Stage, Stage.id == Passage.stage_id)
    .outerjoin(ReadinessScore, newest())
    .where(Idea.cohort_id == bindparam("cohort"), Idea.state == IdeaState.ACTIVE)
    .order_by(func.coalesce(Idea.readiness, 0.0), Idea.id)
    .limit(MOST)
)  # fmt: skip


def _stages(session: Session, cohort: Cohort) -> list[StageView]:
    """Load the stages of a cohort with the scores of the ideas in each; two queries."""
    values = {"cohort": cohort.id, "programme": cohort.programme_id}
    scores = defaultdict(list)
    for stage_id, score in session.execute(_SCORES, values):
        scores[stage_id].append(score)
    return [
        StageView(
            row.key, row.name, row.gate_on, row.minimums, spread(scores[row.id]),
            len(scores[row.id]),
        )
        for row in session.execute(_STAGES, values)
    ]  # fmt: skip


def _rows(
    session: Session, cohort: Cohort, stages: Sequence[StageView], stage: str, today: date
) -> list[IdeaRow]:
    """Load the ideas of a cohort, or of one stage of it, the lowest scores first; one query."""
    wanted = _IDEAS.where(Stage.key == stage) if stage else _IDEAS
    asked = {one.key: one.minimums for one in stages}
    found = []
    for code, title, key, score, entered, parts in session.execute(wanted, {"cohort": cohort.id}):
        known, minimums = parts or untouched(entered), asked[key]
        found.append(
            IdeaRow(
                code, title, key, score or 0.0, _cells(known, minimums),
                tuple(missing_of(known, minimums, today=today)) if minimums else (),
            )
        )  # fmt: skip
    return found


def _cells(
    parts: Mapping[str, Mapping[str, Any]], minimums: Mapping[str, int]
) -> tuple[Cell | None, ...]:
    found: list[Cell | None] = []
    for name in _NAMES:
        part = parts.get(name)
        if part is None:
            found.append(None)
            continue
        proven = part["proven"]
        fading, minimum = part["effective"] < proven, minimums.get(name, LOWEST)
        found.append(
            _cell(proven, part["claimed"] - proven, fading, minimum if proven < minimum else None)
        )
    return tuple(found)


@lru_cache(maxsize=4096)  # there are few different cells, and a page of 500 ideas has 3,000
def _cell(proven: int, gap: int, fading: bool, minimum: int | None) -> Cell:
    look = f"heat-{proven} gap-{min(max(gap, 0), MOST_SHADES)}"
    marks = f"{' is-fading' if fading else ''}{' is-short' if minimum else ''}"
    return Cell(proven, max(gap, 0), fading, minimum, look + marks)


def _wanted(row: IdeaRow, show: str) -> bool:
    return not show or bool({"short": row.missing, "ahead": row.gap, "fading": row.fading}[show])


def _level(cell: Cell | None) -> int:
    return cell.proven if cell else HIGHEST


def _gaps(rows: Sequence[IdeaRow]) -> tuple[tuple[Dimension, float], ...]:
    """Return by how many levels claims run ahead of what is proven, on average."""
    sums, ideas = Counter[int](), Counter[int]()
    for row in rows:
        for place, cell in enumerate(row.cells):
            if cell is not None:
                sums[place] += cell.gap
                ideas[place] += 1
    return tuple(
        (dimension, sums[place] / ideas[place] if ideas[place] else 0.0)
        for place, dimension in enumerate(Dimension)
    )
