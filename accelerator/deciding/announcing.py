"""Announce decisions: each with everything it opens and closes, and the message, at once.

A team is told in one transaction of its own. An announcement that fails, or ends its process, is
tried again a few times and then left to a person, so that it never stands in the way of others.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.gates import (
    AnnouncementFailed,
    DecisionAnnounced,
)
from accelerator.calendars import calendar_of
from accelerator.deciding.effects import close_reviews, drop_milestones, set_conditions
from accelerator.domain.batches import BatchState
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.gates import next_stage, require_batch
from accelerator.domain.policy import Actor
from accelerator.domain.stages import ADVANCING, IdeaState, Outcome, PassageState, idea_state_after
from accelerator.standing.feedback import comments_for_team
from accelerator.standing.passages import enter_stage, entrance
from accelerator.storage.tables import (
    Batch,
    Cohort,
    Decision,
    Idea,
    Passage,
    Person,
    Stage,
)
from accelerator.storage.visibility import outside_team

ASK_WITHIN = 10  # working days in which a team is invited to ask about a decision against it
TRIES = 5  # of one announcement; then a person looks at it


class Told(NamedTuple):
    """A decision and all it is about, locked."""

    decision: Decision
    passage: Passage
    idea: Idea
    stage: Stage
    cohort: Cohort


def announce(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Collection[str],
    now: datetime,
) -> list[str]:
    """Tell the teams of these ideas what was decided; return the codes of those told now.

    An idea whose team was told already, or that was withdrawn meanwhile, is passed over.
    """
    require_batch(len(set(codes)))
    rows = session.execute(
        _decided().where(
            Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, Idea.code.in_(set(codes))
        )
    ).all()
    return [announce_one(session, Told(*row), actor_id=actor.id, now=now) for row in rows]


def plan(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, codes: Collection[str],
    at: datetime,
) -> list[str]:  # fmt: skip
    """Set when the teams of these ideas are told; return the codes of those who will be.

    What had failed too often is tried anew. A manager in a team plans nothing for it.
    """
    require_batch(len(set(codes)))
    rows = session.execute(
        _decided().where(
            Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, Idea.code.in_(set(codes)),
            outside_team(actor),
        )
    ).all()  # fmt: skip
    for row in rows:
        row.Decision.announce_at, row.Decision.tries = at, 0
    session.flush()
    return [row.Idea.code for row in rows]


def begin_announcing(
    session: Session, *, now: datetime, passed: Collection[int] = ()
) -> int | None:
    """Take the decision that is due longest and note the try; None when none is due.

    What a batch decides waits until the batch has come to its end. `passed` are those tried in
    this run already.
    """
    under_way = select(Batch.id).where(Batch.state == BatchState.WAITING)
    found = session.scalar(
        select(Decision)
        .join(Passage, Passage.id == Decision.passage_id)
        .join(Idea, Idea.passage_id == Passage.id)
        .where(
            *_UNTOLD,
            Decision.announce_at <= now,
            Decision.tries < TRIES,
            Decision.id.not_in(passed),
            or_(Decision.batch_id.is_(None), Decision.batch_id.not_in(under_way)),
        )
        .order_by(Decision.tries, Decision.announce_at, Decision.id)
        .limit(1)
        .with_for_update(of=Decision, skip_locked=True)
    )
    if found is None:
        return None
    found.tries += 1
    return found.id


def announce_next(session: Session, decision_id: int, *, now: datetime) -> str | None:
    """Announce the decision taken, and return its idea's code; None when it may not be any more."""
    row = session.execute(
        _decided(skip_locked=True).where(Decision.id == decision_id, Decision.announce_at <= now)
    ).one_or_none()
    return None if row is None else announce_one(session, Told(*row), actor_id=None, now=now)


def give_up_announcing(session: Session, decision_id: int, *, now: datetime) -> bool:
    """After too many tries tell who decided; say whether it was given up."""
    row = session.execute(
        _decided().where(Decision.id == decision_id, Decision.tries >= TRIES)
    ).one_or_none()
    if row is None:
        return False
    told = Told(*row)
    record(
        session,
        AnnouncementFailed(
            programme_id=told.cohort.programme_id,
            person_id=told.decision.decided_by_id,
            subject=f"decision:{told.decision.id}",
            code=told.idea.code,
            title=told.idea.title,
            stage=told.stage.name,
            path=f"/cohorts/{told.cohort.code}/{told.stage.key}/gate?list=decided",
        ),
        now=now,
    )
    return True


def announce_one(session: Session, told: Told, *, actor_id: int | None, now: datetime) -> str:
    """Leave the passage, enter what comes next, and tell the team; return the idea's code.

    Reminders need no care: what they are about is looked at again before each is sent, and here
    it ends.
    """
    decision, passage, idea, stage, cohort = told
    outcome = Outcome(decision.outcome)
    coming = _coming(session, outcome, stage)
    passage.state, passage.left_at, passage.outcome = PassageState.LEFT, now, outcome
    decision.announced_at, decision.tries = now, 0
    if decision.reverses_id is None:  # the first word keeps or breaks the promise
        passage.told_on = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    idea.state = idea_state_after(outcome, last_stage=coming is None)
    idea.updated_at = now
    session.flush()
    close_reviews(
        session,
        idea=idea,
        passage=passage,
        programme_id=cohort.programme_id,
        actor_id=actor_id,
        now=now,
    )
    if outcome not in ADVANCING:
        drop_milestones(session, passage)
    entered = passage
    if coming is not None:
        entered = enter_stage(session, idea=idea, cohort=cohort, stage=coming, now=now)
    set_conditions(session, decision, idea, entered)
    by = _later(cohort, ASK_WITHIN, now) if coming is None else entered.hand_in_by
    letters = _letters(session, decision)
    news = _news(session, told, coming, by=by, letters=letters, actor_id=actor_id)
    record(session, news, now=now)
    return idea.code


def news_of(
    session: Session,
    decided: Sequence[Told],
    *,
    letters: dict[str, dict[str, str]],
    actor_id: int,
    now: datetime,
) -> list[DecisionAnnounced]:
    """Say what announcing one verdict of one gate would tell each team, and write nothing."""
    first = decided[0]
    coming = _coming(session, Outcome(first.decision.outcome), first.stage)
    by = _later(first.cohort, ASK_WITHIN, now)
    if coming is not None:
        by = entrance(session, cohort=first.cohort, stage=coming, now=now).hand_in_by
    return [
        _news(session, told, coming, by=by, letters=letters, actor_id=actor_id) for told in decided
    ]


def _news(
    session: Session,
    told: Told,
    coming: Stage | None,
    *,
    by: date,
    letters: dict[str, dict[str, str]],
    actor_id: int | None,
) -> DecisionAnnounced:
    decision, passage, idea, stage, cohort = told
    outcome = Outcome(decision.outcome)
    after = idea_state_after(outcome, last_stage=coming is None)
    comments = comments_for_team(
        session, passage.id, show_names=not stage.reviewers_hidden, left_out=decision.left_out
    )
    return DecisionAnnounced(
        actor_id=actor_id,
        programme_id=cohort.programme_id,
        idea_id=idea.id,
        subject=f"decision:{decision.id}",
        code=idea.code,
        title=idea.title,
        stage=stage.name,
        outcome=outcome,
        graduated=after is IdeaState.GRADUATED,
        **said(decision),
        watcher=_name(session, decision.watcher_id),
        next_stage=coming.name if coming else Bilingual(),
        by=(decision.revisit_on or by).isoformat(),
        reverses=_reversed(session, decision, cohort),
        by_rules=decision.decided_by_id is None,
        letters=letters,
        comments=[{"text": each.text, "reviewer": each.reviewer} for each in comments],
        path=f"/ideas/{idea.code}/outcome",
    )


def said(decision: Decision) -> dict[str, Any]:
    """Return what a decision said, for the events that repeat it."""
    return {
        "reason": decision.reason,
        "next_step": decision.next_step,
        "conditions": decision.conditions,
        "checklist": [line["text"] for line in decision.checklist],
        "change": decision.change_kind,
        "would_change": decision.would_change,
        "learned": decision.learned,
    }


def _coming(session: Session, outcome: Outcome, stage: Stage) -> Stage | None:
    order = stages_of(session, stage)
    return next_stage(outcome, stage, order, [one for one in order if one.removed_at])


def stages_of(session: Session, here: Stage) -> list[Stage]:
    """Load the stages of a programme, in order; a removed one only while the idea is in it."""
    return list(session.scalars(_STAGES, {"programme": here.programme_id, "here": here.id}))


_STAGES = (
    select(Stage)
    .where(
        Stage.programme_id == bindparam("programme"),
        or_(Stage.removed_at.is_(None), Stage.id == bindparam("here")),
    )
    .order_by(Stage.position)
)


def _name(session: Session, person_id: int | None) -> str:
    return "" if person_id is None else session.get_one(Person, person_id).display_name


def _reversed(session: Session, decision: Decision, cohort: Cohort) -> dict[str, str]:
    """Say which decision this one takes back, and on which day the team was told of it."""
    if decision.reverses_id is None:
        return {}
    old = session.get_one(Decision, decision.reverses_id)
    told = (old.announced_at or old.decided_at).astimezone(ZoneInfo(cohort.time_zone)).date()
    return {"outcome": old.outcome, "on": told.isoformat()}


def _letters(session: Session, decision: Decision) -> dict[str, dict[str, str]]:
    """Return the letters as edited for the batch, by language; none stands for the usual ones."""
    if decision.batch_id is None:
        return {}
    return session.get_one(Batch, decision.batch_id).letters


def _later(cohort: Cohort, working_days: int, now: datetime) -> date:
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    return calendar_of(cohort.country, today.year).add(today, working_days)


_UNTOLD = (
    Decision.announced_at.is_(None),
    Passage.state == PassageState.DECIDED,
    Idea.state == IdeaState.ACTIVE,
)


def _decided(*, skip_locked: bool = False) -> Select[Decision, Passage, Idea, Stage, Cohort]:
    """Select the decisions that may be announced."""
    return decisions(skip_locked=skip_locked).where(*_UNTOLD)


def decisions(*, skip_locked: bool = False) -> Select[Decision, Passage, Idea, Stage, Cohort]:
    """Select decisions with all they are about, locked in the order of all who decide."""
    return (
        select(Decision, Passage, Idea, Stage, Cohort)
        .join(Passage, Passage.id == Decision.passage_id)
        .join(Idea, Idea.passage_id == Passage.id)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .order_by(Idea.id)
        .with_for_update(of=[Idea, Passage, Decision], skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    )
