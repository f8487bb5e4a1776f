"""Ask for another date; grant or refuse it."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from accelerator.activity.events import milestones as events
from accelerator.domain import milestones as rules
from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor
from accelerator.features.milestones.service.base import today_of, write_down
from accelerator.i18n import N_
from accelerator.storage.tables import Idea, Milestone


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
    rules.require_new_date(asked_due_on, milestone.due_on, today_of(session, idea, now))
    milestone.asked_due_on, milestone.asked_reason = asked_due_on, reason
    write_down(
        session, events.NewDateAsked, actor, idea, milestone, now,
        due_on=milestone.due_on.isoformat(), asked_due_on=asked_due_on.isoformat(), reason=reason,
    )  # fmt: skip


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
    was = milestone.due_on
    milestone.asked_due_on, milestone.asked_reason = None, ""
    if granted:
        milestone.first_due_on = milestone.first_due_on or was
        milestone.due_on, milestone.due_set_at, milestone.late_chance = asked, now, None
        write_down(
            session, events.NewDateGranted, actor, idea, milestone, now,
            was=was.isoformat(), due_on=asked.isoformat(),
        )  # fmt: skip
    else:
        write_down(
            session, events.NewDateRefused, actor, idea, milestone, now,
            due_on=was.isoformat(), reason=reason,
        )  # fmt: skip
