"""What a gate's deciders ask, vote and talk about before they decide."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.storage.base import Base
from accelerator.storage.types import Json, Moment


class InformationRequest(Base):
    """More that a manager asks of a team whose idea waits at a gate; one open at a time.

    `fields` are what opens again, by the names of the form: title, summary, files, and answers by
    their questions' keys. `promised_on` is the promise as it stood when the clock was stopped. The
    versions before and after show reviewers the difference.
    """

    __tablename__ = "information_request"
    __table_args__ = (
        Index("ix_information_request_idea_id", "idea_id"),
        Index(
            "ix_information_request_open",
            "passage_id",
            unique=True,
            sqlite_where=sql("answered_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sql("answered_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    text: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(Json, default=list)
    due_on: Mapped[date]
    promised_on: Mapped[date]
    reply: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version_before_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    version_after_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Vote(Base):
    """What a decider would decide, cast silently before the meeting; changed until it starts."""

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("passage_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    choice: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")
    cast_at: Mapped[datetime] = mapped_column(Moment)


class Meeting(Base):
    """A gate meeting; of a gate's meetings one at most has not ended.

    `minutes` are planned for each item, `starts_at` is when it is to begin, where that is fixed.
    `version` goes up with whatever the chair does, so that of two who chair at once one wins and
    the other is told.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index(
            "ix_meeting_open",
            "cohort_id",
            "stage_id",
            unique=True,
            sqlite_where=sql("ended_at IS NULL"),
            postgresql_where=sql("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    minutes: Mapped[int] = mapped_column(default=5)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    starts_at: Mapped[datetime | None] = mapped_column(Moment)
    chaired_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)


class MeetingItem(Base):
    """An idea on a meeting's list; `away` names who left the room for it, and why.

    `went` keeps what came of it as the meeting knew it: the outcome and reason, or nothing.
    """

    __tablename__ = "meeting_item"
    __table_args__ = (UniqueConstraint("meeting_id", "passage_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), index=True)
    position: Mapped[int]
    began_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text, default="")
    away: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    went: Mapped[dict[str, Any] | None] = mapped_column(Json)
