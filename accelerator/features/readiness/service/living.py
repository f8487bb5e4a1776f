"""What every change of an idea's readiness shares: it lives, a day, and a word of what happened."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.readiness import OfReadiness
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import Dimension
from accelerator.domain.stages import LIVING, IdeaState
from accelerator.i18n import N_
from accelerator.standing.wordings import name_of
from accelerator.storage.tables import Cohort, Idea


def require_living(idea: Idea) -> None:
    """Raise when the idea's way has ended; a parked one may still show what would change minds."""
    if idea.state not in LIVING and idea.state != IdeaState.PARKED:
        raise DomainError("idea_ended", N_("The way of this idea has already ended."))


def today_of(session: Session, idea: Idea, now: datetime) -> date:
    """Return the day it is in the idea's cohort."""
    zone = session.scalar(select(Cohort.time_zone).where(Cohort.id == idea.cohort_id))
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def say(
    session: Session,
    event: type[OfReadiness],
    actor: Actor,
    idea: Idea,
    dimension: Dimension,
    now: datetime,
    **facts: Any,
) -> None:
    """Record what happened in one dimension of an idea."""
    session.flush()
    programme_id = session.scalar(select(Cohort.programme_id).where(Cohort.id == idea.cohort_id))
    record(
        session,
        event(
            actor_id=actor.id,
            programme_id=programme_id,
            idea_id=idea.id,
            subject=f"readiness:{dimension}",
            path=f"/ideas/{idea.code}/readiness#dimension-{dimension}",
            code=idea.code,
            title=idea.title,
            dimension=name_of(dimension),
            **facts,
        ),
        now=now,
    )
