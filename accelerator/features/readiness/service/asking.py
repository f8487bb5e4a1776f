"""What a team makes of a gap: a milestone that is to close it, or an expert asked for help."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events import readiness as events
from accelerator.activity.events.milestones import MilestoneAdded
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import Dimension, DimensionText
from accelerator.domain.stages import LIVING, PRIVATE, PassageState
from accelerator.features.readiness.service.living import require_living, say, today_of
from accelerator.i18n import N_
from accelerator.storage.tables import Cohort, ExpertRequest, Idea, Milestone, Passage, TeamMember


def make_milestone(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    text: DimensionText,
    level: int,
    due_on: date,
    owner_id: int,
    now: datetime,
) -> Milestone:
    """Set a milestone that is to show a level; its name and what is wanted are the level's."""
    passage = session.get_one(Passage, idea.passage_id)
    if idea.state not in LIVING or passage.state == PassageState.LEFT:
        raise DomainError("idea_ended", N_("The way of this idea has already ended."))
    if due_on < today_of(session, idea, now):
        raise DomainError("date_past", N_("Choose a day after today."), field="due_on")
    if owner_id not in _team(session, idea):
        raise DomainError("not_in_team", N_("Choose a member of the team."), field="owner")
    open_one = select(Milestone.id).where(
        Milestone.idea_id == idea.id, Milestone.dimension == text.dimension,
        Milestone.level == level, Milestone.state == MilestoneState.OPEN,
    )  # fmt: skip
    if session.scalar(open_one) is not None:
        raise DomainError(
            "milestone_exists", N_("A milestone for this level is open already."), field="level"
        )
    wanted = text.levels[level - 1]
    row = Milestone(
        idea_id=idea.id, passage_id=passage.id, name=_named(text.name, level, wanted.title),
        wanted=wanted.evidence, owner_id=owner_id, due_on=due_on, due_set_at=now,
        dimension=text.dimension, level=level,
    )  # fmt: skip
    session.add(row)
    session.flush()
    programme_id = session.scalar(select(Cohort.programme_id).where(Cohort.id == idea.cohort_id))
    record(
        session,
        MilestoneAdded(
            actor_id=actor.id, programme_id=programme_id, idea_id=idea.id,
            subject=f"milestone:{row.id}", path=f"/ideas/{idea.code}/milestones", code=idea.code,
            title=idea.title, milestone=row.name, due_on=due_on.isoformat(),
        ),
        now=now,
    )  # fmt: skip
    return row


def _named(name: Bilingual, level: int, title: Bilingual) -> Bilingual:
    return Bilingual(f"{name.ja}{level}：{title.ja}", f"{name.en} {level}: {title.en}")


def _team(session: Session, idea: Idea) -> set[int]:
    return set(
        session.scalars(
            select(TeamMember.person_id).where(
                TeamMember.idea_id == idea.id, TeamMember.state == "accepted"
            )
        )
    )


def ask_expert(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    dimension: Dimension,
    level: int,
    wanted: str,
    now: datetime,
) -> ExpertRequest:
    """Ask the managers for somebody who knows; one open request for a level at a time."""
    require_living(idea)
    if idea.state in PRIVATE:
        raise DomainError(
            "still_private", N_("Managers see the idea once it is handed in; ask for help then.")
        )
    waiting = select(ExpertRequest.id).where(
        ExpertRequest.idea_id == idea.id, ExpertRequest.dimension == dimension,
        ExpertRequest.level == level, ExpertRequest.state == "open",
    )  # fmt: skip
    if session.scalar(waiting) is not None:
        raise DomainError(
            "asked_already", N_("An expert was asked for already, and nobody has answered yet."),
            field="wanted",
        )  # fmt: skip
    row = ExpertRequest(
        idea_id=idea.id, dimension=dimension, level=level, wanted=wanted, state="open",
        asked_by_id=actor.id, asked_at=now,
    )  # fmt: skip
    session.add(row)
    say(session, events.ExpertAsked, actor, idea, dimension, now, level=level, wanted=wanted)
    return row


def withdraw_request(
    session: Session, *, actor: Actor, request: ExpertRequest, now: datetime
) -> None:
    """Say that the help is no longer needed."""
    _require_open(request)
    request.state, request.answered_at = "withdrawn", now
    idea, dimension = session.get_one(Idea, request.idea_id), Dimension(request.dimension)
    event = events.ExpertRequestWithdrawn
    say(session, event, actor, idea, dimension, now, level=request.level)


def answer_request(
    session: Session, *, actor: Actor, request: ExpertRequest, answer: str, now: datetime
) -> None:
    """Say who can help, or what else does; the team hears."""
    _require_open(request)
    request.state, request.answer = "answered", answer
    request.answered_by_id, request.answered_at = actor.id, now
    idea, dimension = session.get_one(Idea, request.idea_id), Dimension(request.dimension)
    event = events.ExpertRequestAnswered
    say(session, event, actor, idea, dimension, now, level=request.level, answer=answer)


def _require_open(request: ExpertRequest) -> None:
    if request.state != "open":
        raise DomainError("request_closed", N_("This request was answered or withdrawn already."))
