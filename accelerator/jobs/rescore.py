"""Store each day's readiness: what nobody touches fades, and a score must say so by itself."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.domain.stages import IdeaState
from accelerator.jobs.lease import Shift
from accelerator.standing.levels import count_level_times
from accelerator.standing.readiness import remember_scores
from accelerator.standing.trend import fill_trend
from accelerator.storage.tables import Cohort, Idea, Programme

AT_ONCE = 500  # ideas whose rows are held while they are assessed
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
MOST_MISSED = timedelta(days=31)  # made up for; what is older can still be counted again
SCORED = (IdeaState.ACTIVE, IdeaState.PARKED)


def rescore(shift: Shift) -> int:
    """Assess the ideas of every cohort where a new day has begun; return how many ideas.

    A run that is cut short begins again with the same cohort, and stores the same scores; days on
    which none ran are made up for, from what was known then.
    """
    with shift.reading() as session:
        due = _due(session)
    done = 0
    for programme_id, cohorts in groupby(due, lambda cohort: cohort.programme_id):
        for cohort in cohorts:
            if shift.stopping():
                return done
            done += _cohort(shift, cohort)
        with shift.transaction() as session:
            count_level_times(session, programme_id, today=cohort.today)
            fill_trend(session, programme_id, today=cohort.today)
    return done


class _Due(NamedTuple):
    """A cohort, its zone, the day that it is there, and the last day that is stored."""

    id: int
    programme_id: int
    zone: ZoneInfo
    today: date
    last: date | None

    def missed(self) -> Iterator[tuple[date, datetime]]:
        """Yield the days on which no scheduler ran, each with its last moment."""
        day = max(self.last or self.today, self.today - MOST_MISSED) + DAY
        while day < self.today:
            yield day, datetime.combine(day + DAY, time(), self.zone) - MOMENT
            day += DAY


def _due(session: Session) -> list[_Due]:
    """Return the cohorts whose newest day is not stored yet, those of a programme together."""
    now, found = clock.now(), []
    rows = session.execute(
        select(Cohort.id, Cohort.programme_id, Cohort.time_zone, Cohort.rescored_on)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Cohort.preparing.is_(False), Programme.archived_at.is_(None))
        .order_by(Cohort.programme_id, Cohort.id)
    )
    for cohort_id, programme_id, zone, last in rows:
        today = now.astimezone(ZoneInfo(zone)).date()
        if last is None or last < today:
            found.append(_Due(cohort_id, programme_id, ZoneInfo(zone), today, last))
    return found


def _cohort(shift: Shift, cohort: _Due) -> int:
    after, done = 0, 0
    while True:
        with shift.transaction() as session:
            # Whoever writes to an idea holds its row, so nothing newer is overwritten here.
            ids = session.scalars(
                select(Idea.id)
                .where(Idea.cohort_id == cohort.id, Idea.state.in_(SCORED), Idea.id > after)
                .order_by(Idea.id)
                .limit(AT_ONCE)
                .with_for_update()
            ).all()
            for day, end in cohort.missed():
                remember_scores(session, ids, today=day, now=end, as_of=end)
            done += remember_scores(session, ids, today=cohort.today, now=clock.now())
        if len(ids) < AT_ONCE:
            break
        after = ids[-1]
    with shift.transaction() as session:
        session.execute(
            update(Cohort)
            .where(Cohort.id == cohort.id)
            .values(rescored_on=cohort.today)
            .execution_options(synchronize_session=False)
        )
    return done
