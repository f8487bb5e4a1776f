"""Undo a decision the team knows: a new decision, with its own reason and its own message.

What the old one had opened is left again, and nothing is lost: its passage, its answers, its
words stay. The new decision belongs to a passage of its own in the same stage.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.gates import DecisionReversed
from accelerator.deciding.announcing import Told, announce_one
from accelerator.deciding.making import (
    decision_of,
    may_not_decide,
    require_decider,
    today_of,
)
from accelerator.domain import gates as rules
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import Verdict
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.policy import Actor
from accelerator.domain.stages import ADVANCING, IdeaState, Outcome, PassageState
from accelerator.i18n import N_
from accelerator.storage.tables import Cohort, Decision, Idea, Milestone, Passage, Stage, Version

ENDED = (IdeaState.PARKED, IdeaState.STOPPED, IdeaState.GRADUATED)


def reversible(session: Session, idea: Idea) -> Decision | None:
    """Return the decision about an idea that can still be undone after its announcement.

    It is the newest one, as long as the idea stands where it had led to: at its end, or in the
    stage entered with nothing handed in yet. What the rules parked is taken up instead.
    """
    newest = session.get_one(Passage, idea.passage_id)
    decision = session.scalar(
        select(Decision).where(Decision.idea_id == idea.id).order_by(Decision.id.desc()).limit(1)
    )
    if decision is None or decision.announced_at is None or decision.decided_by_id is None:
        return None
    if idea.state in ENDED:
        return decision if decision.passage_id == newest.id else None
    leads_on = Outcome(decision.outcome) in ADVANCING | {Outcome.REWORK}
    entered = newest.state == PassageState.OPEN and newest.entered_at == decision.announced_at
    return decision if idea.state == IdeaState.ACTIVE and leads_on and entered else None


def reverse(
    session: Session, *, actor: Actor, idea: Idea, verdict: Verdict, now: datetime
) -> Decision:
    """Take back what the team was told, decide anew, and tell it, all at once."""
    newest = session.scalars(
        select(Passage).where(Passage.id == idea.passage_id).with_for_update()
    ).one()
    old = reversible(session, idea)
    if old is None:
        raise DomainError(
            "not_reversible",
            N_("This decision cannot be taken back any more: the idea has gone on since."),
        )
    passage = session.get_one(Passage, old.passage_id)
    stage = session.get_one(Stage, passage.stage_id)
    cohort = session.get_one(Cohort, idea.cohort_id)
    rules.require_sound(verdict, today=today_of(cohort, now))
    require_decider(session, actor=actor, stage=stage)
    if may_not_decide(session, actor, {idea.id: idea.code}):
        raise rules.NotYours([idea.code])
    if newest.id != passage.id:
        newest.state, newest.left_at = PassageState.LEFT, now
        session.execute(
            update(Milestone)
            .where(Milestone.passage_id == newest.id, Milestone.state == MilestoneState.OPEN)
            .values(state=MilestoneState.DROPPED)
            .execution_options(synchronize_session=False)
        )
    passage.outcome = None  # it counts no more; the decision's own row still says what it was
    again = _again(session, idea, passage, number=newest.number + 1, actor=actor, now=now)
    decision = decision_of(verdict, actor, idea.id, again.id, now=now)
    decision.announce_at, decision.reverses_id = now, old.id
    session.add(decision)
    session.flush()
    record(
        session,
        DecisionReversed(
            actor_id=actor.id,
            programme_id=cohort.programme_id,
            idea_id=idea.id,
            subject=f"decision:{old.id}",
            code=idea.code,
            was=old.outcome,
            outcome=verdict.outcome,
            reason=verdict.reason,
            path=f"/ideas/{idea.code}/outcome",
        ),
        now=now,
    )
    announce_one(session, Told(decision, again, idea, stage, cohort), actor_id=actor.id, now=now)
    return decision


def _again(
    session: Session, idea: Idea, passage: Passage, *, number: int, actor: Actor, now: datetime
) -> Passage:
    """Let the idea stand at the gate once more, with what had been handed in."""
    again = Passage(
        idea_id=idea.id, cohort_id=idea.cohort_id, stage_id=passage.stage_id,
        number=number, state=PassageState.DECIDED,
        entered_at=now, hand_in_by=passage.hand_in_by, handed_in_at=now,
        promise_on=passage.promise_on,
    )  # fmt: skip
    session.add(again)
    session.flush()
    content = session.scalars(
        select(Version.content)
        .where(Version.passage_id == passage.id)
        .order_by(Version.number.desc())
        .limit(1)
    ).one()
    last = session.scalar(select(func.max(Version.number)).where(Version.idea_id == idea.id))
    session.add(
        Version(
            idea_id=idea.id, passage_id=again.id, number=(last or 0) + 1, content=content,
            created_by_id=actor.id, created_at=now,
        )
    )  # fmt: skip
    idea.state, idea.passage_id = IdeaState.ACTIVE, again.id
    session.flush()
    return again
