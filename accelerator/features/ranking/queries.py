"""What the page of a ranking shows, in six queries for any number of ideas."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.gates import CutLine
from accelerator.standing.ranking import (
    CriterionMarks,
    Robustness,
    Scope,
    StageRanking,
    in_scope,
    places_taken,
    ranking_of,
    robustness_of,
)
from accelerator.storage.tables import Cohort, Criterion, Idea, Passage, Person, Stage

if TYPE_CHECKING:
    from accelerator.domain.scoring import Crossing, RankedIdea

PAGE = 100  # rows of the table
AROUND = 60  # rows of the picture, around the line
HELPED = 5  # next reviews proposed
HIGH, FAIR = 0.8, 0.667  # Krippendorff's own customs for relying on α


@dataclass(frozen=True, slots=True)
class Change:
    """What would carry an idea over the line, in words' worth; empty when nothing would."""

    raw: bool
    equal_weights: bool
    criteria: tuple[Bilingual, ...]
    reviewers: tuple[str, ...]

    @property
    def firm(self) -> bool:
        """Nothing tried carries the idea over the line."""
        return not (self.raw or self.equal_weights or self.criteria or self.reviewers)


@dataclass(frozen=True, slots=True)
class RankingRow:
    """One idea's line of the table."""

    code: str
    title: Bilingual
    number: int
    outcome: str | None
    above: bool
    numbers: "RankedIdea[int]"
    change: Change | None


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """How severe one reviewer is; `leniency` is above 0 when lenient."""

    name: str
    reviews: int
    leniency: float
    se: float

    @property
    def clear(self) -> bool:
        """Say whether the difference is larger than its own error."""
        return abs(self.leniency) > self.se


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """How the marks of one criterion are spread."""

    name: Bilingual
    counted: bool
    marks: CriterionMarks


@dataclass(frozen=True, slots=True)
class HelpedRow:
    """An idea that one or more further reviews would help most."""

    code: str
    title: Bilingual
    reviews: int


@dataclass(frozen=True, slots=True)
class RankingPage:
    """Everything the page says."""

    scope: Scope
    ideas: int  # passages in scope, reviewed or not
    ranked: int
    line: CutLine
    cut: float | None
    zones: Mapping[str, int]
    panels: int
    best_mark: int
    alpha: float | None
    icc: float | None
    reviewer_spread: float
    review_noise: float
    picture: tuple[RankingRow, ...]
    rows: tuple[RankingRow, ...]
    after: int
    helped: tuple[HelpedRow, ...]
    criteria: tuple[CriterionRow, ...]
    robust: bool
    reviewers: tuple[ReviewerRow, ...]

    @property
    def agreement(self) -> str:
        """Return how far the reviewers agree: high, fair, low, or nothing known."""
        if self.alpha is None or self.icc is None:  # one idea alone compares with nothing
            return ""
        return "high" if self.alpha >= HIGH else "fair" if self.alpha >= FAIR else "low"

    @property
    def next_after(self) -> int | None:
        """Return where the next page of the table begins."""
        end = self.after + PAGE
        return end if end < self.ranked else None

    @property
    def shown(self) -> tuple[int, int]:
        """Return the first and last number of the rows shown."""
        return self.after + 1, self.after + len(self.rows)


def ranking_page(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    *,
    scope: Scope = Scope.NOW,
    capacity: int | None = None,
    after: int = 0,
) -> RankingPage:
    """Rank a stage and load what one page shows of it."""
    ideas, taken = session.execute(
        select(
            select(func.count())
            .select_from(Passage)
            .join(Idea, Idea.id == Passage.idea_id)
            .where(in_scope(cohort.id, stage.id, scope), Passage.handed_in_at.is_not(None))
            .scalar_subquery(),
            places_taken(cohort.id, stage.id),
        )
    ).one()
    found = ranking_of(session, cohort, stage.id, taken=taken, capacity=capacity, scope=scope)
    criteria = session.scalars(
        select(Criterion)
        .where(Criterion.stage_id == stage.id, Criterion.removed_at.is_(None))
        .order_by(Criterion.position)
    ).all()
    robust = robustness_of(session, cohort, stage.id, found, criteria, scope=scope)
    ranked = found.ranking.rows
    around = max(0, min(found.line.capacity - AROUND // 2, len(ranked) - AROUND))
    helped = _helped(found)
    names = _names(session, found)
    titles = _titles(
        session,
        {row.idea for row in (*ranked[around : around + AROUND], *ranked[after : after + PAGE])}
        | helped.keys(),
    )
    words = _Words(titles, names, {c.key: c.name for c in criteria}, robust, found.line.capacity)
    marks = {each.key: each for each in robust.criteria} if robust else {}
    fair = found.ranking.adjusted
    return RankingPage(
        scope=scope,
        ideas=ideas,
        ranked=len(ranked),
        line=found.line,
        cut=found.ranking.cut,
        zones={zone: sum(row.zone == zone for row in ranked) for zone in ("go", "discuss", "stop")},
        panels=fair.panels,
        best_mark=max((len(c.levels) for c in criteria), default=5) or 5,
        alpha=found.alpha,
        icc=found.icc,
        reviewer_spread=sqrt(fair.reviewer_variance),
        review_noise=sqrt(fair.sigma2),
        picture=tuple(
            words.row(at, ranked[at]) for at in range(around, min(around + AROUND, len(ranked)))
        ),
        rows=tuple(
            words.row(at, ranked[at]) for at in range(after, min(after + PAGE, len(ranked)))
        ),
        after=after,
        helped=tuple(HelpedRow(*titles[passage][:2], n) for passage, n in helped.items()),
        criteria=tuple(
            CriterionRow(c.name, c.counted, marks[c.key]) for c in criteria if c.key in marks
        ),
        robust=robust is not None,
        reviewers=_reviewers(found, names),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """Turns the numbers of a passage into a line with names."""

    titles: Mapping[int, tuple[str, Bilingual, int, str | None]]
    names: Mapping[int, str]
    criteria: Mapping[str, Bilingual]
    robust: Robustness | None
    capacity: int

    def row(self, at: int, numbers: "RankedIdea[int]") -> RankingRow:
        code, title, number, outcome = self.titles[numbers.idea]
        crossing = self.robust.crossings.get(numbers.idea) if self.robust else None
        return RankingRow(
            code, title, number, outcome, at < self.capacity, numbers,
            self._change(crossing) if crossing else None,
        )  # fmt: skip

    def _change(self, crossing: "Crossing[int, str]") -> Change:
        return Change(
            crossing.raw,
            crossing.equal_weights,
            tuple(self.criteria[key] for key in crossing.weights),
            tuple(self.names[reviewer] for reviewer in crossing.reviewers),
        )


def _helped(found: StageRanking) -> dict[int, int]:
    """Count the next reviews by passage, the most helped first."""
    if not found.ranking.rows:
        return {}
    from accelerator.domain.scoring import next_reviews

    helped: dict[int, int] = {}
    for passage in next_reviews(found.ranking, HELPED):
        helped[passage] = helped.get(passage, 0) + 1
    return helped


def _titles(
    session: Session, passages: set[int]
) -> dict[int, tuple[str, Bilingual, int, str | None]]:
    rows = session.execute(
        select(Passage.id, Idea.code, Idea.title, Passage.number, Passage.outcome)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(Passage.id.in_(passages))
    )
    return {
        passage: (code, title, number, outcome) for passage, code, title, number, outcome in rows
    }


def _names(session: Session, found: StageRanking) -> dict[int, str]:
    people = session.scalars(select(Person).where(Person.id.in_(found.ranking.adjusted.reviewers)))
    return {person.id: person.display_name for person in people}


def _reviewers(found: StageRanking, names: Mapping[int, str]) -> tuple[ReviewerRow, ...]:
    """List the reviewers, the most severe first."""
    fair = found.ranking.adjusted
    loads = fair.design.loads.tolist()
    rows = [
        ReviewerRow(
            names[reviewer], loads[at], float(fair.leniency[at]), float(fair.leniency_se[at])
        )
        for at, reviewer in enumerate(fair.reviewers)
    ]
    return tuple(sorted(rows, key=lambda row: row.leniency))
