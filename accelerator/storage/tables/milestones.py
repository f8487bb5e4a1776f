"""What a team must show by a date, who helps, what it waits for, and what shows it."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.base import Base, bilingual
from accelerator.storage.types import Moment


class Milestone(Base):
    """Something the team must show by a date.

    `first_due_on` is the date it had before its team was first granted another; `late_chance` is
    how likely it was to be late when that was last asked. One that closes a gap of readiness names
    the `dimension` and `level` it is to show.
    """

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("passage_id", "template_id"),
        Index("ix_milestone_state_due_on", "state", "due_on"),
        Index("ix_milestone_idea_id", "idea_id"),
        Index("ix_milestone_owner_id_state", "owner_id", "state"),
        Index(
            "ix_milestone_date_asked",
            "passage_id",
            sqlite_where=text("asked_due_on IS NOT NULL"),
            postgresql_where=text("asked_due_on IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("milestone_template.id"))
    name: Mapped[Bilingual] = bilingual("name")
    wanted: Mapped[Bilingual] = bilingual("wanted", long=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    due_set_at: Mapped[datetime | None] = mapped_column(Moment)
    first_due_on: Mapped[date | None]
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    dimension: Mapped[str | None] = mapped_column(String(12))
    level: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="open")
    evidence: Mapped[str] = mapped_column(Text, default="")
    late_chance: Mapped[float | None]
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_due_on: Mapped[date | None]
    asked_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class MilestoneHelper(Base):
    """Somebody of the team who works on a milestone besides its owner."""

    __tablename__ = "milestone_helper"
    __table_args__ = (Index("ix_milestone_helper_person_id", "person_id"),)

    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class MilestoneDependency(Base):
    """A milestone that cannot be done before another one of its idea."""

    __tablename__ = "milestone_dependency"
    __table_args__ = (
        CheckConstraint("milestone_id <> needs_id", name="itself"),
        Index("ix_milestone_dependency_needs_id", "needs_id"),
    )

    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), primary_key=True)
    needs_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), primary_key=True)


class MilestoneProof(Base):
    """A link or a file that shows a milestone."""

    __tablename__ = "milestone_proof"
    __table_args__ = (Index("ix_milestone_proof_milestone_id", "milestone_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    url: Mapped[str] = mapped_column(String(2000), default="")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(Moment)
