"""The ranking of one stage in one cohort, from its submitted reviews; for its page and the gate.

What is computed is kept in the process, found by a digest of the reviews that one small query
takes, and packed into plain numbers. The numbers' own library is loaded only when there are
reviews.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cached_property, lru_cache
from math import sqrt
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, and_, cast, func, select
from sqlalchemy.orm import Session

from accelerator.domain.designing import on_scale
from accelerator.domain.gates import CutLine, cut_line, places_left
from accelerator.domain.reviews import AssignmentState
from accelerator.domain.stages import ADVANCING, IdeaState, PassageState
from accelerator.standing.kept import Kept
from accelerator.storage.tables import Assignment, Cohort, Idea, Passage, Review, Rubric, Stage

if TYPE_CHECKING:
    from accelerator.domain.scoring import RankedIdea
    from accelerator.domain.scoring.policy import Floats

AT_GATE = (PassageState.HANDED_IN, PassageState.DECIDED)
NEXT = 10  # reviews that would help most
NUMBERS = (
    "idea", "place", "raw", "adjusted", "se", "low", "high", "posterior", "posterior_se",
    "probability", "gain", "reviews", "apart", "panel",
)  # fmt: skip
WHOLE = frozenset({"idea", "place", "reviews", "panel"})


class Scope(StrEnum):
    """Whose passages are ranked: of the ideas at the gate now, or all of the cohort's."""

    NOW = auto()
    ALL = auto()


class Digest(NamedTuple):
    """What tells one state of a stage's reviews from another: a review saved again is another."""

    cohort_id: int
    stage_id: int
    scope: Scope
    reviews: int
    ids: int
    versions: int
    scale: int  # what marks given on another scale are compared on


class Severity(NamedTuple):
    """How one reviewer marks compared with the others; `leniency` is above 0 when lenient."""

    reviewer_id: int
    reviews: int
    leniency: float
    se: float
    panel: int


class Lines(Sequence["RankedIdea[int]"]):
    """The ranked passages, best first, as a table of numbers; a line is made when it is read."""

    def __init__(self, table: "Floats | None") -> None:
        self._table = table

    def __len__(self) -> int:
        return 0 if self._table is None else len(self._table)

    @overload
    def __getitem__(self, at: int) -> "RankedIdea[int]": ...
    @overload
    def __getitem__(self, at: slice) -> "list[RankedIdea[int]]": ...
    def __getitem__(self, at: int | slice) -> "RankedIdea[int] | list[RankedIdea[int]]":
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if self._table is None:
            raise IndexError(at)
        return _line(self._table[at].tolist())

    def __iter__(self) -> "Iterator[RankedIdea[int]]":
        return iter(()) if self._table is None else map(_line, self._table.tolist())

    def column(self, name: str) -> "Floats":
        """Return one number of all lines, best first: (I,). There must be lines."""
        if self._table is None:
            raise IndexError(name)
        return self._table[:, NUMBERS.index(name)]

    def passages(self) -> list[int]:
        """Return the passages alone, best first."""
        return [] if self._table is None else [int(one) for one in self.column("idea")]

    @cached_property
    def zones(self) -> dict[int, str]:
        """The zone of each passage, best first; worked out once while the lines are kept."""
        if self._table is None:
            return {}
        from accelerator.domain.scoring import zone

        chances = self.column("probability").tolist()
        return {
            passage: str(zone(chance))
            for passage, chance in zip(self.passages(), chances, strict=True)
        }

    def find(self, passages: Collection[int]) -> "dict[int, RankedIdea[int]]":
        """Return the lines of some passages."""
        return {one: self[at] for at, one in enumerate(self.zones) if one in passages}


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the reviews of a stage say at one place of the line."""

    lines: Lines
    cut: float | None = None
    alpha: float | None = None  # Krippendorff's, ordinal, over the collapsed marks
    icc: float | None = None
    reviewer_spread: float = 0.0  # standard deviations, in mark units
    review_noise: float = 0.0
    panels: int = 0
    reviewers: tuple[Severity, ...] = ()
    helped: tuple[int, ...] = ()  # passages to give the next reviews to


@dataclass(frozen=True, slots=True)
class StageRanking:
    """The ranking of the reviewed passages, and what was needed to draw its line."""

    digest: Digest
    line: CutLine
    ideas: int  # passages in scope, reviewed or not
    taken: int  # places gone at the gate
    ranked: Ranked

    @property
    def by_passage(self) -> "dict[int, RankedIdea[int]]":
        """Return the lines by passage."""
        return {row.idea: row for row in self.ranked.lines}


def places_taken(cohort_id: int, stage_id: int) -> ScalarSelect[int]:
    """Select how many ideas of a cohort have passed the gate of a stage, as their teams know."""
    return (
        select(func.count())
        .where(
            Passage.cohort_id == cohort_id,
            Passage.stage_id == stage_id,
            Passage.outcome.in_(ADVANCING),
        )
        .scalar_subquery()
    )


def _passages(cohort_id: int, stage_id: int, scope: Scope) -> ColumnElement[bool]:
    stage = and_(Passage.cohort_id == cohort_id, Passage.stage_id == stage_id)
    return stage if scope is Scope.ALL else and_(stage, Passage.state.in_(AT_GATE))


def in_scope(cohort_id: int, stage_id: int, scope: Scope) -> ColumnElement[bool]:
    """The passages of a stage that a ranking is about; needs Idea and Passage joined by idea."""
    passages = _passages(cohort_id, stage_id, scope)
    if scope is Scope.ALL:
        return passages
    return and_(passages, Idea.passage_id == Passage.id, Idea.state == IdeaState.ACTIVE)


def counted(cohort_id: int, stage_id: int, scope: Scope) -> ColumnElement[bool]:
    """The reviews a ranking is made of; needs Assignment, Review and Passage joined.

    What waits for a place in the cohort has no reviews, so the idea's own state need not be asked.
    """
    return and_(
        _passages(cohort_id, stage_id, scope),
        Assignment.state == AssignmentState.SUBMITTED,
        Review.score.is_not(None),
    )


def ranking_of(
    session: Session,
    cohort: Cohort,
    stage_id: int,
    *,
    capacity: int | None = None,
    scope: Scope = Scope.NOW,
) -> StageRanking:
    """Rank a stage's reviewed passages: in one query when nothing changed, else in two.

    Ideas now at the gate compete for the places left, all ideas of the cohort for all of them.
    """
    passages, ideas, taken, reviews, ids, versions, scale = session.execute(
        _digest(cohort.id, stage_id, scope)
    ).one()
    digest = Digest(cohort.id, stage_id, scope, reviews, int(ids or 0), int(versions or 0), scale)
    left = cohort.capacity if scope is Scope.ALL else places_left(cohort.capacity, taken)
    line = cut_line(capacity, left=left, ranked=passages)
    ranked = _KEPT.get(
        session, (digest, line.capacity), lambda: _ranked(session, digest, line.capacity)
    )
    return StageRanking(digest, line, ideas, taken, ranked)


@lru_cache(maxsize=64)  # building it costs more than asking with it
def _digest(cohort_id: int, stage_id: int, scope: Scope) -> Select[Any]:
    ideas = (
        select(func.count())
        .where(_passages(cohort_id, stage_id, scope), Passage.handed_in_at.is_not(None))
        .scalar_subquery()
    )
    assignment = cast(Assignment.id, BigInteger)
    return (
        select(
            func.count(Assignment.passage_id.distinct()), ideas,
            places_taken(cohort_id, stage_id), func.count(), func.sum(assignment),
            func.sum(assignment * Review.version),
            select(Stage.scale).where(Stage.id == stage_id).scalar_subquery(),
        )
        .select_from(Assignment)
        .join(Review, Review.assignment_id == Assignment.id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(counted(cohort_id, stage_id, scope))
    )  # fmt: skip


def _ranked(session: Session, digest: Digest, capacity: int) -> Ranked:
    """Load the marks and rank them."""
    if not digest.reviews:
        return Ranked(Lines(None))
    import numpy as np

    from accelerator.domain.scoring import (
        Scale,
        Scored,
        intraclass,
        krippendorff,
        next_reviews,
        rank,
    )

    rows = session.execute(
        select(Assignment.passage_id, Assignment.reviewer_id, Review.score, Rubric.scale)
        .join(Review, Review.assignment_id == Assignment.id)
        .outerjoin(Rubric, Rubric.id == Review.rubric_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(counted(digest.cohort_id, digest.stage_id, digest.scope))
    )
    scored = [
        Scored(passage, reviewer, on_scale(score or 0.0, was or digest.scale, digest.scale))
        for passage, reviewer, score, was in rows
    ]
    ranking = rank(scored, capacity=capacity)
    fair = ranking.adjusted
    severities = zip(
        fair.reviewers, fair.design.loads.tolist(), fair.leniency.tolist(),
        fair.leniency_se.tolist(), fair.panel.tolist(), strict=True,
    )  # fmt: skip
    return Ranked(
        Lines(np.array(list(map(attrgetter(*NUMBERS), ranking.rows)), dtype=np.float64)),
        cut=ranking.cut,
        alpha=krippendorff(scored, Scale.ORDINAL),
        icc=intraclass(scored),
        reviewer_spread=sqrt(fair.reviewer_variance),
        review_noise=sqrt(fair.sigma2),
        panels=fair.panels,
        reviewers=tuple(
            sorted(map(Severity._make, severities), key=attrgetter("leniency", "reviewer_id"))
        ),
        helped=next_reviews(ranking, NEXT),
    )


def _line(numbers: list[float]) -> "RankedIdea[int]":
    from accelerator.domain.scoring import RankedIdea, zone

    values = {
        name: int(number) if name in WHOLE else number
        for name, number in zip(NUMBERS, numbers, strict=True)
    }
    return RankedIdea(**values, zone=zone(values["probability"]))  # type: ignore[arg-type]


_KEPT: Kept[Ranked] = Kept(most=2)  # where the line stands, and where it stood before
