"""Move the open milestones of many ideas at once: what lands where, and one message per team."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from accelerator.activity import record_for_teams
from accelerator.activity.events.milestones import MilestonesShifted
from accelerator.calendars import calendar_of
from accelerator.domain.errors import DomainError
from accelerator.domain.milestones import Landing, MilestoneState, land, require_shift
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState
from accelerator.i18n import N_
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Idea,
    Milestone,
    Passage,
    Stage,
    TeamMember,
)

MOST_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open milestones are meant, and how far they move; empty means all.

    `ids` are those chosen one by one; nothing else narrows them then.
    """

    days: int
    working: bool = True
    stage_key: str = ""
    first: date | None = None
    last: date | None = None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One milestone that moves; `row` holds it with its idea, stage and gate."""

    row: Any
    landing: Landing

    @property
    def after_gate(self) -> bool:
        """Whether it lands behind the gate of its stage."""
        return self.row.gate_on is not None and self.landing.due_on > self.row.gate_on


@dataclass(frozen=True, slots=True)
class Plan:
    """What would move, by idea; `own` are left out, because the manager is in their teams."""

    moves: tuple[Move, ...]
    own: int

    @property
    def ideas(self) -> int:
        """Return how many teams hear."""
        return len({move.row.idea_id for move in self.moves})

    @property
    def mark(self) -> str:
        """Return what tells whether the same would still happen."""
        days = [(move.row.id, move.row.due_on, move.landing.due_on) for move in self.moves]
        return sha256(repr(days).encode()).hexdigest()[:32]


def plan(
    session: Session,
    cohort: Cohort,
    wanted: Wanted,
    *,
    actor: Actor,
    now: datetime,
    locked: bool = False,
) -> Plan:
    """Find what would move and where it would land; two queries."""
    require_shift(wanted.days)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    calendar = calendar_of(cohort.country, today.year)
    meant = _meant(cohort, wanted)
    mine = _own(actor)
    found = (
        select(
            Milestone.id, Milestone.version, Milestone.name, Milestone.due_on,
            Milestone.first_due_on, Milestone.asked_due_on, Idea.id.label("idea_id"), Idea.code,
            Idea.title, Stage.name.label("stage"), CohortStage.gate_on,
        )
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .outerjoin(
            CohortStage,
            (CohortStage.stage_id == Stage.id) & (CohortStage.cohort_id == Idea.cohort_id),
        )
        .where(*meant, Idea.id.not_in(mine))
        .order_by(Idea.id, Milestone.due_on, Milestone.id)
        .limit(MOST_AT_ONCE + 1)
    )  # fmt: skip
    rows = session.execute(found.with_for_update(of=Milestone) if locked else found).all()
    if len(rows) > MOST_AT_ONCE:
        raise DomainError(
            "too_many",
            N_("More than %(most)s milestones: choose a stage or fewer days."),
            most=MOST_AT_ONCE,
        )
    own = session.scalar(
        select(func.count())
        .select_from(Milestone)
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(*meant, Idea.id.in_(mine))
    )
    moves = (
        Move(
            row, land(row.due_on, wanted.days, working=wanted.working, today=today,
                      calendar=calendar),
        )
        for row in rows
    )  # fmt: skip
    return Plan(tuple(one for one in moves if one.landing.due_on != one.row.due_on), own or 0)


def _meant(cohort: Cohort, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions of the open milestones that are meant; drafts are their teams' own."""
    found = [
        Idea.cohort_id == cohort.id,
        Idea.state == IdeaState.ACTIVE,
        Milestone.state == MilestoneState.OPEN,
    ]
    if wanted.ids:
        return [*found, Milestone.id.in_(wanted.ids)]
    if wanted.stage_key:
        found.append(Stage.key == wanted.stage_key)
    if wanted.first is not None:
        found.append(Milestone.due_on >= wanted.first)
    if wanted.last is not None:
        found.append(Milestone.due_on <= wanted.last)
    return found


def _own(actor: Actor) -> Any:
    """Return the query of ideas whose dates a manager does not move: those of their own teams."""
    return select(Idea.id).where(
        or_(
            Idea.owner_id == actor.id,
            Idea.id.in_(
                select(TeamMember.idea_id).where(
                    TeamMember.person_id == actor.id,
                    TeamMember.state.in_(("accepted", "pending")),
                )
            ),
        )
    )


def messages(
    actor: Actor, cohort: Cohort, moves: Sequence[Move], reason: str
) -> Iterator[MilestonesShifted]:
    """Yield what each team hears: one message with all of its milestones that move."""
    for idea_id, group in groupby(moves, key=lambda move: move.row.idea_id):
        own = list(group)
        first = own[0].row
        yield MilestonesShifted(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea_id,
            path=f"/ideas/{first.code}/milestones", code=first.code, title=first.title,
            reason=reason,
            milestones=[
                {
                    "id": move.row.id, "name": move.row.name.as_dict(),
                    "was": move.row.due_on.isoformat(),
                    "due_on": move.landing.due_on.isoformat(),
                }
                for move in own
            ],
        )  # fmt: skip


def shift(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    wanted: Wanted,
    reason: str,
    seen: str,
    now: datetime,
) -> Plan:
    """Move the days as they were shown; raise DomainError when something changed meanwhile."""
    found = plan(session, cohort, wanted, actor=actor, now=now, locked=True)
    if not found.moves:
        raise DomainError("nothing_moves", N_("No open milestone is among these."))
    if found.mark != seen:
        raise DomainError(
            "plan_changed",
            N_("Some of these milestones changed meanwhile. Nothing was moved; look again."),
        )
    firsts = {
        move.row.id: land(
            move.row.first_due_on, wanted.days, working=wanted.working,
            today=date.min, calendar=calendar_of(cohort.country, now.year),
        ).due_on
        for move in found.moves if move.row.first_due_on is not None
    }  # fmt: skip
    session.execute(
        update(Milestone),
        [
            {
                "id": move.row.id, "version": move.row.version, "due_on": move.landing.due_on,
                "due_set_at": now, "first_due_on": firsts.get(move.row.id), "late_chance": None,
            }
            for move in found.moves
        ],
    )  # fmt: skip
    record_for_teams(session, list(messages(actor, cohort, found.moves, reason)), now=now)
    return found
