"""Readiness through time: every fortnight the scores of all ideas, as the daily job stores them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from accelerator.cli.story.player import Player
from accelerator.domain.stages import IdeaState
from accelerator.standing.levels import count_level_times
from accelerator.standing.readiness import remember_scores
from accelerator.standing.trend import fill_trend
from accelerator.storage.tables import Cohort, Idea, Programme

FORTNIGHT = 14


def rescore(player: Player, now: datetime) -> None:
    """Store the scores of a day."""
    for cohort_id, zone in player.session.execute(select(Cohort.id, Cohort.time_zone)).all():
        ids = player.session.scalars(
            select(Idea.id).where(
                Idea.cohort_id == cohort_id, Idea.state.in_((IdeaState.ACTIVE, IdeaState.PARKED))
            )
        ).all()
        today = now.astimezone(ZoneInfo(zone)).date()
        remember_scores(player.session, ids, today=today, now=now)


def look_back(player: Player, now: datetime) -> None:
    """Count what the past of each programme tells."""
    rescore(player, now)
    for programme_id in player.session.scalars(select(Programme.id)).all():
        count_level_times(player.session, programme_id, today=now.date())
        fill_trend(player.session, programme_id, today=now.date())
