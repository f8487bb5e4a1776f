"""How ready an idea is for the market: claims, evidence, votes, and the scores they made."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.storage.base import Base
from accelerator.storage.types import Json, Moment


class ReadinessModel(Base):
    """A programme's own policy and wording of levels; each change adds a row with a new number.

    `programme.readiness_number` names the one that holds; 0 is the house's own.
    """

    __tablename__ = "readiness_model"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    policy: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    wording: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)


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
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    claimed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime] = mapped_column(Moment)


class Evidence(Base):
    """What shows a level: a file, a link, a note or a number, and the day on which it was true."""

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
    number: Mapped[float | None]
    unit: Mapped[str] = mapped_column(String(40), default="", server_default="")
    true_on: Mapped[date]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


class Verification(Base):
    """An independent person's vote on a piece of evidence; one that was changed stays, replaced."""

    __tablename__ = "verification"
    __table_args__ = (
        Index(
            "ix_verification_current",
            "evidence_id",
            "verifier_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_verification_evidence_id", "evidence_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    verifier_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    accepted: Mapped[bool]
    level: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime] = mapped_column(Moment)
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)


class ReadinessScore(Base):
    """The score of an idea on one day, with its parts and the policy that made it.

    `at` is the moment as of which it was known: what was claimed, shown, voted and who was in the
    team by then makes this score again. A day on which nothing changed has no row. `levels` are the
    proven levels in the order of dimensions, 0 for one that does not apply.
    """

    __tablename__ = "readiness_score"
    __table_args__ = (UniqueConstraint("idea_id", "on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    on: Mapped[date]
    at: Mapped[datetime] = mapped_column(Moment)
    score: Mapped[float]
    parts: Mapped[dict[str, Any]] = mapped_column(Json)
    levels: Mapped[str] = mapped_column(String(6), default="", server_default="")
    policy_version: Mapped[str] = mapped_column(String(40))


class ReadinessTrend(Base):
    """How ready a programme's ideas under way were on a Monday: the mean and the quartiles."""

    __tablename__ = "readiness_trend"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    ideas: Mapped[int]
    mean: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]


class ExpertRequest(Base):
    """A team asks for an expert's help with one level of one dimension."""

    __tablename__ = "expert_request"
    __table_args__ = (
        Index("ix_expert_request_idea_id", "idea_id"),
        Index("ix_expert_request_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    dimension: Mapped[str] = mapped_column(String(12))
    level: Mapped[int]
    wanted: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="open")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
