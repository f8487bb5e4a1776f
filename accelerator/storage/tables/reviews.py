"""Assignments, reviews and the decisions they lead to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.storage.base import Base
from accelerator.storage.types import Json, Moment


class Assignment(Base):
    """A reviewer asked to review an idea at a stage.

    `asked_due_on` is another date the reviewer asked for and no manager answered yet;
    `handed_to_id` is the colleague who took over; `skipped_at` sends it to the end of the queue.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("passage_id", "reviewer_id"),
        Index("ix_assignment_reviewer_id_state_due_on", "reviewer_id", "state", "due_on"),
        Index("ix_assignment_idea_id_reviewer_id", "idea_id", "reviewer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(10), default="assigned")
    due_on: Mapped[date]
    decline_reason: Mapped[str | None] = mapped_column(String(12))
    decline_note: Mapped[str] = mapped_column(Text, default="")
    assigned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    asked_due_on: Mapped[date | None]
    asked_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    skipped_at: Mapped[datetime | None] = mapped_column(Moment)


class Review(Base):
    """Marks per criterion key, confidence, recommendation, comments; pinned to one version.

    A mark of null is an abstention. `score` is the weighted mark at the moment of submission, so
    that a changed rubric never rewrites a score already given; `rubric_id` is the wording it was
    given under, once another one holds. What is typed and not submitted yet
    stands in `draft` alone: the columns hold what counts. `abstained` counts the abstentions;
    `opened_at` is when the workspace was first opened, for the minutes a review takes.
    """

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    idea_version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    rubric_id: Mapped[int | None] = mapped_column(ForeignKey("rubric.id"))
    marks: Mapped[dict[str, int | None]] = mapped_column(Json, default=dict)
    score: Mapped[float | None]
    confidence: Mapped[int | None]
    recommendation: Mapped[str | None] = mapped_column(String(12))
    comment_to_team: Mapped[str] = mapped_column(Text, default="")
    note_to_manager: Mapped[str] = mapped_column(Text, default="")
    draft: Mapped[dict[str, Any] | None] = mapped_column(Json)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    saved_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    abstained: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Inquiry(Base):
    """What a reviewer asks the team about an idea under review, and the team's answer.

    The team never learns who asked, the reviewer not who of the team answered.
    """

    __tablename__ = "inquiry"
    __table_args__ = (
        Index("ix_inquiry_passage_id_asked_by_id", "passage_id", "asked_by_id"),
        Index("ix_inquiry_idea_id", "idea_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)


class Decision(Base):
    """What a gate decided about one passage: decided first, announced later.

    `conditions` are texts with a day each, `checklist` lines that the team ticks off, `left_out`
    the reviews whose comments the team does not read. `change_kind` and `watcher_id` say what has
    to change for a parked idea and who looks out for it. A decision taken back after the team was
    told keeps its words; the one that takes it back names it in `reverses_id`. Nobody decided
    what the rules parked since nobody worked on it.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_announced_at_announce_at", "announced_at", "announce_at"),
        Index("ix_decision_outcome_revisit_on", "outcome", "revisit_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), unique=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    change_kind: Mapped[str] = mapped_column(String(12), default="")
    would_change: Mapped[str] = mapped_column(Text, default="")
    revisit_on: Mapped[date | None]
    watcher_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    learned: Mapped[str] = mapped_column(Text, default="")
    left_out: Mapped[list[int]] = mapped_column(Json, default=list)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(Moment)
    announce_at: Mapped[datetime | None] = mapped_column(Moment)
    announced_at: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)  # of announcing that came to no end
