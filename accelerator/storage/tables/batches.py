"""Decisions about many ideas at once, and how far they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.storage.base import Base
from accelerator.storage.types import Json, Moment


class Batch(Base):
    """One decision about several ideas of a gate: the verdict, and the letters as edited.

    `verdict` and `letters` are what was typed once for all; `attempts` counts the runs that began
    and came to no end, so that an idea that kills its run is passed over in the end.
    """

    __tablename__ = "batch"
    __table_args__ = (
        Index("ix_batch_cohort_id_stage_id_id", "cohort_id", "stage_id", "id"),
        Index("ix_batch_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    verdict: Mapped[dict[str, Any]] = mapped_column(Json)
    letters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    announce_at: Mapped[datetime | None] = mapped_column(Moment)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str] = mapped_column(Text, default="")


class BatchItem(Base):
    """One idea of a batch; `left_out` are the reviews whose comments the team does not read."""

    __tablename__ = "batch_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "passage_id"),
        Index("ix_batch_item_batch_id_state_id", "batch_id", "state", "id"),
        Index("ix_batch_item_passage_id", "passage_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    left_out: Mapped[list[int]] = mapped_column(Json, default=list)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    problem: Mapped[str] = mapped_column(Text, default="")
