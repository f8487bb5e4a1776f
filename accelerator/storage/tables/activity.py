"""What happened, who hears of it, and what the house needs to keep order."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from accelerator.storage.base import Base
from accelerator.storage.types import BigId, Json, Moment


class Event(Base):
    """One thing that happened. Rows are only ever added; triggers refuse anything else."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_idea_id_id", "idea_id", "id"),
        Index("ix_event_programme_id_id", "programme_id", "id"),
        Index("ix_event_actor_id_id", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    subject: Mapped[str] = mapped_column(String(60), default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class Seal(Base):
    """A link of the hash chain over events; made by a job, never on the request path."""

    __tablename__ = "seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_event_id: Mapped[int] = mapped_column(BigId)
    last_event_id: Mapped[int] = mapped_column(BigId, unique=True)
    count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(Moment)


# The few messages still to be sent. Who looks for them says it in these very words, so that both
# databases see that the index of them, in the order of sending, is enough.
TO_SEND = text("channel IN ('mail', 'hook') AND state IN ('waiting', 'retrying')")


class Delivery(Base):
    """One message to one person, or to one hook, on one channel; `key` makes sure it exists once.

    Channels are inbox, mail, hook, and daily: what waits to be told in the day's one mail, which
    `carried_by_id` names afterwards. `kind` is the kind of notice that people choose channels for.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_channel_state_due_at", "channel", "state", "due_at"),
        Index("ix_delivery_person_id_channel_id", "person_id", "channel", "id"),
        Index("ix_delivery_person_id_channel_read_at", "person_id", "channel", "read_at"),
        Index(
            "ix_delivery_to_send",
            "urgent",
            "attempts",
            "due_at",
            "id",
            sqlite_where=TO_SEND,
            postgresql_where=TO_SEND,
        ),
        Index("ix_delivery_about", "about"),
        Index("ix_delivery_event_id", "event_id"),
        CheckConstraint("(person_id IS NULL) <> (hook_id IS NULL)", name="receiver"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hook_id: Mapped[int | None] = mapped_column(ForeignKey("hook.id"))
    channel: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(12), default="", server_default="")
    template: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    about: Mapped[str] = mapped_column(String(60), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    due_at: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(60))
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str | None] = mapped_column(String(200))
    reply_to: Mapped[str] = mapped_column(String(254), default="", server_default="")
    carried_by_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    subject: Mapped[str] = mapped_column(String(400), default="")
    body: Mapped[str] = mapped_column(Text, default="")


class Lease(Base):
    """Who may tick now. The fence grows with each change of hands, so an old holder notices."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    fence: Mapped[int]
    until: Mapped[datetime] = mapped_column(Moment)


class JobRun(Base):
    """How one job of the timetable went last, and how often in a row it failed."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    parked_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str] = mapped_column(Text, default="")


class Throttle(Base):
    """How often something was tried in a window that began at a second; for all processes."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    window: Mapped[int] = mapped_column(BigId, primary_key=True)
    count: Mapped[int]


class OncePost(Base):
    """A form that was posted: the same token again gets the same answer and no second row."""

    __tablename__ = "once_post"

    token: Mapped[str] = mapped_column(String(80), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    location: Mapped[str] = mapped_column(String(2000), default="")
    at: Mapped[datetime] = mapped_column(Moment, index=True)
