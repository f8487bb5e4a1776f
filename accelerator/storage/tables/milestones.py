"""Milestones of an idea and how ready it is for the market."""

from datetime import date, datetime
from typing import Any

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
from accelerator.storage.types import Json, Moment


class Milestone(Base):
    """Something the team must show by a date."""

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
    state: Mapped[str] = mapped_column(String(10), default="open")
    evidence: Mapped[str] = mapped_column(Text, default="")
    evidence_url: Mapped[str] = mapped_column(String(2000), default="")
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_due_on: Mapped[date | None]
    asked_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Claim(Base):
    """What level the team says it has reached in one dimension; the newest counts."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 9", name="level"),
        Index("ix_claim_idea_id", "idea_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    dimension: Mapped[str] = mapped_column(String(12))
    level: Mapped[int]
    not_applicable: Mapped[bool] = mapped_column(default=False)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    claimed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime] = mapped_column(Moment)


class Evidence(Base):
    """What shows a level, and the day on which it was true."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 9", name="level"),
        Index("ix_evidence_idea_id", "idea_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    dimension: Mapped[str] = mapped_column(String(12))
    level: Mapped[int]
    statement: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(String(2000), default="")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    true_on: Mapped[date]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


class Verification(Base):
    """An independent person's vote on a piece of evidence."""

    __tablename__ = "verification"
    __table_args__ = (UniqueConstraint("evidence_id", "verifier_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    verifier_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    accepted: Mapped[bool]
    level: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime] = mapped_column(Moment)


class ReadinessScore(Base):
    """The score of an idea on one day, with its parts and the policy that made it."""

    __tablename__ = "readiness_score"
    __table_args__ = (UniqueConstraint("idea_id", "on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    on: Mapped[date]
    score: Mapped[float]
    parts: Mapped[dict[str, Any]] = mapped_column(Json)
    policy_version: Mapped[str] = mapped_column(String(40))
