"""How ready a programme's ideas were on each Monday, from the scores stored by then."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.spread import spread
from accelerator.domain.stages import PLACELESS
from accelerator.standing.scores import EACH, newest
from accelerator.storage.tables import Cohort, Idea, Passage, ReadinessScore, ReadinessTrend

WEEK = timedelta(weeks=1)
MOST = 104  # weeks looked back


def fill_trend(session: Session, programme_id: int, *, today: date) -> int:
    """Add the Mondays that are over and missing; return how many. What is there stays."""
    last = today - timedelta(days=today.weekday() or 7)
    known = session.scalar(
        select(func.max(ReadinessTrend.on)).where(ReadinessTrend.programme_id == programme_id)
    )
    first = known + WEEK if known else _beginning(session, programme_id)
    if first is None:
        return 0
    monday, added = max(first, last - MOST * WEEK), 0
    while monday <= last:
        found = spread(_scores(session, programme_id, monday))
        if found is not None:
            session.add(
                ReadinessTrend(
                    programme_id=programme_id, on=monday, ideas=found.ideas, mean=found.mean,
                    low=found.low, high=found.high,
                )
            )  # fmt: skip
            added += 1
        monday += WEEK
    session.flush()
    return added


def _beginning(session: Session, programme_id: int) -> date | None:
    """Return the first Monday after the programme's first score."""
    first = session.scalar(
        select(func.min(ReadinessScore.on))
        .join(Idea, Idea.id == ReadinessScore.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(Cohort.programme_id == programme_id)
    )
    return None if first is None else first + timedelta(days=7 - first.weekday())


def under_way(programme_id: int, day: date) -> list[ColumnElement[bool]]:
    """Return the conditions of ideas that were under way at the end of a day, and handed in."""
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    first = aliased(Passage)
    inside = (
        select(Passage.id)
        .where(
            Passage.idea_id == Idea.id,
            Passage.entered_at < end,
            Passage.left_at.is_(None) | (Passage.left_at >= end),
        )
        .exists()
    )
    handed_in = select(first.id).where(first.idea_id == Idea.id, first.handed_in_at < end).exists()
    return [
        Cohort.programme_id == programme_id, Idea.state.not_in(PLACELESS), inside, handed_in,
    ]  # fmt: skip


def _scores(session: Session, programme_id: int, day: date) -> list[float]:
    """Return the scores, at the end of a day, of the ideas that were under way then."""
    scores = session.scalars(
        select(func.coalesce(ReadinessScore.score, 0.0))
        .select_from(Idea)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .outerjoin(ReadinessScore, newest(EACH.on <= day))
        .where(*under_way(programme_id, day))
    )
    return list(scores)
