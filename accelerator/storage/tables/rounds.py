"""Rounds beside the usual reviews: finals of two ideas at a time, and anchors to compare on."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.storage.base import Base
from accelerator.storage.types import Moment


class Final(Base):
    """The final round of a cohort's stage; `seed` decides between pairs that tell equally much."""

    __tablename__ = "final"
    __table_args__ = (UniqueConstraint("cohort_id", "stage_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    seed: Mapped[int]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class FinalIdea(Base):
    """An idea of a final round, by its passage through the stage."""

    __tablename__ = "final_idea"

    final_id: Mapped[int] = mapped_column(ForeignKey("final.id"), primary_key=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), primary_key=True)


class FinalJudge(Base):
    """Somebody who picks in a final round; taken out, their picks stay."""

    __tablename__ = "final_judge"
    __table_args__ = (Index("ix_final_judge_person_id", "person_id"),)

    final_id: Mapped[int] = mapped_column(ForeignKey("final.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Pick(Base):
    """The better of two passages to one judge; none when they could not tell. No pair twice."""

    __tablename__ = "pick"
    __table_args__ = (
        UniqueConstraint("final_id", "judge_id", "lower_id", "higher_id"),
        CheckConstraint("lower_id < higher_id", name="order"),
        CheckConstraint("better_id IN (lower_id, higher_id)", name="better"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    final_id: Mapped[int] = mapped_column(ForeignKey("final.id"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    lower_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    higher_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    better_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"))
    picked_at: Mapped[datetime] = mapped_column(Moment)


class Anchor(Base):
    """A passage that every reviewer of its stage reviews first, so that they can be compared."""

    __tablename__ = "anchor"

    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), primary_key=True)
    chosen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime] = mapped_column(Moment)
