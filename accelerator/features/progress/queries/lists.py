"""The lists of a round: by idea, by reviewer, and the reviews behind every count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.pace import Forecast, forecast
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import ASKED
from accelerator.features.progress.queries.round import (
    NAMES,
    conditions,
    counts,
    of_round,
    queues,
    review_day,
    reviews_of,
    today_of,
)
from accelerator.storage.tables import Assignment, Cohort, Idea, Passage, Person, Review, Stage

PAGE = 50
DIGITS = 10
Lister = Callable[..., tuple[Sequence[Any], str]]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which list, of what, from where on; empty is everything."""

    by: str = "ideas"
    show: str = ""
    idea: str = ""
    reviewer: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """How far the reviews of one idea are; `counts` by the names of the columns."""

    code: str
    title: Bilingual
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """How far one reviewer is."""

    id: int
    name: str
    department: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review that was asked for."""

    code: str
    title: Bilingual
    reviewer: str
    state: str
    due_on: date
    late: bool
    drafted: bool
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """Everything the page says; one of the lists, and the totals of the round."""

    narrowed: Narrowed
    ideas: int
    required: int  # reviews for each idea
    totals: Mapping[str, int]
    forecast: Forecast | None
    review_by: date | None
    days_over: bool
    reviewer: str = ""
    rows: Sequence[Any] = field(default=())
    after: str = ""


def progress_page(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    *,
    actor: Actor,
    narrowed: Narrowed,
    now: datetime,
) -> ProgressPage:
    """Load the totals, the forecast and one list; five queries, six for one reviewer's reviews."""
    today = today_of(cohort, now)
    columns = counts(today)
    calendar = calendar_of(cohort.country, today.year)
    in_round = (
        select(func.count())
        .select_from(Passage)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(of_round(actor, cohort, stage))
        .scalar_subquery()
    )
    ideas, *totals = session.execute(
        reviews_of(actor, cohort, stage, in_round, *columns.values())
    ).one()
    review_by = review_day(session, cohort, stage)
    left = 0.0 if review_by is None or review_by < today else calendar.count(today, review_by) + 0.5
    lists: dict[str, Lister] = {"ideas": _ideas, "reviewers": _reviewers, "reviews": _reviews}
    rows, after = lists[narrowed.by](session, actor, cohort, stage, narrowed, today)
    reviewer = session.get(Person, narrowed.reviewer) if narrowed.reviewer else None
    return ProgressPage(
        narrowed=narrowed,
        ideas=ideas,
        required=stage.reviews_per_idea,
        totals=dict(zip(NAMES, totals, strict=True)),
        forecast=forecast(
            list(queues(session, actor, cohort, stage, calendar, today).values()), days_left=left
        ),
        review_by=review_by,
        days_over=review_by is not None and review_by < today,
        reviewer=reviewer.display_name if reviewer else "",
        rows=rows,
        after=after,
    )


def _ideas(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage, narrowed: Narrowed, today: date
) -> tuple[list[IdeaRow], str]:
    """List ideas, those with the fewest reviews first."""
    columns = counts(today)
    wanted = stage.reviews_per_idea
    having = {
        "none": columns["done"] == 0,
        "short": columns["asked"] < wanted,
        "open": columns["done"] < wanted,
        "done": columns["done"] >= wanted,
        "late": columns["late"] > 0,
        "declined": columns["declined"] > 0,
    }
    shown: tuple[Any, ...] = (Passage.id, Idea.code, Idea.title, *columns.values())
    chosen: Select[Any] = (
        select(*shown)
        .select_from(Passage)
        .join(Idea, Idea.id == Passage.idea_id)
        .outerjoin(Assignment, Assignment.passage_id == Passage.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(of_round(actor, cohort, stage))
        .group_by(Passage.id, Idea.id)
    )
    if narrowed.show in having:
        chosen = chosen.having(having[narrowed.show])
    found = session.execute(_page(chosen, columns["done"], Passage.id, narrowed.after)).all()
    rows = [
        IdeaRow(code, title, dict(zip(NAMES, numbers, strict=True)))
        for _, code, title, *numbers in found[:PAGE]
    ]
    return rows, _after(found, rows[-1].counts["done"] if rows else 0)


def _reviewers(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage, narrowed: Narrowed, today: date
) -> tuple[list[ReviewerRow], str]:
    """List reviewers, those who owe most first."""
    columns = counts(today)
    owed = func.count().filter(Assignment.state.in_(ASKED))
    having = {
        "open": owed > 0,
        "done": and_(owed == 0, columns["done"] > 0),
        "late": columns["late"] > 0,
        "drafted": columns["drafted"] > 0,
        "declined": columns["declined"] > 0,
    }
    most = 100_000  # so that who owes most has the smallest key
    chosen: Select[Any] = (
        reviews_of(actor, cohort, stage, Person.id, Person, *columns.values(), owed)
        .join(Person, Person.id == Assignment.reviewer_id)
        .group_by(Person.id)
    )
    if narrowed.show in having:
        chosen = chosen.having(having[narrowed.show])
    found = session.execute(_page(chosen, most - owed, Person.id, narrowed.after)).all()
    rows = [
        ReviewerRow(
            id_, person.display_name, person.department, dict(zip(NAMES, numbers, strict=True))
        )
        for id_, person, *numbers, _owed in found[:PAGE]
    ]
    return rows, _after(found, most - found[:PAGE][-1][-1] if rows else 0)


def _reviews(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage, narrowed: Narrowed, today: date
) -> tuple[list[ReviewRow], str]:
    """List the reviews behind a count, in the order in which they were asked for."""
    tests = conditions(today)
    columns = (
        Assignment.id, Idea.code, Idea.title, Person, Assignment.state, Assignment.due_on,
        tests["late"], tests["drafted"], Review.submitted_at,
    )  # fmt: skip
    chosen = reviews_of(actor, cohort, stage, *columns).join(
        Person, Person.id == Assignment.reviewer_id
    )
    if narrowed.show in tests:
        chosen = chosen.where(tests[narrowed.show])
    if narrowed.idea:
        chosen = chosen.where(Idea.code == narrowed.idea)
    if narrowed.reviewer:
        chosen = chosen.where(Assignment.reviewer_id == narrowed.reviewer)
    if narrowed.after.isdecimal() and len(narrowed.after) < DIGITS:
        chosen = chosen.where(Assignment.id > int(narrowed.after))
    found = session.execute(chosen.order_by(Assignment.id).limit(PAGE + 1)).all()
    rows = [
        ReviewRow(code, title, person.display_name, state, due_on, bool(late), bool(drafted), at)
        for _, code, title, person, state, due_on, late, drafted, at in found[:PAGE]
    ]
    return rows, str(found[PAGE - 1][0]) if len(found) > PAGE else ""


def _page(chosen: Select[Any], key: ColumnElement[int], identity: Any, after: str) -> Select[Any]:
    first, _, last = after.partition("-")
    if all(part.isdecimal() and len(part) < DIGITS for part in (first, last)):
        chosen = chosen.having(tuple_(key, identity) > (int(first), int(last)))
    return chosen.order_by(key, identity).limit(PAGE + 1)


def _after(found: Sequence[Any], key: int) -> str:
    return f"{key}-{found[PAGE - 1][0]}" if len(found) > PAGE else ""
