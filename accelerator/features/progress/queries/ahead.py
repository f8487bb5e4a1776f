"""Whether a round ends in time, which ideas are at risk, and what could be given to whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.pace import (
    AT_RISK,
    Forecast,
    Move,
    Owed,
    Queue,
    chance_of,
    chances,
    forecast,
    rebalance,
)
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import ASKED, GONE, AssignmentState
from accelerator.domain.workdays import Calendar
from accelerator.features.progress.queries.round import (
    of_round,
    queues,
    review_day,
    reviews_of,
    today_of,
)
from accelerator.standing.asking import candidates
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import Assignment, Cohort, Idea, Passage, Person, Review, Stage

if TYPE_CHECKING:
    from sqlalchemy import Row

PAGE = 50
GIVERS, TAKERS = 10, 30  # reviewers looked at, to keep the proposal quick and readable
LEAST_DAYS = 5  # working days in which a round whose day has passed is to be brought to its end


@dataclass(frozen=True, slots=True)
class RiskRow:
    """An idea whose reviews are likely to be late, or that nobody was asked to review."""

    code: str
    title: Bilingual
    missing: int  # reviews nobody was asked for
    owed: int
    chance: float
    reviewers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A review that could be given to somebody else."""

    review: int
    code: str
    title: Bilingual
    giver: str
    giver_open: int
    taker_id: int
    taker: str
    taker_open: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class AheadPage:
    """The forecast in days, what is at risk, and the proposal with the chance it leads to."""

    review_by: date | None
    today: date
    days_left: float
    written: int
    owed: int
    reviewers: int
    forecast: Forecast | None
    early: date | None
    late: date | None
    missing: int
    risks: tuple[RiskRow, ...]
    at_risk: int
    moves: tuple[MoveRow, ...]
    chance_after: float | None


def ahead_page(
    session: Session, cohort: Cohort, stage: Stage, *, actor: Actor, now: datetime
) -> AheadPage:
    """Work it all out; ten queries at most, whatever the size of the round."""
    today = today_of(cohort, now)
    calendar = calendar_of(cohort.country, today.year)
    review_by = review_day(session, cohort, stage)
    over = review_by is None or review_by < today
    days_left = 0.0 if over or review_by is None else calendar.count(today, review_by) + 0.5
    panel = queues(session, actor, cohort, stage, calendar, today)
    found = forecast(list(panel.values()), days_left=days_left)
    rows = _owed(session, actor, cohort, stage)
    owed = [Owed(row.id, row.idea_id, row.reviewer_id, row.review_id is None) for row in rows]
    short = _short(session, actor, cohort, stage)
    risks: tuple[RiskRow, ...] = ()
    moves: tuple[MoveRow, ...] = ()
    after = None
    if found is not None:
        horizon = max(days_left, LEAST_DAYS)
        likely = chances(owed, panel, pace=found.pace, days_left=days_left)
        risks = _risks(rows, short, likely)
        proposed = _moves(session, stage, rows, owed, panel, found.pace, horizon)
        moves = tuple(row for row, _ in proposed)
        after = _after(panel, [move for _, move in proposed], found.pace, days_left)
    return AheadPage(
        review_by=review_by,
        today=today,
        days_left=days_left,
        written=sum(queue.done for queue in panel.values()),
        owed=len(rows),
        reviewers=len(panel),
        forecast=found,
        early=_day(calendar, today, found.early) if found else None,
        late=_day(calendar, today, found.late) if found else None,
        missing=sum(row.missing for row in short.values()),
        risks=risks[:PAGE],
        at_risk=len(risks),
        moves=moves,
        chance_after=after,
    )


def _day(calendar: Calendar, today: date, days: int | None) -> date | None:
    return None if days is None else calendar.add(today, max(0, days - 1)) if days else today


def _owed(session: Session, actor: Actor, cohort: Cohort, stage: Stage) -> "list[Row[Any]]":
    """Return the reviews still to come, in the order in which each reviewer writes."""
    return list(
        session.execute(
            reviews_of(
                actor, cohort, stage, Assignment.id, Assignment.reviewer_id,
                Idea.id.label("idea_id"), Idea.code, Idea.title, Review.id.label("review_id"),
                Passage.id.label("passage_id"), Person.family_name, Person.given_name,
            )
            .join(Person, Person.id == Assignment.reviewer_id)
            .where(Assignment.state.in_(ASKED))
            .order_by(Assignment.reviewer_id, Assignment.due_on, Assignment.id)
        )
    )  # fmt: skip


def _short(session: Session, actor: Actor, cohort: Cohort, stage: Stage) -> "dict[str, Row[Any]]":
    """Return the ideas for which fewer reviews were asked than are required."""
    asked = func.count(Assignment.id)
    rows: Iterable[Any] = session.execute(
        select(Idea.code, Idea.title, (stage.reviews_per_idea - asked).label("missing"))
        .select_from(Passage)
        .join(Idea, Idea.id == Passage.idea_id)
        .outerjoin(
            Assignment,
            (Assignment.passage_id == Passage.id) & Assignment.state.not_in(GONE),
        )
        .where(of_round(actor, cohort, stage))
        .group_by(Idea.id)
        .having(asked < stage.reviews_per_idea)
        .order_by(Idea.id)
    )
    return {row.code: row for row in rows}


def _risks(
    rows: "list[Row[Any]]", short: "Mapping[str, Row[Any]]", likely: Mapping[int, float]
) -> tuple[RiskRow, ...]:
    """Name the ideas likelier late than not, the least likely first."""
    chance: dict[str, float] = defaultdict(lambda: 1.0)
    waits: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        chance[row.code] *= likely[row.id]
        waits[row.code].append(row)
    for code in short:
        chance[code] = 0.0
    titles = {row.code: row.title for row in rows} | {c: r.title for c, r in short.items()}
    found = [
        RiskRow(
            code, titles[code], short[code].missing if code in short else 0, len(waits[code]),
            value, tuple(_name(row) for row in waits[code]),
        )
        for code, value in chance.items()
        if value < AT_RISK
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda row: (row.chance, row.code)))


def _moves(
    session: Session,
    stage: Stage,
    rows: "list[Row[Any]]",
    owed: list[Owed[int, int, int]],
    panel: Mapping[int, Queue],
    pace: float,
    days: float,
) -> list[tuple[MoveRow, Move[int, int, int]]]:
    """Propose moves from the reviewers least likely in time to the least busy ones."""
    slowest = sorted(
        {one.reviewer for one in owed}, key=lambda each: chance_of(panel[each], pace, days)
    )
    givers = set(slowest[:GIVERS])
    movable = [one for one in owed if one.reviewer in givers]
    people = candidates(session, stage.programme_id)[:TAKERS] if movable else ()
    ideas = {one.idea for one in movable if one.movable}
    if not people or not ideas:
        return []
    takers = {person.id: person for person in people}
    barred = set(conflicts_between(session, list(ideas), list(takers)))
    passages = {row.passage_id for row in rows if row.idea_id in ideas}
    barred |= {
        (idea, reviewer)
        for idea, reviewer in session.execute(
            select(Assignment.idea_id, Assignment.reviewer_id).where(
                Assignment.passage_id.in_(passages),
                Assignment.state != AssignmentState.REMOVED,
            )
        )
    }
    known = {one: panel[one] for one in givers} | {
        one: panel.get(one, Queue(0, 0, person.open)) for one, person in takers.items()
    }
    # A giver who is no candidate may give but takes nothing.
    barred |= {(idea, one) for idea in ideas for one in givers - takers.keys()}
    named = {row.id: row for row in rows}
    found = rebalance(movable, known, barred, pace=pace, days_left=days)
    return [
        (
            MoveRow(
                move.review, named[move.review].code, named[move.review].title,
                _name(named[move.review]), panel[move.giver].open, move.taker,
                takers[move.taker].name, takers[move.taker].open, move.before, move.after,
            ),
            move,
        )
        for move in found
    ]  # fmt: skip


def _after(
    panel: Mapping[int, Queue], moves: list[Move[int, int, int]], pace: float, days_left: float
) -> float | None:
    """Return the chance that the round ends in time once all moves are made."""
    if not moves:
        return None
    owing = {one: queue.open for one, queue in panel.items()}
    for move in moves:
        owing[move.giver] -= 1
        owing[move.taker] = owing.get(move.taker, 0) + 1
    total = 1.0
    for one, count in owing.items():
        total *= chance_of(panel.get(one, Queue(0, 0, 0)), pace, days_left, count)
    return total


def _name(row: Any) -> str:
    return display_name(row.family_name, row.given_name)
