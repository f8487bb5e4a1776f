"""Set a milestone, begin it, show that it is done, open it again."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accelerator.activity.events import milestones as events
from accelerator.domain import milestones as rules
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor
from accelerator.domain.stages import LIVING, IdeaState, PassageState
from accelerator.features.milestones.service.base import require_in_team, today_of, write_down
from accelerator.features.milestones.service.proofs import has_proof, link
from accelerator.i18n import N_
from accelerator.i18n import language as spoken
from accelerator.storage.tables import Idea, Milestone, MilestoneDependency, Passage


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
    if due_on < today_of(session, idea, now):
        raise DomainError("date_past", N_("Choose a day after today."), field="due_on")
    require_in_team(session, idea.id, owner_id)
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
    write_down(session, events.MilestoneAdded, actor, idea, row, now, due_on=due_on.isoformat())
    return row


def start(session: Session, *, actor: Actor, milestone: Milestone, now: datetime) -> None:
    """Say that it is under way; saying it again changes nothing."""
    rules.require_open(MilestoneState(milestone.state))
    if milestone.started_at is None:
        milestone.started_at = now
        idea = session.get_one(Idea, milestone.idea_id)
        write_down(session, events.MilestoneStarted, actor, idea, milestone, now)


def complete(
    session: Session,
    *,
    actor: Actor,
    milestone: Milestone,
    evidence: str,
    url: str,
    now: datetime,
) -> None:
    """Mark as done, with what shows it; what still waits about it is dropped before sending.

    A link or a file shows it as well as words do. Whoever waited for it hears.
    """
    rules.require_open(MilestoneState(milestone.state))
    first = _open_need(session, milestone)
    if first is not None:
        raise DomainError(
            "waits",
            N_("“%(name)s” must be done before this one."),
            name=first.name.pick(spoken()),
        )
    if not evidence and not url and not has_proof(session, milestone):
        raise DomainError(
            "nothing_shown", N_("Say what shows it, or add a link or a file."), field="evidence"
        )
    idea = session.get_one(Idea, milestone.idea_id)
    milestone.state = MilestoneState.DONE
    milestone.evidence = evidence
    milestone.done_at, milestone.done_by_id = now, actor.id
    milestone.asked_due_on, milestone.asked_reason = None, ""
    milestone.late_chance = None
    if url:
        link(session, milestone, url, actor=actor, now=now)
    write_down(session, events.MilestoneDone, actor, idea, milestone, now, evidence=evidence)
    for freed in _freed(session, milestone):
        write_down(
            session, events.MilestoneFreed, actor, idea, freed, now,
            person_id=freed.owner_id, before=milestone.name, due_on=freed.due_on.isoformat(),
        )  # fmt: skip


def reopen(session: Session, *, actor: Actor, milestone: Milestone, now: datetime) -> None:
    """Take "done" back; what showed it stays written. What was done after it must open first."""
    rules.require_reopenable(MilestoneState(milestone.state))
    idea = session.get_one(Idea, milestone.idea_id)
    if idea.state not in (IdeaState.ACTIVE, IdeaState.DRAFT):
        raise DomainError("idea_ended", N_("The way of this idea has already ended."))
    after = _waiting_for(session, milestone, MilestoneState.DONE)
    if after:
        raise DomainError(
            "done_after",
            N_("“%(name)s” was done after it. Open that one first."),
            name=after[0].name.pick(spoken()),
        )
    milestone.state, milestone.done_at, milestone.done_by_id = MilestoneState.OPEN, None, None
    write_down(session, events.MilestoneReopened, actor, idea, milestone, now)


def _open_need(session: Session, milestone: Milestone) -> Milestone | None:
    """Return one that must be done before this one and is not."""
    return session.scalars(
        select(Milestone)
        .join(MilestoneDependency, MilestoneDependency.needs_id == Milestone.id)
        .where(
            MilestoneDependency.milestone_id == milestone.id,
            Milestone.state == MilestoneState.OPEN,
        )
        .order_by(Milestone.due_on, Milestone.id)
        .limit(1)
    ).first()


def _waiting_for(session: Session, milestone: Milestone, state: MilestoneState) -> list[Milestone]:
    """Return those in a state that wait, or waited, for this one."""
    return list(
        session.scalars(
            select(Milestone)
            .join(MilestoneDependency, MilestoneDependency.milestone_id == Milestone.id)
            .where(MilestoneDependency.needs_id == milestone.id, Milestone.state == state)
            .order_by(Milestone.due_on, Milestone.id)
        )
    )


def _freed(session: Session, milestone: Milestone) -> list[Milestone]:
    """Return those that waited for this one and now wait for nothing any more."""
    session.flush()
    need = aliased(Milestone)
    still = (
        select(MilestoneDependency.milestone_id)
        .join(need, need.id == MilestoneDependency.needs_id)
        .where(need.idea_id == milestone.idea_id, need.state == MilestoneState.OPEN)
    )
    held = set(session.scalars(still))
    waiting = _waiting_for(session, milestone, MilestoneState.OPEN)
    return [one for one in waiting if one.id not in held]
