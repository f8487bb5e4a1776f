"""People, their roles per programme, and how they sign in."""

from datetime import datetime, time

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.domain.people import display_name
from accelerator.storage.base import Base
from accelerator.storage.types import Email, Json, Moment


class Person(Base):
    """Somebody who can be named. Everybody is an employee, except guests from outside."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Email, unique=True)
    family_name: Mapped[str] = mapped_column(String(100))
    given_name: Mapped[str] = mapped_column(String(100), default="")
    family_reading: Mapped[str] = mapped_column(String(100), default="")
    given_reading: Mapped[str] = mapped_column(String(100), default="")
    department: Mapped[str] = mapped_column(String(200), default="")
    line_manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    skills: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str] = mapped_column(String(2), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Tokyo")
    country: Mapped[str] = mapped_column(String(2), default="JP")
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    single_keys: Mapped[bool] = mapped_column(default=True)
    quiet_from: Mapped[time] = mapped_column(default=time(20), server_default="20:00:00")
    quiet_until: Mapped[time] = mapped_column(default=time(8), server_default="08:00:00")
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_guest: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    @property
    def display_name(self) -> str:
        """Write the name as people read it."""
        return display_name(self.family_name, self.given_name)


class Membership(Base):
    """A role somebody holds in one programme: reviewer, manager or sponsor."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("programme_id", "person_id", "role"),
        Index("ix_membership_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(20))


class SignIn(Base):
    """One signed-in browser. The cookie holds a random token, this row only its hash."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(64), default="")


class MailedLink(Base):
    """A link sent by mail that lets its receiver set a password once: an invitation or a reset."""

    __tablename__ = "mailed_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
