"""The reviews behind the numbers of a ranking: all, one reviewer's, or those that gave a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.features.ranking.queries.words import criteria_of, names
from accelerator.standing.ranking import Scope, counted
from accelerator.storage.tables import Assignment, Cohort, Idea, Passage, Person, Review, Stage
from accelerator.storage.visibility import outside_team

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reviews; nothing is all of them."""

    reviewer: int = 0
    criterion: str = ""
    mark: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One submitted review; marks stand in the order of the criteria."""

    id: int
    code: str
    title: Bilingual
    reviewer: str
    score: float
    marks: tuple[int | None, ...]
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """One page of reviews, and what they were narrowed to."""

    scope: Scope
    wanted: Wanted
    criteria: tuple[tuple[str, Bilingual], ...]
    reviewer: str
    rows: Sequence[ReviewRow]
    total: int
    next_after: int | None


def reviews_page(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    *,
    actor: Actor,
    scope: Scope = Scope.NOW,
    wanted: Wanted = Wanted(),
) -> ReviewsPage:
    """List submitted reviews, without those of the reader's own ideas; three or four queries."""
    criteria = criteria_of(session, stage.id)
    chosen = (
        select(Assignment.id)
        .join(Review, Review.assignment_id == Assignment.id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(counted(cohort.id, stage.id, scope), outside_team(actor))
    )
    if wanted.reviewer:
        chosen = chosen.where(Assignment.reviewer_id == wanted.reviewer)
    if wanted.mark and wanted.criterion in {c.key for c in criteria}:
        mark = Review.marks[wanted.criterion].as_integer()
        chosen = chosen.where(mark == wanted.mark)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    found = session.execute(
        chosen.add_columns(
            Idea.code, Idea.title, Person, Review.score, Review.marks, Review.submitted_at
        )
        .join(Person, Person.id == Assignment.reviewer_id)
        .where(Assignment.id > wanted.after)
        .order_by(Assignment.id)
        .limit(PAGE + 1)
    ).all()
    rows = [
        ReviewRow(
            id_, code, title, person.display_name, score or 0.0,
            tuple(marks.get(c.key) for c in criteria), at,
        )
        for id_, code, title, person, score, marks, at in found[:PAGE]
        if at is not None
    ]  # fmt: skip
    reviewer = names(session, {wanted.reviewer}) if wanted.reviewer else {}
    return ReviewsPage(
        scope=scope,
        wanted=wanted,
        criteria=tuple((c.key, c.name) for c in criteria),
        reviewer=reviewer.get(wanted.reviewer, ""),
        rows=rows,
        total=total,
        next_after=rows[-1].id if len(found) > PAGE else None,
    )
