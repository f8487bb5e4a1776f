"""Park what nobody works on, by the rules of its programme, and let its team take it up again.

It has the form of a decision: a reason, a day on which the idea comes back, and the message to
the team; only that nobody decided it, so that nobody need take it back: one click is enough.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.ladders import IdeaTakenUp
from accelerator.deciding.announcing import Told, announce_one
from accelerator.deciding.making import today_of
from accelerator.domain.errors import DomainError
from accelerator.domain.idle import AWAY
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, Outcome, PassageState
from accelerator.i18n import N_, formats, gettext, speaking
from accelerator.standing.dues import Rest
from accelerator.standing.joining import join
from accelerator.storage.tables import Cohort, Decision, Idea, Passage, Stage


def park_idle(session: Session, rest: Rest, *, now: datetime) -> bool:
    """Park an idea that rests too long, unless it does not wait for its team any more."""
    row = session.execute(
        select(Idea, Passage)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(Idea.id == rest.idea_id)
        .with_for_update(of=[Idea, Passage])
        .execution_options(populate_existing=True)
    ).one()
    idea, passage = row
    if (idea.state, passage.state) != (IdeaState.ACTIVE, PassageState.OPEN):
        return False
    cohort = session.get_one(Cohort, idea.cohort_id)
    stage = session.get_one(Stage, passage.stage_id)
    today = today_of(cohort, now)
    with speaking(idea.language):
        reason = gettext(
            "Nobody in the team has worked on this idea since %(day)s. After %(days)s days without"
            " activity the programme parks an idea, so that the ideas in work can be told apart."
            " Nothing is lost: your team can take it up again with one click.",
            day=formats.day(rest.since), days=(today - rest.since).days,
        )  # fmt: skip
    decision = Decision(
        passage_id=passage.id, idea_id=idea.id, outcome=Outcome.PARK, reason=reason,
        revisit_on=today + AWAY, decided_by_id=None, decided_at=now, announce_at=now,
    )  # fmt: skip
    passage.state = PassageState.DECIDED
    session.add(decision)
    session.flush()
    announce_one(session, Told(decision, passage, idea, stage, cohort), actor_id=None, now=now)
    return True


def parked_by_rules(session: Session, idea: Idea) -> bool:
    """Say whether an idea is parked since nobody worked on it."""
    if idea.state != IdeaState.PARKED:
        return False
    found = session.scalars(select(Decision).where(Decision.passage_id == idea.passage_id)).first()
    return found is not None and found.decided_by_id is None


def take_up(session: Session, *, actor: Actor, idea: Idea, now: datetime) -> Passage:
    """Let a team go on with its idea, in the stage where it stood, with days counted from today."""
    if not parked_by_rules(session, idea):
        raise DomainError(
            "not_idle", N_("Only an idea that was parked for lack of activity is taken up so.")
        )
    cohort = session.get_one(Cohort, idea.cohort_id, with_for_update=True)
    joined = join(session, idea=idea, cohort=cohort, now=now)
    idea.active_at = now
    session.flush()
    record(
        session,
        IdeaTakenUp(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id, code=idea.code,
            title=idea.title, stage=joined.stage.name,
            hand_in_by=joined.passage.hand_in_by.isoformat(), path=f"/ideas/{idea.code}",
        ),
        now=now,
    )  # fmt: skip
    return joined.passage
