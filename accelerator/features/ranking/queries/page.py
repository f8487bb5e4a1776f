"""The ranking itself: a picture around the line, and the table of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from accelerator.domain.gates import CutLine
from accelerator.domain.policy import Actor
from accelerator.features.ranking.queries.words import (
    Change,
    Titled,
    change_of,
    criteria_of,
    named_in,
    names,
    passages_that,
    titles,
)
from accelerator.standing.ranking import Scope, StageRanking, ranking_of
from accelerator.standing.robustness import Robustness, robustness_of
from accelerator.storage.tables import Cohort, Stage

if TYPE_CHECKING:
    import numpy as np

    from accelerator.domain.scoring import RankedIdea

PAGE = 50  # rows of the table
AROUND = 24  # rows of the picture, around the line
FIRM = "firm"
SORTS = {  # by the table's number, and whether the largest comes first
    "": ("place", False),
    "raw": ("raw", True),
    "chance": ("probability", True),
    "reviews": ("reviews", False),
    "apart": ("apart", True),
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the table is narrowed to, and its order; empty is all, best first."""

    group: str = ""
    change: str = ""
    panel: int = 0  # from 1
    sort: str = ""
    after: int = 0

    @property
    def asked(self) -> dict[str, str | int]:
        """Return what stays when the reader turns the page."""
        words: dict[str, str | int] = {
            "group": self.group, "change": self.change, "panel": self.panel, "sort": self.sort,
        }  # fmt: skip
        return {name: word for name, word in words.items() if word}


@dataclass(frozen=True, slots=True)
class RankingRow:
    """One idea's line."""

    idea: Titled
    above: bool
    numbers: "RankedIdea[int]"
    change: Change | None


@dataclass(frozen=True, slots=True)
class RankingPage:
    """Everything the page says."""

    scope: Scope
    ideas: int  # passages in scope, reviewed or not
    ranked: int
    line: CutLine
    cut: float | None
    zones: Mapping[str, int]
    panels: tuple[tuple[int, int], ...]  # ideas and reviewers of each, when there are several
    best_mark: int
    usual_gap: float  # two reviews of one idea seldom differ by more
    crossing: int | None  # ideas that change side under something; None when not tried
    picture: tuple[RankingRow, ...]
    rows: tuple[RankingRow, ...]
    narrowed: Narrowed
    total: int  # rows of the table on all its pages

    @property
    def next_after(self) -> int | None:
        """Return where the next page of the table begins."""
        end = self.narrowed.after + PAGE
        return end if end < self.total else None

    @property
    def shown(self) -> tuple[int, int]:
        """Return the first and last number of the rows shown."""
        return self.narrowed.after + 1, self.narrowed.after + len(self.rows)


def ranking_page(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    *,
    actor: Actor,
    scope: Scope = Scope.NOW,
    capacity: int | None = None,
    narrowed: Narrowed = Narrowed(),
) -> RankingPage:
    """Rank a stage and load what one page shows of it: four queries, six when reviews changed."""
    found = ranking_of(session, cohort, stage.id, capacity=capacity, scope=scope)
    criteria = criteria_of(session, stage.id)
    robust = robustness_of(session, found, criteria)
    lines, ranked = found.ranked.lines, len(found.ranked.lines)
    start = max(0, min(found.line.capacity - AROUND // 2, ranked - AROUND))
    picture = range(start, min(start + AROUND, ranked))
    every = _positions(found, robust, narrowed)
    shown = every[narrowed.after : narrowed.after + PAGE]
    numbers = {at: lines[at] for at in {*picture, *shown}}
    passages = {each.idea for each in numbers.values()}
    titled = titles(session, passages, actor)
    people = names(session, named_in(robust, passages))
    words = {c.key: c.name for c in criteria}
    rows = {
        at: RankingRow(
            titled[each.idea],
            at < found.line.capacity,
            each,
            change_of(titled[each.idea], robust, words, people),
        )
        for at, each in numbers.items()
    }
    return RankingPage(
        scope=scope,
        ideas=found.ideas,
        ranked=ranked,
        line=found.line,
        cut=found.ranked.cut,
        zones=_zones(found),
        panels=_panels(found),
        best_mark=found.digest.scale,
        usual_gap=2.77 * found.ranked.review_noise,  # 1.96·√2 standard deviations: 19 of 20
        crossing=None if robust is None else len(robust.crossings),
        picture=tuple(rows[at] for at in picture),
        rows=tuple(rows[at] for at in shown),
        narrowed=narrowed,
        total=len(every),
    )


def capacity_at(session: Session, cohort: Cohort, stage: Stage, *, scope: Scope, cut: float) -> int:
    """Return how many ideas have an adjusted mean above a line drawn by hand."""
    lines = ranking_of(session, cohort, stage.id, scope=scope).ranked.lines
    return int((lines.column("adjusted") > cut).sum()) if lines else 0


def _positions(found: StageRanking, robust: Robustness | None, narrowed: Narrowed) -> Sequence[int]:
    """Return the positions of the lines that the table shows, in its order."""
    lines = found.ranked.lines
    if not lines:
        return ()
    import numpy as np

    wanted = np.ones(len(lines), dtype=bool)
    if narrowed.group:
        wanted &= _in_zone(found, narrowed.group)
    if narrowed.panel:
        wanted &= lines.column("panel") == narrowed.panel - 1
    if narrowed.change and robust is not None:
        crossing = passages_that(robust, "any" if narrowed.change == FIRM else narrowed.change)
        if crossing is not None:
            carried = np.isin(lines.column("idea"), crossing)
            wanted &= ~carried if narrowed.change == FIRM else carried
    name, largest_first = SORTS[narrowed.sort]
    column = -lines.column(name) if largest_first else lines.column(name)
    order = np.argsort(column, kind="stable")
    return [int(at) for at in order[wanted[order]]]


def _in_zone(found: StageRanking, group: str) -> "np.ndarray[Any, Any]":
    from accelerator.domain.scoring import DEFAULT_POLICY as POLICY

    chance = found.ranked.lines.column("probability")
    go, stop = chance > POLICY.go, chance < POLICY.stop
    return {"go": go, "stop": stop}.get(group, ~(go | stop))


def _zones(found: StageRanking) -> dict[str, int]:
    zones = ("go", "discuss", "stop")
    if not found.ranked.lines:
        return dict.fromkeys(zones, 0)
    return {zone: int(_in_zone(found, zone).sum()) for zone in zones}


def _panels(found: StageRanking) -> tuple[tuple[int, int], ...]:
    if found.ranked.panels < 2:  # noqa: PLR2004 - one panel is everybody
        return ()
    of_ideas = found.ranked.lines.column("panel").astype(int).tolist()
    of_reviewers = [each.panel for each in found.ranked.reviewers]
    return tuple(
        (of_ideas.count(panel), of_reviewers.count(panel)) for panel in range(found.ranked.panels)
    )
