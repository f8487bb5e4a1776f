"""Decide, take back, announce: a decision, its audit row and its messages are all there or none.

Two managers who decide the same idea take turns at its row; the second one is told. What a
decision opens (the next passage, milestones) and closes (reviewers' work, reminders) happens when
it is announced, so that until then nobody can tell it from waiting.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.gates import DecisionMade, DecisionUndone
from accelerator.domain import gates as rules
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import Verdict
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, Outcome, PassageState, Place, require_decidable
from accelerator.features.gates.announcing import Told, announce_one, stages_of
from accelerator.i18n import N_
from accelerator.storage.tables import Cohort, Decision, Idea, Passage, Stage


@dataclass(frozen=True, slots=True)
class Waiting:
    """An idea at a gate, its rows locked."""

    idea: Idea
    passage: Passage


def decide(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Collection[str],
    verdict: Verdict,
    announce_at: datetime | None,
    now: datetime,
) -> list[Decision]:
    """Decide about all ideas with these codes, or about none.

    `announce_at` is when the teams are told: now, a moment to come, or None for by hand. Raises
    Unsound, and DecidedMeanwhile when one of the ideas does not wait at this gate any more.
    """
    chosen = sorted(set(codes))
    rules.require_batch(len(chosen))
    rules.require_sound(verdict, today=_today(cohort, now))
    rules.require_to_come(announce_at, now=now)
    found = {
        row.Idea.code: Waiting(row.Idea, row.Passage)
        for row in _lock(session, cohort, stage, chosen)
    }
    late = [code for code in chosen if code not in found or not _waits(found[code])]
    if late:
        raise rules.DecidedMeanwhile(late)
    decisions = []
    for code in chosen:
        at = found[code]
        at.passage.state = PassageState.DECIDED
        decision = Decision(
            passage_id=at.passage.id,
            idea_id=at.idea.id,
            outcome=verdict.outcome,
            reason=verdict.reason,
            next_step=verdict.next_step,
            conditions=list(verdict.conditions),
            would_change=verdict.would_change,
            revisit_on=verdict.revisit_on,
            decided_by_id=actor.id,
            decided_at=now,
            announce_at=announce_at,
        )
        session.add(decision)
        decisions.append(decision)
    session.flush()
    for code in chosen:
        record(
            session,
            DecisionMade(
                actor_id=actor.id,
                programme_id=cohort.programme_id,
                subject=f"idea:{code}",
                code=code,
                stage=stage.key,
                outcome=verdict.outcome,
                reason=verdict.reason,
                announce_at=announce_at.isoformat() if announce_at else "",
                path=_path(cohort, stage),
            ),
            now=now,
        )
    if announce_at is not None and announce_at <= now:
        announce(session, actor=actor, cohort=cohort, stage=stage, codes=chosen, now=now)
    return decisions


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
    rules.require_batch(len(set(codes)))
    rows = session.execute(
        _decided().where(
            Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, Idea.code.in_(set(codes))
        )
    ).all()
    order = stages_of(session, cohort.programme_id)
    return [announce_one(session, Told(*row), order, actor_id=actor.id, now=now) for row in rows]


def announce_due(session: Session, *, now: datetime) -> str | None:
    """Announce the decision that is due longest, and return its idea's code; None when none is.

    One decision is one transaction: the timetable calls this until there is nothing left.
    """
    row = session.execute(
        _decided(skip_locked=True)
        .where(Decision.announce_at <= now)
        .order_by(None)
        .order_by(Decision.announce_at, Decision.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    told = Told(*row)
    order = stages_of(session, told.cohort.programme_id)
    return announce_one(session, told, order, actor_id=None, now=now)


def undo(session: Session, *, actor: Actor, idea: Idea, now: datetime) -> tuple[str, str]:
    """Take a decision back before the team is told; return the codes of cohort and stage."""
    row = session.execute(
        select(Decision, Passage, Stage, Cohort.programme_id, Cohort.code)
        .join(Passage, Passage.id == Decision.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == idea.cohort_id)
        .where(Decision.passage_id == idea.passage_id)
        .with_for_update(of=[Passage, Decision])
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise DomainError("no_decision", N_("There is no decision to undo."))
    decision, passage, stage, programme_id, cohort_code = row
    rules.require_undoable(decision.announced_at)
    if passage.state == PassageState.DECIDED:
        passage.state = PassageState.HANDED_IN
    session.delete(decision)
    session.flush()
    record(
        session,
        DecisionUndone(
            actor_id=actor.id,
            programme_id=programme_id,
            subject=f"idea:{idea.code}",
            code=idea.code,
            stage=stage.key,
            outcome=decision.outcome,
            reason=decision.reason,
            next_step=decision.next_step,
            conditions=decision.conditions,
            would_change=decision.would_change,
            revisit_on=decision.revisit_on.isoformat() if decision.revisit_on else "",
            path=f"/cohorts/{cohort_code}/{stage.key}/gate",
        ),
        now=now,
    )
    return cohort_code, stage.key


def verdict_of(
    outcome: str,
    *,
    reason: str,
    next_step: str = "",
    conditions: Sequence[str] = (),
    would_change: str = "",
    revisit_on: date | None = None,
) -> Verdict:
    """Make a verdict of what was typed: only what belongs to the outcome, lines without space."""
    chosen = Outcome(outcome)
    lines = tuple(line.strip() for line in conditions if line.strip())
    parks = chosen is Outcome.PARK
    return Verdict(
        outcome=chosen,
        reason=reason.strip(),
        next_step=next_step.strip(),
        conditions=lines if chosen is Outcome.CONDITIONS else (),
        would_change=would_change.strip() if parks else "",
        revisit_on=revisit_on if parks else None,
    )


def _lock(session: Session, cohort: Cohort, stage: Stage, codes: list[str]) -> Sequence[Any]:
    """Load ideas and passages, locked in one order for all who decide."""
    return session.execute(
        select(Idea, Passage)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(Idea.code.in_(codes), Idea.cohort_id == cohort.id, Passage.stage_id == stage.id)
        .order_by(Idea.id)
        .with_for_update(of=[Idea, Passage])
        .execution_options(populate_existing=True)
    ).all()


def _decided(*, skip_locked: bool = False) -> Select[Decision, Passage, Idea, Stage, Cohort]:
    """Select the decisions that may be announced, with all they are about, locked."""
    return (
        select(Decision, Passage, Idea, Stage, Cohort)
        .join(Passage, Passage.id == Decision.passage_id)
        .join(Idea, Idea.passage_id == Passage.id)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(
            Decision.announced_at.is_(None),
            Passage.state == PassageState.DECIDED,
            Idea.state == IdeaState.ACTIVE,
        )
        .order_by(Idea.id)
        .with_for_update(of=[Idea, Passage, Decision], skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    )


def _waits(at: Waiting) -> bool:
    try:
        require_decidable(Place(IdeaState(at.idea.state), PassageState(at.passage.state)))
    except DomainError:
        return False
    return True


def _today(cohort: Cohort, now: datetime) -> date:
    return now.astimezone(ZoneInfo(cohort.time_zone)).date()


def _path(cohort: Cohort, stage: Stage) -> str:
    return f"/cohorts/{cohort.code}/{stage.key}/gate"
