"""The list of a meeting, in its order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.domain.policy import Actor
from accelerator.domain.stages import PassageState
from accelerator.storage.tables import Cohort, Idea, Meeting, MeetingItem, Passage, Person, Stage
from accelerator.storage.visibility import outside_team


@dataclass(frozen=True, slots=True)
class Went:
    """What the meeting decided about an item; nothing when it went on without a decision."""

    outcome: str = ""
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of a meeting's list; `went` is what came of it, as the meeting knew it."""

    id: int
    passage_id: int
    idea_id: int
    code: str
    title: Bilingual
    waits: bool
    began_at: datetime | None
    ended_at: datetime | None
    note: str
    away: tuple[dict[str, Any], ...]
    went: Went

    @property
    def open(self) -> bool:
        """Say whether the meeting is at this item now."""
        return self.began_at is not None and self.ended_at is None

    @property
    def minutes(self) -> int | None:
        """Return how long the meeting was at it."""
        if self.began_at is None or self.ended_at is None:
            return None
        return max(1, round((self.ended_at - self.began_at).total_seconds() / 60))

    def left(self, person_id: int) -> bool:
        """Say whether somebody was out of the room: what was said and decided is not theirs."""
        return any(one["id"] == person_id for one in self.away)

    @property
    def languages(self) -> tuple[str, str]:
        """Return the languages of the note and of the reason."""
        return language_of(self.note), language_of(self.went.reason)


_ITEMS = (
    select(MeetingItem, Idea.id, Idea.code, Idea.title, Passage.state)
    .join(Passage, Passage.id == MeetingItem.passage_id)
    .join(Idea, Idea.id == Passage.idea_id)
    .where(MeetingItem.meeting_id == bindparam("meeting"))
    .order_by(MeetingItem.position, MeetingItem.id)
)


def agenda(session: Session, actor: Actor, meeting: Meeting | None) -> tuple[ItemRow, ...]:
    """Load the items in their order, but for those of the reader's own teams; one query."""
    if meeting is None:
        return ()
    rows = session.execute(_ITEMS.where(outside_team(actor)), {"meeting": meeting.id})
    return tuple(map(_row, rows))


def open_agenda(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage
) -> tuple[Meeting | None, tuple[ItemRow, ...]]:
    """Load the open meeting of a gate with its items in one query, as `agenda` does in two."""
    rows = session.execute(
        select(Meeting, MeetingItem, Idea.id, Idea.code, Idea.title, Passage.state)
        .outerjoin(MeetingItem, MeetingItem.meeting_id == Meeting.id)
        .outerjoin(Passage, Passage.id == MeetingItem.passage_id)
        .outerjoin(Idea, (Idea.id == Passage.idea_id) & outside_team(actor))
        .where(
            Meeting.cohort_id == cohort.id,
            Meeting.stage_id == stage.id,
            Meeting.ended_at.is_(None),
        )
        .order_by(MeetingItem.position, MeetingItem.id)
    ).all()
    meeting = rows[0].Meeting if rows else None
    return meeting, tuple(_row(row[1:]) for row in rows if row.code is not None)


def _row(row: Any) -> ItemRow:
    item, idea_id, code, title, state = row
    return ItemRow(
        item.id, item.passage_id, idea_id, code, title, state == PassageState.HANDED_IN,
        item.began_at, item.ended_at, item.note, tuple(item.away), Went(**(item.went or {})),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One meeting that took place."""

    id: int
    started_at: datetime | None
    ended_at: datetime | None
    chair: str
    minutes: int


def records(session: Session, cohort: Cohort, stage: Stage) -> tuple[RecordRow, ...]:
    """List the meetings of a gate that have ended, the newest first; one query."""
    rows = session.execute(
        select(Meeting, Person)
        .outerjoin(Person, Person.id == Meeting.chaired_by_id)
        .where(
            Meeting.cohort_id == cohort.id,
            Meeting.stage_id == stage.id,
            Meeting.ended_at.is_not(None),
        )
        .order_by(Meeting.id.desc())
        .limit(50)
    )
    return tuple(_record(*row) for row in rows)


def record_of(
    session: Session, cohort: Cohort, stage: Stage, meeting_id: int
) -> tuple[Meeting, RecordRow] | None:
    """Load one meeting of a gate that has ended; one query."""
    row = session.execute(
        select(Meeting, Person)
        .outerjoin(Person, Person.id == Meeting.chaired_by_id)
        .where(
            Meeting.id == meeting_id,
            Meeting.cohort_id == cohort.id,
            Meeting.stage_id == stage.id,
            Meeting.ended_at.is_not(None),
        )
    ).one_or_none()
    return None if row is None else (row.Meeting, _record(*row))


def _record(meeting: Meeting, chair: Person | None) -> RecordRow:
    return RecordRow(
        meeting.id, meeting.started_at, meeting.ended_at, chair.display_name if chair else "",
        meeting.minutes,
    )  # fmt: skip
