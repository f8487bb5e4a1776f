"""How people are reminded: ladders, what each person chose, absences, hooks, calendar feeds."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.storage.base import Base
from accelerator.storage.types import Json, Moment


class Ladder(Base):
    """A programme's own steps for one kind of thing that is due; without a row the house's hold.

    Each step has offset_days, unit, to, channels, and words by language where it has its own.
    `optional` says whether people may turn the kind off for themselves.
    """

    __tablename__ = "ladder"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    optional: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Preference(Base):
    """How somebody wants to hear of one kind of notice: inbox, mail, daily or off."""

    __tablename__ = "preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    choice: Mapped[str] = mapped_column(String(6))


class Absence(Base):
    """Days, both included, on which somebody is away; `stand_in_id` hears on their behalf."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="days"),
        Index("ix_absence_person_id_last_on", "person_id", "last_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)


class Hook(Base):
    """A channel of a chat program that hears of a programme, as Slack or Teams wants it."""

    __tablename__ = "hook"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    form: Mapped[str] = mapped_column(String(8))
    url: Mapped[str] = mapped_column(String(2000))
    language: Mapped[str] = mapped_column(String(2), default="en")
    kinds: Mapped[list[str]] = mapped_column(Json, default=list)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str] = mapped_column(Text, default="")


class Feed(Base):
    """A secret calendar address: a person's own, or a cohort's as that person sees it.

    Only the hash of the secret is kept.
    """

    __tablename__ = "feed"
    __table_args__ = (Index("ix_feed_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
