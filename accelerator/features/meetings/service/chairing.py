"""Run a meeting: begin, open an item once all who must are out, record what was decided, end.

Two people may chair at once: whoever comes second is told, and what they typed stays with them.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from accelerator import deciding
from accelerator.activity import record
from accelerator.activity.events.meetings import (
    ItemClosed,
    ItemOpened,
    MeetingEnded,
    MeetingListChanged,
    MeetingStarted,
)
from accelerator.domain.errors import DomainError, Refused
from accelerator.domain.gates import Verdict
from accelerator.domain.meeting import Group, require_away
from accelerator.domain.policy import Actor
from accelerator.features.meetings.queries.pack import Pack, packs
from accelerator.features.meetings.service.preparing import (
    append,
    disputed,
    open_meeting,
    sorted_now,
)
from accelerator.i18n import N_
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import Cohort, Idea, Meeting, MeetingItem, Passage, Stage, Vote


@dataclass(frozen=True, slots=True)
class Gate:
    """Who chairs what: the same for every step of a meeting."""

    actor: Actor
    cohort: Cohort
    stage: Stage
    seen: int
    now: datetime


def start(session: Session, gate: Gate) -> int:
    """Begin the meeting: votes are open from now on; return how many ideas they added."""
    meeting = open_meeting(session, gate.cohort, gate.stage, seen=gate.seen)
    if meeting.started_at is not None:
        raise DomainError("started", N_("The meeting has begun already."))
    _drop_barred_votes(session, gate)
    ideas = sorted_now(session, gate.actor, gate.cohort, gate.stage, now=gate.now, all_votes=True)
    added = append(session, meeting, disputed(ideas.of(Group.DISCUSS)))
    meeting.started_at, meeting.chaired_by_id = gate.now, gate.actor.id
    items = session.scalar(select(func.count()).where(MeetingItem.meeting_id == meeting.id)) or 0
    _note(session, gate, meeting, MeetingStarted(items=items))
    return added


def _drop_barred_votes(session: Session, gate: Gate) -> None:
    """Take out the votes of those whose conflict was declared after they voted."""
    cast = session.execute(
        select(Vote.passage_id, Vote.person_id, Idea.id)
        .join(Passage, Passage.id == Vote.passage_id)
        .join(Idea, Idea.passage_id == Passage.id)
        .where(Idea.cohort_id == gate.cohort.id, Passage.stage_id == gate.stage.id)
    ).all()
    barred = conflicts_between(session, {row[2] for row in cast}, {row[1] for row in cast})
    gone = [(passage, person) for passage, person, idea in cast if (idea, person) in barred]
    if gone:
        session.execute(
            delete(Vote)
            .where(tuple_(Vote.passage_id, Vote.person_id).in_(gone))
            .execution_options(synchronize_session=False)
        )


def begin(session: Session, gate: Gate, *, code: str, away: Collection[int]) -> None:
    """Open an item; whatever was open is closed. All who have a conflict must be out."""
    meeting = _running(session, gate)
    item, pack = _item(session, gate, meeting, code)
    if pack.barred:
        raise Refused(
            "barred", N_("You have a conflict of interest with this idea: somebody else chairs it.")
        )
    require_away([one.id for one in pack.leavers], away)
    for other in session.scalars(
        select(MeetingItem).where(
            MeetingItem.meeting_id == meeting.id, MeetingItem.began_at.is_not(None),
            MeetingItem.ended_at.is_(None), MeetingItem.id != item.id,
        )
    ):  # fmt: skip
        other.ended_at = gate.now
    item.away = [
        {**asdict(one), "why": [str(why) for why in one.why], "at": gate.now.isoformat()}
        for one in pack.leavers
    ]
    item.began_at, item.ended_at = gate.now, None
    meeting.chaired_by_id = gate.actor.id
    _note(session, gate, meeting, ItemOpened(code=code, away=item.away))


def decide(session: Session, gate: Gate, *, code: str, verdict: Verdict, note: str) -> None:
    """Record the decision of an open item; its team hears when it is announced, later."""
    meeting = _running(session, gate)
    item, pack = _item(session, gate, meeting, code)
    _require_open(item, pack)
    deciding.decide(
        session, actor=gate.actor, cohort=gate.cohort, stage=gate.stage, codes=[code],
        verdict=verdict, announce_at=None, now=gate.now,
    )  # fmt: skip
    _close(item, gate, note, {"outcome": str(verdict.outcome), "reason": verdict.reason})
    _note(session, gate, meeting, ItemClosed(code=code, outcome=str(verdict.outcome)))


def close(session: Session, gate: Gate, *, code: str, note: str) -> None:
    """End an item without a decision; it stays at the gate."""
    meeting = _running(session, gate)
    item, pack = _item(session, gate, meeting, code)
    _require_open(item, pack)
    _close(item, gate, note, {})
    _note(session, gate, meeting, ItemClosed(code=code, outcome=""))


def end(session: Session, gate: Gate) -> Meeting:
    """End the meeting; what is open is closed, and the record stands."""
    meeting = _running(session, gate)
    items = session.scalars(select(MeetingItem).where(MeetingItem.meeting_id == meeting.id)).all()
    for item in items:
        if item.began_at is not None and item.ended_at is None:
            item.ended_at = gate.now
    meeting.ended_at = gate.now
    decided = sum(bool(item.went) for item in items)
    _note(session, gate, meeting, MeetingEnded(items=len(items), decided=decided))
    return meeting


def call_off(session: Session, gate: Gate) -> None:
    """Throw away a list that has not begun; votes stay."""
    meeting = open_meeting(session, gate.cohort, gate.stage, seen=gate.seen)
    if meeting.started_at is not None:
        raise DomainError("started", N_("The meeting has begun already."))
    session.execute(
        delete(MeetingItem)
        .where(MeetingItem.meeting_id == meeting.id)
        .execution_options(synchronize_session=False)
    )
    _note(session, gate, meeting, MeetingListChanged(code="", what="called off"))
    session.delete(meeting)
    session.flush()


def _running(session: Session, gate: Gate) -> Meeting:
    meeting = open_meeting(session, gate.cohort, gate.stage, seen=gate.seen)
    if meeting.started_at is None:
        raise DomainError("not_started", N_("Begin the meeting first."))
    return meeting


def _item(session: Session, gate: Gate, meeting: Meeting, code: str) -> tuple[MeetingItem, Pack]:
    item = session.scalar(
        select(MeetingItem)
        .join(Passage, Passage.id == MeetingItem.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(MeetingItem.meeting_id == meeting.id, Idea.code == code)
    )
    pack = None
    if item is not None:
        today = gate.now.astimezone(ZoneInfo(gate.cohort.time_zone)).date()
        pack = packs(
            session, gate.actor, gate.cohort, gate.stage, passages=[item.passage_id],
            started=True, today=today,
        ).get(item.passage_id)  # fmt: skip
    if item is None or pack is None:
        raise DomainError("not_listed", N_("This idea is not on the list any more."))
    return item, pack


def _require_open(item: MeetingItem, pack: Pack) -> None:
    if pack.barred:
        raise Refused(
            "barred", N_("You have a conflict of interest with this idea: somebody else chairs it.")
        )
    if item.began_at is None or item.ended_at is not None:
        raise DomainError("item_closed", N_("The meeting is not at this item. Open it first."))


def _close(item: MeetingItem, gate: Gate, note: str, went: dict[str, Any]) -> None:
    item.ended_at, item.note = gate.now, note
    item.went = {**went, "by": gate.actor.display_name} if went else None


def _note(session: Session, gate: Gate, meeting: Meeting, event: Any) -> None:
    """Count the step, so that whoever chairs from an older page is told; and write it down."""
    meeting.version += 1
    session.flush()
    path = f"/cohorts/{gate.cohort.code}/{gate.stage.key}/meeting"
    record(
        session,
        replace(
            event, actor_id=gate.actor.id, programme_id=gate.cohort.programme_id,
            subject=f"meeting:{meeting.id}", path=path,
        ),
        now=gate.now,
    )  # fmt: skip
