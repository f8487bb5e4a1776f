"""The reviewers: whether they agree, how severe each is, and how marks are spread."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.features.ranking.queries.words import criteria_of, names
from accelerator.standing.ranking import Scope, Severity, StageRanking, ranking_of
from accelerator.standing.robustness import CriterionMarks, robustness_of
from accelerator.storage.tables import Cohort, Stage

PAGE = 50
HIGH, FAIR = 0.8, 0.667  # Krippendorff's own customs for relying on α


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """How severe one reviewer is."""

    name: str
    numbers: Severity

    @property
    def clear(self) -> bool:
        """Say whether the difference is larger than its own error."""
        return abs(self.numbers.leniency) > self.numbers.se


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """How the marks of one criterion are spread."""

    name: Bilingual
    counted: bool
    marks: CriterionMarks


@dataclass(frozen=True, slots=True)
class PanelPage:
    """Everything about the reviewers; `severe` and `lenient` count those clearly so."""

    scope: Scope
    ranked: int
    alpha: float | None
    icc: float | None
    reviewer_spread: float
    review_noise: float
    panels: int
    best_mark: int
    reach: float  # of the picture, to both sides
    criteria: tuple[CriterionRow, ...] | None  # None where they were not worked out
    reviewers: tuple[ReviewerRow, ...]
    severe: int
    lenient: int
    total: int
    after: int

    @property
    def agreement(self) -> str:
        """Return how far the reviewers agree: high, fair, low, or nothing known."""
        if self.alpha is None or self.icc is None:  # one idea alone compares with nothing
            return ""
        return "high" if self.alpha >= HIGH else "fair" if self.alpha >= FAIR else "low"

    @property
    def next_after(self) -> int | None:
        """Return where the next page of reviewers begins."""
        end = self.after + PAGE
        return end if end < self.total else None


def panel_page(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    *,
    scope: Scope = Scope.NOW,
    capacity: int | None = None,
    after: int = 0,
) -> PanelPage:
    """Load what is known of the reviewers, the most severe first; three queries, five at most."""
    found = ranking_of(session, cohort, stage.id, capacity=capacity, scope=scope)
    criteria = criteria_of(session, stage.id)
    robust = robustness_of(session, found, criteria)
    marks = {each.key: each for each in robust.criteria} if robust else {}
    every = found.ranked.reviewers
    shown = every[after : after + PAGE]
    people = names(session, (each.reviewer_id for each in shown))
    clear = [each.leniency for each in every if abs(each.leniency) > each.se]
    return PanelPage(
        scope=scope,
        ranked=len(found.ranked.lines),
        alpha=found.ranked.alpha,
        icc=found.ranked.icc,
        reviewer_spread=found.ranked.reviewer_spread,
        review_noise=found.ranked.review_noise,
        panels=found.ranked.panels,
        best_mark=found.digest.scale,
        reach=_reach(found),
        criteria=None
        if robust is None
        else tuple(CriterionRow(c.name, c.counted, marks[c.key]) for c in criteria if marks),
        reviewers=tuple(ReviewerRow(people[each.reviewer_id], each) for each in shown),
        severe=sum(leniency < 0 for leniency in clear),
        lenient=sum(leniency > 0 for leniency in clear),
        total=len(every),
        after=after,
    )


def _reach(found: StageRanking) -> float:
    """Return how far the picture must reach, in halves of a mark."""
    most = max((abs(each.leniency) + each.se for each in found.ranked.reviewers), default=0)
    return max(0.5, -(-most // 0.5) * 0.5)
