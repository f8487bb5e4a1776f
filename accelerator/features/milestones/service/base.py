"""What all changes of a milestone share: the day it is, who is in the team, the record."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events import milestones as events
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.i18n import N_
from accelerator.storage.tables import Cohort, Idea, Milestone, TeamMember


def today_of(session: Session, idea: Idea, now: datetime) -> date:
    """Return the day it is where the idea's cohort is."""
    zone = session.scalar(select(Cohort.time_zone).where(Cohort.id == idea.cohort_id))
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def require_in_team(session: Session, idea_id: int, person_id: int, field: str = "owner") -> None:
    """Raise unless somebody is in the team."""
    member = session.scalar(
        select(TeamMember.id).where(
            TeamMember.idea_id == idea_id,
            TeamMember.person_id == person_id,
            TeamMember.state == "accepted",
        )
    )
    if member is None:
        raise DomainError("not_in_team", N_("Choose a member of the team."), field=field)


def write_down(
    session: Session,
    event: type[events.OfMilestone],
    actor: Actor,
    idea: Idea,
    milestone: Milestone,
    now: datetime,
    **facts: object,
) -> None:
    """Record what happened to a milestone."""
    session.flush()
    programme_id = session.scalar(select(Cohort.programme_id).where(Cohort.id == idea.cohort_id))
    record(
        session,
        event(
            actor_id=actor.id,
            programme_id=programme_id,
            idea_id=idea.id,
            subject=f"milestone:{milestone.id}",
            path=f"/ideas/{idea.code}/milestones/{milestone.id}",
            code=idea.code,
            title=idea.title,
            milestone=milestone.name,
            **facts,  # type: ignore[arg-type]
        ),
        now=now,
    )


def record_export(session: Session, *, actor: Actor, cohort: Cohort, now: datetime) -> None:
    """Write down that a cohort's milestones were taken out."""
    record(
        session,
        events.MilestonesExported(
            actor_id=actor.id,
            programme_id=cohort.programme_id,
            subject=f"cohort:{cohort.code}",
            path=f"/cohorts/{cohort.code}/milestones",
            cohort=cohort.name,
        ),
        now=now,
    )
