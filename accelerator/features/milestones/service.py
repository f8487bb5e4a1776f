"""Do, reopen, hand over a milestone; ask for another date; grant or refuse it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events import milestones as events
from accelerator.domain import milestones as rules
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor
from accelerator.domain.stages import LIVING, IdeaState, PassageState
from accelerator.i18n import N_
from accelerator.storage.tables import Cohort, Idea, Milestone, Passage, TeamMember


def add(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    name: str,
    due_on: date,
    owner_id: int,
    language: str,
    now: datetime,
) -> Milestone:
    """Set a milestone of the team's own in the present stage."""
    passage = session.get_one(Passage, idea.passage_id)
    if idea.state not in LIVING or passage.state == PassageState.LEFT:
        raise DomainError("idea_ended", N_("The way of this idea has already ended."))
    if due_on < _today(session, idea, now):
        raise DomainError("date_past", N_("Choose a day after today."), field="due_on")
    _require_in_team(session, idea.id, owner_id)
    row = Milestone(
        idea_id=idea.id,
        passage_id=passage.id,
        name=Bilingual().with_side(language, name),
        wanted=Bilingual(),
        owner_id=owner_id,
        due_on=due_on,
        due_set_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, events.MilestoneAdded, actor, idea, row, now, due_on=due_on.isoformat())
    return row


def complete(
    session: Session,
    *,
    actor: Actor,
    milestone: Milestone,
    evidence: str,
    evidence_url: str,
    now: datetime,
) -> None:
    """Mark as done, with what shows it; what still waits about it is dropped before sending."""
    rules.require_open(MilestoneState(milestone.state))
    idea = session.get_one(Idea, milestone.idea_id)
    milestone.state = MilestoneState.DONE
    milestone.evidence, milestone.evidence_url = evidence, evidence_url
    milestone.done_at, milestone.done_by_id = now, actor.id
    milestone.asked_due_on, milestone.asked_reason = None, ""
    _record(session, events.MilestoneDone, actor, idea, milestone, now)


def reopen(session: Session, *, actor: Actor, milestone: Milestone, now: datetime) -> None:
    """Take "done" back; the evidence stays written."""
    rules.require_reopenable(MilestoneState(milestone.state))
    idea = session.get_one(Idea, milestone.idea_id)
    if idea.state not in (IdeaState.ACTIVE, IdeaState.DRAFT):
        raise DomainError("idea_ended", N_("The way of this idea has already ended."))
    milestone.state, milestone.done_at, milestone.done_by_id = MilestoneState.OPEN, None, None
    _record(session, events.MilestoneReopened, actor, idea, milestone, now)


def hand_over(
    session: Session, *, actor: Actor, milestone: Milestone, owner_id: int, now: datetime
) -> None:
    """Give the milestone to another member of the team, who is told."""
    rules.require_open(MilestoneState(milestone.state))
    if owner_id == milestone.owner_id:
        return
    _require_in_team(session, milestone.idea_id, owner_id)
    milestone.owner_id = owner_id
    _record(
        session,
        events.MilestoneGiven,
        actor,
        session.get_one(Idea, milestone.idea_id),
        milestone,
        now,
        person_id=owner_id,
        due_on=milestone.due_on.isoformat(),
    )


def ask_date(
    session: Session,
    *,
    actor: Actor,
    milestone: Milestone,
    asked_due_on: date,
    reason: str,
    now: datetime,
) -> None:
    """Ask the managers for another date; until they answer the old one holds."""
    rules.require_open(MilestoneState(milestone.state))
    idea = session.get_one(Idea, milestone.idea_id)
    rules.require_new_date(asked_due_on, milestone.due_on, _today(session, idea, now))
    milestone.asked_due_on, milestone.asked_reason = asked_due_on, reason
    _record(
        session,
        events.NewDateAsked,
        actor,
        idea,
        milestone,
        now,
        due_on=milestone.due_on.isoformat(),
        asked_due_on=asked_due_on.isoformat(),
        reason=reason,
    )


def answer_date(
    session: Session,
    *,
    actor: Actor,
    milestone: Milestone,
    granted: bool,
    reason: str,
    now: datetime,
) -> None:
    """Grant or refuse the date asked for; the team is told, with the reason of a refusal."""
    asked = milestone.asked_due_on
    if asked is None:
        raise DomainError("nothing_asked", N_("Nobody waits for an answer about this date."))
    if not granted and not reason:
        raise DomainError("reason_missing", N_("Give a reason."), field="reason")
    idea = session.get_one(Idea, milestone.idea_id)
    milestone.asked_due_on, milestone.asked_reason = None, ""
    if granted:
        milestone.due_on, milestone.due_set_at = asked, now
        _record(
            session, events.NewDateGranted, actor, idea, milestone, now, due_on=asked.isoformat()
        )
    else:
        due_on = milestone.due_on.isoformat()
        _record(
            session, events.NewDateRefused, actor, idea, milestone, now,
            due_on=due_on, reason=reason,
        )  # fmt: skip


def _today(session: Session, idea: Idea, now: datetime) -> date:
    zone = session.scalar(select(Cohort.time_zone).where(Cohort.id == idea.cohort_id))
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def _require_in_team(session: Session, idea_id: int, person_id: int) -> None:
    member = session.scalar(
        select(TeamMember.id).where(
            TeamMember.idea_id == idea_id,
            TeamMember.person_id == person_id,
            TeamMember.state == "accepted",
        )
    )
    if member is None:
        raise DomainError("not_in_team", N_("Choose a member of the team."), field="owner")


def _record(
    session: Session,
    event: type[events.OfMilestone],
    actor: Actor,
    idea: Idea,
    milestone: Milestone,
    now: datetime,
    **facts: object,
) -> None:
    session.flush()
    programme_id = session.scalar(select(Cohort.programme_id).where(Cohort.id == idea.cohort_id))
    record(
        session,
        event(
            actor_id=actor.id,
            programme_id=programme_id,
            idea_id=idea.id,
            subject=f"milestone:{milestone.id}",
            path=f"/ideas/{idea.code}/milestones",
            code=idea.code,
            title=idea.title,
            milestone=milestone.name,
            **facts,  # type: ignore[arg-type]
        ),
        now=now,
    )
