"""Decide about one idea or many, and who may: nobody about an idea of their own.

Two managers who decide the same idea take turns at its row; the second one is told.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accelerator.activity.events.gates import DecisionMade
from accelerator.activity.record import record_all
from accelerator.deciding.announcing import announce
from accelerator.domain import gates as rules
from accelerator.domain.conflicts import Conflict
from accelerator.domain.errors import DomainError, Refused
from accelerator.domain.gates import Change, Condition, Verdict
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, Outcome, PassageState, Place, require_decidable
from accelerator.i18n import N_
from accelerator.standing.conflicts import conflicts_of
from accelerator.storage.tables import Cohort, Decider, Decision, Idea, Passage, Stage


class Waiting(NamedTuple):
    """An idea at a gate, its rows locked."""

    idea: Idea
    passage: Passage

    @property
    def idea_id(self) -> int:
        """Return the idea's key."""
        return self.idea.id

    @property
    def passage_id(self) -> int:
        """Return the passage's key."""
        return self.passage.id

    @property
    def place(self) -> Place:
        """Return where it stands."""
        return _place(self.idea.state, self.passage.state, self.passage.asked_until)


class Standing(NamedTuple):
    """Where an idea stands at a gate, without its rows."""

    idea_id: int
    passage_id: int
    place: Place


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
    batch_id: int | None = None,
    left_out: Mapping[str, Sequence[int]] | None = None,
) -> list[Decision]:
    """Decide about all ideas with these codes, or about none.

    `announce_at` is when the teams are told: now, a moment to come, or None for by hand;
    `left_out` are the reviews, by code, whose comments a team does not read. Raises Unsound,
    NotYours for ideas with which the actor's interests meet, and DecidedMeanwhile when one of the
    ideas does not wait at this gate any more.
    """
    chosen = sorted(set(codes))
    rules.require_batch(len(chosen))
    rules.require_sound(verdict, today=today_of(cohort, now))
    rules.require_to_come(announce_at, now=now)
    found = lock_waiting(session, cohort, stage, chosen)
    require_free(session, found, chosen, actor=actor, stage=stage)
    return enter(
        session, found, actor=actor, cohort=cohort, stage=stage, verdict=verdict,
        announce_at=announce_at, now=now, batch_id=batch_id, left_out=left_out,
    )  # fmt: skip


def require_free(
    session: Session,
    found: "Mapping[str, Waiting | Standing]",
    chosen: Sequence[str],
    *,
    actor: Actor,
    stage: Stage,
) -> None:
    """Raise unless the actor may decide about all of these ideas, and all of them wait."""
    require_decider(session, actor=actor, stage=stage)
    mine = may_not_decide(session, actor, {at.idea_id: code for code, at in found.items()})
    if mine:
        raise rules.NotYours(sorted(mine))
    late = [code for code in chosen if code not in found or not waits(found[code].place)]
    if late:
        raise rules.DecidedMeanwhile(late)


def enter(
    session: Session,
    found: Mapping[str, Waiting],
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    verdict: Verdict,
    announce_at: datetime | None,
    now: datetime,
    batch_id: int | None = None,
    left_out: Mapping[str, Sequence[int]] | None = None,
) -> list[Decision]:
    """Write a verdict down about ideas that are locked and free to be decided."""
    chosen = sorted(found)
    decisions = []
    for code in chosen:
        at = found[code]
        at.passage.state = PassageState.DECIDED
        decision = decision_of(verdict, actor, at.idea.id, at.passage.id, now=now)
        decision.announce_at, decision.batch_id = announce_at, batch_id
        decision.left_out = list((left_out or {}).get(code, ()))
        session.add(decision)
        decisions.append(decision)
    session.flush()
    record_all(
        session,
        (
            DecisionMade(
                actor_id=actor.id,
                programme_id=cohort.programme_id,
                subject=f"idea:{code}",
                code=code,
                stage=stage.key,
                outcome=verdict.outcome,
                reason=verdict.reason,
                announce_at=announce_at.isoformat() if announce_at else "",
                path=f"/cohorts/{cohort.code}/{stage.key}/gate",
            )
            for code in chosen
        ),
        now=now,
    )
    if announce_at is not None and announce_at <= now:
        announce(session, actor=actor, cohort=cohort, stage=stage, codes=chosen, now=now)
    return decisions


def decision_of(
    verdict: Verdict, actor: Actor, idea_id: int, passage_id: int, *, now: datetime
) -> Decision:
    """Make the row of a verdict; who decides watches what is parked, unless somebody is named."""
    parks = verdict.outcome is Outcome.PARK
    return Decision(
        passage_id=passage_id,
        idea_id=idea_id,
        outcome=verdict.outcome,
        reason=verdict.reason,
        next_step=verdict.next_step,
        conditions=rules.conditions_as_json(verdict.conditions),
        checklist=[{"text": line, "done_at": None, "done_by": None} for line in verdict.checklist],
        change_kind=verdict.change or "",
        would_change=verdict.would_change,
        revisit_on=verdict.revisit_on,
        watcher_id=(verdict.watcher_id or actor.id) if parks else None,
        learned=verdict.learned,
        decided_by_id=actor.id,
        decided_at=now,
    )


def may_not_decide(
    session: Session, actor: Actor, ideas: Mapping[int, str]
) -> dict[str, frozenset[Conflict]]:
    """Return by code the ideas (code by id) with which the actor has a conflict of interest."""
    found = conflicts_of(session, actor.id, ideas) if ideas else {}
    return {ideas[idea]: reasons for idea, reasons in found.items()}


_DECIDERS = select(Decider.person_id).where(Decider.stage_id == bindparam("stage"))


def require_decider(session: Session, *, actor: Actor, stage: Stage) -> None:
    """Raise Refused when others are named to decide at this gate; with none named, managers do."""
    named = set(session.scalars(_DECIDERS, {"stage": stage.id}))
    if named and actor.id not in named:
        raise Refused("not_decider", N_("Only those named as deciders of this gate decide here."))


def verdict_of(
    outcome: str,
    *,
    reason: str,
    next_step: str = "",
    conditions: Sequence[tuple[str, date | None]] = (),
    checklist: Sequence[str] = (),
    change: str = "",
    would_change: str = "",
    revisit_on: date | None = None,
    watcher_id: int | None = None,
    learned: str = "",
) -> Verdict:
    """Make a verdict of what was typed: only what belongs to the outcome, lines without space."""
    chosen = Outcome(outcome)
    parks = chosen is Outcome.PARK
    lines = tuple(line.strip() for line in checklist if line.strip())
    named = tuple(Condition(text.strip(), due_on) for text, due_on in conditions if text.strip())
    return Verdict(
        outcome=chosen,
        reason=reason.strip(),
        next_step=next_step.strip(),
        conditions=named if chosen is Outcome.CONDITIONS else (),
        checklist=lines if chosen is Outcome.REWORK else (),
        change=Change(change) if parks and change else None,
        would_change=would_change.strip() if parks else "",
        revisit_on=revisit_on if parks else None,
        watcher_id=watcher_id if parks else None,
        learned=learned.strip() if chosen is Outcome.STOP else "",
    )


def lock_waiting(
    session: Session, cohort: Cohort, stage: Stage, codes: Sequence[str]
) -> dict[str, Waiting]:
    """Load ideas and passages by code, locked in one order for all who decide."""
    rows: Sequence[Any] = session.execute(
        select(Idea, Passage)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(Idea.code.in_(codes), Idea.cohort_id == cohort.id, Passage.stage_id == stage.id)
        .order_by(Idea.id)
        .with_for_update(of=[Idea, Passage])
        .execution_options(populate_existing=True)
    ).all()
    return {row.Idea.code: Waiting(row.Idea, row.Passage) for row in rows}


def standing_of(
    session: Session, cohort: Cohort, stage: Stage, codes: Sequence[str]
) -> dict[str, Standing]:
    """Load where ideas stand by code, hundreds of them cheaply and without a lock."""
    found = session.execute(
        select(
            Idea.code, Idea.id, Passage.id, Idea.state, Passage.state, Passage.asked_until
        )
        .join(Passage, Passage.id == Idea.passage_id)
        .where(Idea.code.in_(codes), Idea.cohort_id == cohort.id, Passage.stage_id == stage.id)
    )  # fmt: skip
    return {
        code: Standing(idea, passage, _place(state, at_gate, until))
        for code, idea, passage, state, at_gate, until in found
    }


def waits(place: Place) -> bool:
    """Say whether the gate may decide about an idea now."""
    try:
        require_decidable(place)
    except DomainError:
        return False
    return True


def _place(idea: str, passage: str, asked_until: date | None) -> Place:
    return Place(IdeaState(idea), PassageState(passage), asked_until=asked_until)


def today_of(cohort: Cohort, now: datetime) -> date:
    """Return the cohort's day."""
    return now.astimezone(ZoneInfo(cohort.time_zone)).date()
