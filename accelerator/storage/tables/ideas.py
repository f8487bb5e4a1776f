"""Ideas, their passages through stages, what was written, and who works on them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.base import Base, bilingual
from accelerator.storage.types import Json, Moment


class Idea(Base):
    """What an employee brings. `state` and `passage_id` follow from its passages.

    `passage_id` names the newest passage. It is no foreign key, since the two tables would need
    each other to be created; `accelerator check` proves that it points at the idea's own.
    While it is `waiting` for a place, its passage is handed in but promises nothing yet; it stands
    in its cohort's line since `waiting_since`. `active_at` is when its team last did something,
    and `evidence_falls_on` the first day on which its readiness counts for less.
    """

    __tablename__ = "idea"
    __table_args__ = (
        UniqueConstraint("cohort_id", "external_id"),
        Index("ix_idea_cohort_id_updated_at", "cohort_id", "updated_at"),
        Index("ix_idea_cohort_id_state_updated_at", "cohort_id", "state", "updated_at"),
        Index("ix_idea_cohort_id_state_passage_id", "cohort_id", "state", "passage_id"),
        Index("ix_idea_updated_at", "updated_at"),
        Index("ix_idea_state_active_at", "state", "active_at"),
        Index("ix_idea_state_evidence_falls_on", "state", "evidence_falls_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    title: Mapped[Bilingual] = bilingual("title")
    summary: Mapped[Bilingual] = bilingual("summary", long=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    passage_id: Mapped[int | None] = mapped_column(index=True)
    audience: Mapped[str] = mapped_column(String(10), default="team")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    eligibility: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    waiting_since: Mapped[datetime | None] = mapped_column(Moment)
    external_id: Mapped[str | None] = mapped_column(String(80))
    readiness: Mapped[float | None]
    evidence_falls_on: Mapped[date | None]
    reminders_paused_until: Mapped[date | None]
    active_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Passage(Base):
    """An idea's time in one stage. Rework opens a new passage of the same stage.

    While the team is asked for more, from `paused_on` and until `asked_until`, the promise's clock
    stands and there is no promise; `paused_days` are the working days it stood before. `told_on`
    is the day, on the cohort's clock, on which the team was told the outcome.

    `cohort_id` is the cohort it goes through the stage with; an idea that joins another one takes
    only the passage it is in along.
    """

    __tablename__ = "passage"
    __table_args__ = (
        UniqueConstraint("idea_id", "number"),
        Index("ix_passage_stage_id_state", "stage_id", "state"),
        Index("ix_passage_state_promise_on", "state", "promise_on"),
        # Covers the counts of the first page: thousands of ideas may stand at one gate.
        Index(
            "ix_passage_current",
            "cohort_id",
            "stage_id",
            "state",
            "promise_on",
            "id",
            sqlite_where=text("state != 'left'"),
            postgresql_where=text("state != 'left'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="open")
    entered_at: Mapped[datetime] = mapped_column(Moment)
    hand_in_by: Mapped[date]
    handed_in_at: Mapped[datetime | None] = mapped_column(Moment)
    promise_on: Mapped[date | None]
    paused_on: Mapped[date | None]
    asked_until: Mapped[date | None]
    paused_days: Mapped[int] = mapped_column(default=0, server_default="0")
    told_on: Mapped[date | None]
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(12))


class Answer(Base):
    """What the team wrote to one question; `value` holds choices, numbers and dates."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("idea_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    text: Mapped[Bilingual] = bilingual("text", long=True)
    value: Mapped[Any | None] = mapped_column(Json)
    updated_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Version(Base):
    """The frozen copy handed in for a gate; never changed afterwards."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("idea_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), index=True)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)


class TeamMember(Base):
    """Somebody in an idea's team: invited (pending), accepted, declined or left."""

    __tablename__ = "team_member"
    __table_args__ = (
        UniqueConstraint("idea_id", "person_id"),
        Index("ix_team_member_person_id_state", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(10), default="member")
    state: Mapped[str] = mapped_column(String(10), default="pending")
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)


class FormerMember(Base):
    """An earlier time in an idea's team, kept when somebody is invited once more."""

    __tablename__ = "former_member"
    __table_args__ = (Index("ix_former_member_idea_id", "idea_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)


class Attachment(Base):
    """A file of an idea; the bytes lie in the store under `store_key`."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    store_key: Mapped[str] = mapped_column(String(100), unique=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class Conflict(Base):
    """Somebody's declared conflict of interest with an idea."""

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("idea_id", "person_id"),
        Index("ix_conflict_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[datetime] = mapped_column(Moment)
