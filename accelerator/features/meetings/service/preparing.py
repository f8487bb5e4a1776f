"""Make the list of a meeting: what is disputed, in an order that can be moved."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from accelerator.activity import notify, record
from accelerator.activity.events.meetings import (
    SCHEDULED,
    VOTES_WANTED,
    MeetingListChanged,
    MeetingPrepared,
    MeetingScheduled,
)
from accelerator.domain.errors import DomainError
from accelerator.domain.meeting import LONGEST_ITEM, MOST_ITEMS, Group, places_after
from accelerator.domain.policy import Actor
from accelerator.features.meetings.queries.facts import (
    AT_GATE,
    Ideas,
    Line,
    ideas_at_gate,
    meeting_facts,
)
from accelerator.i18n import N_
from accelerator.standing.deciders import deciders_of
from accelerator.storage.tables import Cohort, Idea, Meeting, MeetingItem, Passage, Stage


class ChairedMeanwhile(DomainError):
    """Somebody else changed the meeting since the page was shown; nothing was done."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "chaired_meanwhile",
            N_("Somebody else changed the meeting meanwhile. Look at it as it is now."),
        )


def open_meeting(
    session: Session, cohort: Cohort, stage: Stage, *, seen: int | None = None
) -> Meeting:
    """Lock and return the open meeting; of two who chair at once the second one is told.

    `seen` is the meeting's version on the page; None where a stale page does no harm.
    """
    meeting = session.scalar(
        select(Meeting)
        .where(
            Meeting.cohort_id == cohort.id, Meeting.stage_id == stage.id,
            Meeting.ended_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if meeting is None:
        raise DomainError("no_meeting", N_("There is no meeting at this gate any more."))
    if seen is not None and meeting.version != seen:
        raise ChairedMeanwhile
    return meeting


def prepare(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    minutes: int,
    starts: datetime | None = None,
    now: datetime,
) -> Meeting:
    """Make a meeting with what is disputed by what the actor may see; the deciders hear.

    What the votes dispute besides is added when the meeting begins. `starts` is when, on the
    cohort's clock, if that is known.
    """
    starts_at = _ahead(cohort, starts, now)
    # Of two who make the list at once, the second waits here and is told.
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    found = meeting_facts(session, cohort, stage)
    if found.meeting is not None:
        raise DomainError("prepared", N_("The list of this meeting has been made already."))
    if not 0 < minutes <= LONGEST_ITEM:
        raise DomainError(
            "minutes", N_("Choose between 1 and %(most)s minutes."), field="minutes",
            most=LONGEST_ITEM,
        )  # fmt: skip
    ideas = sorted_now(session, actor, cohort, stage, now=now)
    meeting = Meeting(
        cohort_id=cohort.id, stage_id=stage.id, minutes=minutes, made_by_id=actor.id, made_at=now,
        starts_at=starts_at, version=1,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    chosen = ideas.of(Group.DISCUSS)[:MOST_ITEMS]
    append(session, meeting, [row.passage_id for row in chosen])
    path = f"/cohorts/{cohort.code}/{stage.key}/meeting"
    event = MeetingPrepared(
        actor_id=actor.id, programme_id=cohort.programme_id, subject=f"meeting:{meeting.id}",
        cohort=cohort.name, stage=stage.name, ideas=len(chosen), path=f"{path}/votes",
        starts_at=starts_at.isoformat() if starts_at else "",
    )  # fmt: skip
    event_id = record(session, event, now=now)
    others = [one.id for one in deciders_of(session, stage) if one.id != actor.id]
    notify(
        session, others, VOTES_WANTED, key=f"votes:{event_id}", data=event.data(),
        event_id=event_id, due_at=now, now=now,
    )  # fmt: skip
    return meeting


def _ahead(cohort: Cohort, starts: datetime | None, now: datetime) -> datetime | None:
    """Return the moment that a cohort's clock shows; a meeting does not begin in the past."""
    if starts is None:
        return None
    at = starts.replace(tzinfo=ZoneInfo(cohort.time_zone)).astimezone(UTC)
    if at <= now:
        raise DomainError("past", N_("Choose a moment that lies ahead."), field="starts")
    return at


def schedule(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    starts: datetime | None,
    seen: int,
    now: datetime,
) -> None:
    """Let a meeting begin at another moment, on the cohort's clock; the deciders hear."""
    meeting = open_meeting(session, cohort, stage, seen=seen)
    if meeting.started_at is not None:
        raise DomainError("begun", N_("The meeting has begun already."))
    if starts is None:
        raise DomainError("empty", N_("Choose when the meeting begins."), field="starts")
    was, meeting.starts_at = meeting.starts_at, _ahead(cohort, starts, now)
    if meeting.starts_at == was:
        return
    meeting.version += 1
    session.flush()
    event = MeetingScheduled(
        actor_id=actor.id, programme_id=cohort.programme_id, subject=f"meeting:{meeting.id}",
        cohort=cohort.name, stage=stage.name,
        starts_at=meeting.starts_at.isoformat() if meeting.starts_at else "",
        was=was.isoformat() if was else "", path=f"/cohorts/{cohort.code}/{stage.key}/meeting",
    )  # fmt: skip
    event_id = record(session, event, now=now)
    others = [one.id for one in deciders_of(session, stage) if one.id != actor.id]
    notify(
        session, others, SCHEDULED, key=f"scheduled:{event_id}", data=event.data(),
        event_id=event_id, due_at=now, now=now, programme_id=cohort.programme_id,
    )  # fmt: skip


def sorted_now(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    *,
    now: datetime,
    all_votes: bool = False,
) -> Ideas:
    """Sort the ideas of a gate as they stand now."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    found = meeting_facts(session, cohort, stage)
    return ideas_at_gate(session, actor, cohort, stage, found, today=today, all_votes=all_votes)


def append(session: Session, meeting: Meeting, passages: Sequence[int]) -> int:
    """Put ideas at the end of a meeting's list; those on it already stay where they are."""
    held = list(
        session.execute(
            select(MeetingItem.passage_id, MeetingItem.position).where(
                MeetingItem.meeting_id == meeting.id
            )
        )
    )
    known, last = {row[0] for row in held}, max((row[1] for row in held), default=0)
    new = [passage for passage in dict.fromkeys(passages) if passage not in known]
    new = new[: max(0, MOST_ITEMS - len(held))]
    session.add_all(
        MeetingItem(meeting_id=meeting.id, passage_id=passage, position=last + at)
        for at, passage in enumerate(new, start=1)
    )
    session.flush()
    return len(new)


def add(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Collection[str],
    seen: int,
    now: datetime,
) -> int:
    """Put more ideas on the list; return how many were added."""
    meeting = open_meeting(session, cohort, stage, seen=seen)
    passages = session.scalars(
        select(Passage.id)
        .join(Idea, AT_GATE)
        .where(Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, Idea.code.in_(set(codes)))
        .order_by(Idea.id)
    ).all()
    count = append(session, meeting, passages)
    if not count:
        raise DomainError("none_added", N_("Choose at least one idea that is not on the list."))
    _changed(session, actor, cohort, stage, meeting, ", ".join(sorted(codes))[:200], "added", now)
    return count


def move(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    code: str,
    step: int,
    seen: int,
    now: datetime,
) -> None:
    """Move an item up or down by so many places."""
    meeting = open_meeting(session, cohort, stage, seen=seen)
    items = session.scalars(
        select(MeetingItem)
        .where(MeetingItem.meeting_id == meeting.id)
        .order_by(MeetingItem.position, MeetingItem.id)
    ).all()
    chosen = _passage(session, meeting, code)
    at = next((i for i, item in enumerate(items) if item.passage_id == chosen), None)
    if at is None:
        raise DomainError("not_listed", N_("This idea is not on the list any more."))
    for position, place in enumerate(places_after(len(items), at, at + step), start=1):
        items[place].position = position
    session.flush()
    _changed(session, actor, cohort, stage, meeting, code, "moved", now)


def drop(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    code: str,
    seen: int,
    now: datetime,
) -> None:
    """Take an item off the list that has not begun."""
    meeting = open_meeting(session, cohort, stage, seen=seen)
    session.execute(
        delete(MeetingItem)
        .where(
            MeetingItem.meeting_id == meeting.id,
            MeetingItem.passage_id == _passage(session, meeting, code),
            MeetingItem.began_at.is_(None),
        )
        .execution_options(synchronize_session=False)
    )
    _changed(session, actor, cohort, stage, meeting, code, "dropped", now)


def _passage(session: Session, meeting: Meeting, code: str) -> int:
    found = session.scalar(
        select(func.max(MeetingItem.passage_id))
        .join(Passage, Passage.id == MeetingItem.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(MeetingItem.meeting_id == meeting.id, Idea.code == code)
    )
    return found or 0


def _changed(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    meeting: Meeting,
    code: str,
    what: str,
    now: datetime,
) -> None:
    meeting.version += 1
    session.flush()
    record(
        session,
        MeetingListChanged(
            actor_id=actor.id, programme_id=cohort.programme_id, subject=f"meeting:{meeting.id}",
            code=code, what=what, path=f"/cohorts/{cohort.code}/{stage.key}/meeting",
        ),
        now=now,
    )  # fmt: skip


def disputed(rows: Sequence[Line]) -> list[int]:
    """Return the passages that are not on the list yet."""
    return [row.passage_id for row in rows if not row.listed]
