"""What the optimiser proposed and became of it; what reviewers can and wish to review."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.storage.base import Base
from accelerator.storage.types import Json, Moment


class Proposal(Base):
    """A matching of the ideas of a stage with its reviewers: asked for, solved, applied, undone.

    `result` says what it is worth, and what is short; the pairs are rows of their own.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        Index("ix_proposal_cohort_id_stage_id_id", "cohort_id", "stage_id", "id"),
        Index("ix_proposal_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    seed: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    progress: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    solved_at: Mapped[datetime | None] = mapped_column(Moment)
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    applied_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ProposedPair(Base):
    """One review a proposal adds, or takes away; `accepted` is the manager's tick.

    `outcome` says what applying made of it: done, or why not; then what undoing made of it.
    """

    __tablename__ = "proposed_pair"
    __table_args__ = (
        UniqueConstraint("proposal_id", "idea_id", "reviewer_id"),
        Index("ix_proposed_pair_proposal_id_reviewer_id", "proposal_id", "reviewer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removes: Mapped[bool] = mapped_column(default=False)
    fit: Mapped[float] = mapped_column(default=0.0)
    why: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    bridging: Mapped[bool] = mapped_column(default=False)
    accepted: Mapped[bool] = mapped_column(default=True)
    outcome: Mapped[str] = mapped_column(String(12), default="")


class Capacity(Base):
    """How many reviews somebody takes at a stage of a cohort.

    `least` and `most` are the manager's word; `wish` is the reviewer's own most, which holds where
    the manager said nothing.
    """

    __tablename__ = "capacity"
    __table_args__ = (
        CheckConstraint("least >= 0 AND most >= 0 AND wish >= 0", name="bounds"),
        Index("ix_capacity_person_id", "person_id"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    least: Mapped[int | None]
    most: Mapped[int | None]
    wish: Mapped[int | None]


class Interest(Base):
    """A reviewer would like to review an idea (1), or would rather not (−1); no row is neutral."""

    __tablename__ = "interest"
    __table_args__ = (Index("ix_interest_person_id", "person_id"),)

    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    wish: Mapped[int]
    stated_at: Mapped[datetime] = mapped_column(Moment)
