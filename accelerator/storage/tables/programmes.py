"""Programmes, their stages, and the dated runs: cohorts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.domain.answers import Asked, Condition, Kind, Option
from accelerator.domain.bilingual import Bilingual
from accelerator.storage.base import Base, bilingual
from accelerator.storage.types import Json, Moment


class Programme(Base):
    """A long-lived scheme with an ordered list of stages.

    `level_times` counts how long its ideas waited for each next readiness level, by weeks.
    """

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Bilingual] = bilingual("name")
    summary: Mapped[Bilingual] = bilingual("summary", long=True)
    languages: Mapped[list[str]] = mapped_column(Json, default=lambda: ["ja", "en"])
    audience: Mapped[str] = mapped_column(String(10), default="team")
    readiness_policy: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    readiness_number: Mapped[int] = mapped_column(default=0, server_default="0")
    idle_days: Mapped[int] = mapped_column(default=150, server_default="150")
    level_times: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    undo_minutes: Mapped[int] = mapped_column(default=10)  # before a decision leaves the house
    created_at: Mapped[datetime] = mapped_column(Moment)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Stage(Base):
    """One step of a programme; it ends in a gate. Days are working days.

    Reviewers are hidden from teams, teams from reviewers, reviewers from each other (peers).
    `timing` is cohort (each cohort has dates for it) or rolling (each idea has its own). Every
    criterion of its rubric is marked from 1 to `scale`. A removed stage keeps its row and place:
    ideas that stand in it finish it, and no further idea enters.
    """

    __tablename__ = "stage"
    __table_args__ = (
        UniqueConstraint("programme_id", "key"),
        UniqueConstraint("programme_id", "position"),
        CheckConstraint("reviews_per_idea >= 0", name="reviews_per_idea"),
        CheckConstraint("promise_days > 0 AND time_box_days > 0", name="days"),
        CheckConstraint("scale BETWEEN 3 AND 7", name="scale"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[Bilingual] = bilingual("name")
    purpose: Mapped[Bilingual] = bilingual("purpose", long=True)
    timing: Mapped[str] = mapped_column(String(8), default="cohort", server_default="cohort")
    time_box_days: Mapped[int]
    promise_days: Mapped[int]
    reviews_per_idea: Mapped[int] = mapped_column(default=3)
    reviewers_hidden: Mapped[bool] = mapped_column(default=True)
    teams_hidden: Mapped[bool] = mapped_column(default=False)
    peers_hidden: Mapped[bool] = mapped_column(default=True)
    others_visible: Mapped[str] = mapped_column(String(12), default="after_mine")
    scale: Mapped[int] = mapped_column(default=5, server_default="5")
    minimums: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Decider(Base):
    """Somebody who decides at a stage's gate; where nobody is named, the managers do."""

    __tablename__ = "decider"
    __table_args__ = (Index("ix_decider_person_id", "person_id"),)

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Question(Base):
    """A question of a stage. Removed questions stay, so that their answers can be read.

    `options` are the answers to choose from, the columns of a table, or the currencies of money.
    `condition` names the question whose answer decides whether this one is asked; the answer
    to the question `carried_from_id` of an earlier stage stands in it from the beginning.
    """

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("stage_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[Bilingual] = bilingual("label")
    help: Mapped[Bilingual] = bilingual("help", long=True)
    required: Mapped[bool] = mapped_column(default=False)
    word_limit: Mapped[int | None]
    options: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    condition: Mapped[dict[str, Any] | None] = mapped_column(Json)
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def asked(self) -> Asked:
        """Return the question as the rules see it."""
        return Asked(
            self.key,
            Kind(self.kind),
            self.label,
            self.required,
            self.word_limit,
            tuple(Option(o["key"], Bilingual.of(o.get("label") or o)) for o in self.options),
            Condition.of(self.condition),
        )


class Criterion(Base):
    """A line of a stage's rubric; `levels` words each mark from 1 up, in both languages."""

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("stage_id", "key"),
        CheckConstraint("weight >= 0", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[Bilingual] = bilingual("name")
    help: Mapped[Bilingual] = bilingual("help", long=True)
    weight: Mapped[float] = mapped_column(default=1.0)
    counted: Mapped[bool] = mapped_column(default=True)
    levels: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class Rubric(Base):
    """A rubric that was replaced, as the reviews given under it were worded; never changed.

    Reviews under the rubric that holds now name none.
    """

    __tablename__ = "rubric"
    __table_args__ = (UniqueConstraint("stage_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    number: Mapped[int]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    scale: Mapped[int]
    until: Mapped[datetime] = mapped_column(Moment)


class MilestoneTemplate(Base):
    """What a team must show in a stage, so many working days after entry or before the gate.

    `owner_role` says whose it is at first: the lead's, or another member's where there is one.
    """

    __tablename__ = "milestone_template"
    __table_args__ = (UniqueConstraint("stage_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[Bilingual] = bilingual("name")
    evidence: Mapped[Bilingual] = bilingual("evidence", long=True)
    anchor: Mapped[str] = mapped_column(String(5), default="entry")
    offset_days: Mapped[int]
    owner_role: Mapped[str] = mapped_column(String(8), default="lead", server_default="lead")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class Cohort(Base):
    """One dated run of a programme. Days end at midnight of the cohort's time zone.

    While it is `preparing` only those who oversee the programme see it, and it takes nothing in.
    `eligibility` are yes-or-no questions, each with the answer that lets an idea in. Up to and
    with `rescored_on` the readiness of its ideas is stored for every day.
    """

    __tablename__ = "cohort"
    __table_args__ = (
        CheckConstraint("intake_opens_on <= intake_closes_on", name="intake"),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[Bilingual] = bilingual("name")
    intake_opens_on: Mapped[date]
    intake_closes_on: Mapped[date]
    capacity: Mapped[int] = mapped_column(default=50)
    time_zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    next_number: Mapped[int] = mapped_column(default=1)
    preparing: Mapped[bool] = mapped_column(default=False)
    waiting_list: Mapped[bool] = mapped_column(default=False)
    eligibility: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    cloned_from_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    rescored_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class CohortStage(Base):
    """The dates of one stage in one cohort: hand in by, review by, gate on.

    With `interests_open` the programme's reviewers may read what the handed-in ideas are about,
    and say which they would like to review.
    """

    __tablename__ = "cohort_stage"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    hand_in_by: Mapped[date]
    review_by: Mapped[date]
    gate_on: Mapped[date]
    interests_open: Mapped[bool] = mapped_column(default=False)


class LateEntry(Base):
    """Leave for one person to bring an idea into a cohort until a day, whatever the intake says."""

    __tablename__ = "late_entry"
    __table_args__ = (Index("ix_late_entry_cohort_id_person_id", "cohort_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime] = mapped_column(Moment)
