"""Managers ask a team for more, and withdraw what they asked."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.information import InformationAsked, InformationWithdrawn
from accelerator.domain.errors import DomainError
from accelerator.domain.information import require_askable, require_request
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, PassageState, Place
from accelerator.i18n import N_
from accelerator.standing.opened import opened
from accelerator.standing.promises import set_going, stop_clock
from accelerator.storage.tables import Cohort, Idea, InformationRequest, Passage, Version


def ask(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    fields: Sequence[str],
    known: Sequence[str],
    text: str,
    due_on: date | None,
    now: datetime,
) -> InformationRequest:
    """Open the marked fields to the team again and stop the promise's clock; the team hears."""
    passage = session.get_one(Passage, idea.passage_id)
    cohort = session.get_one(Cohort, idea.cohort_id)
    require_askable(_place(idea, passage))
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    until = require_request(fields, text, due_on, known=known, today=today)
    newest = session.scalar(select(func.max(Version.id)).where(Version.passage_id == passage.id))
    request = InformationRequest(
        idea_id=idea.id, passage_id=passage.id, asked_by_id=actor.id, asked_at=now, text=text,
        fields=[name for name in known if name in fields], due_on=until,
        promised_on=stop_clock(passage, on=today, until=until), version_before_id=newest,
    )  # fmt: skip
    session.add(request)
    idea.updated_at = now
    session.flush()
    record(
        session,
        InformationAsked(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id, code=idea.code,
            title=idea.title, text=text, due_on=until.isoformat(), fields=request.fields,
            path=f"/ideas/{idea.code}/information",
        ),
        now=now,
    )  # fmt: skip
    return request


def withdraw(session: Session, *, actor: Actor, idea: Idea, now: datetime) -> None:
    """Close again what was opened and let the clock go on; what the team wrote stays with it."""
    asks = opened(session, idea.passage_id)
    if asks is None:
        raise DomainError("not_asked", N_("Nothing is asked of this team any more."))
    request = session.get_one(InformationRequest, asks.id)
    passage = session.get_one(Passage, idea.passage_id)
    cohort = session.get_one(Cohort, idea.cohort_id)
    request.withdrawn_at, request.withdrawn_by_id = now, actor.id
    promised_on = set_going(passage, request, cohort=cohort, now=now)
    idea.updated_at = now
    session.flush()
    record(
        session,
        InformationWithdrawn(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id, code=idea.code,
            title=idea.title, promise_on=promised_on.isoformat(), path=f"/ideas/{idea.code}",
        ),
        now=now,
    )  # fmt: skip


def _place(idea: Idea, passage: Passage) -> Place:
    return Place(
        IdeaState(idea.state), PassageState(passage.state), asked_until=passage.asked_until
    )
