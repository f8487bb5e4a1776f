"""What was said to the people of a cohort, and how each message went.

Who is in an idea's team learns nothing here of its reviewers, manager or not.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, cast, exists, literal, not_, or_, select
from sqlalchemy.orm import Session, aliased

from accelerator.activity.letters import Reader, notice_text, veiled, words_of
from accelerator.domain.policy import Actor
from accelerator.storage.holding import holding
from accelerator.storage.tables import Cohort, Delivery, Hook, Idea, Person
from accelerator.storage.visibility import managed_ideas, outside_team

PAGE = 50
CHANNELS = ("mail", "daily", "inbox", "hook")


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message to one person or chat channel; `carried` is how the mail went that took it."""

    id: int
    to: str
    language: str
    channel: str
    subject: str
    state: str
    carried: str
    at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message with its text."""

    row: MessageRow
    body: str


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list; `after` continues it."""

    rows: tuple[Any, ...]
    after: int | None


def messages(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    *,
    state: str = "",
    channel: str = "",
    words: str = "",
    person_id: int | None = None,
    after: int | None = None,
) -> Page:
    """List the messages about a cohort's ideas, newest first."""
    wanted = _messages(actor, cohort).order_by(Delivery.id.desc()).limit(PAGE + 1)
    for value, column in (
        (state, Delivery.state), (channel, Delivery.channel), (person_id, Delivery.person_id),
    ):  # fmt: skip
        wanted = wanted.where(column == value) if value else wanted
    if words:
        wanted = wanted.where(named(words))
    if after is not None:
        wanted = wanted.where(Delivery.id < after)
    found = session.execute(wanted).all()
    rows = tuple(_message(row) for row in found[:PAGE])
    return Page(rows, rows[-1].id if len(found) > PAGE else None)


def message(
    session: Session, actor: Actor, cohort: Cohort, delivery_id: int, *, base_url: str
) -> Message | None:
    """Return one message of a cohort: as it was sent, else as it would read now."""
    row = session.execute(_messages(actor, cohort).where(Delivery.id == delivery_id)).one_or_none()
    if row is None:
        return None
    body = row.Delivery.body
    if not body and row.Delivery.channel == "mail":
        try:
            text = words_of(
                row.Delivery.template, row.Delivery.data, _reader(row), base_url=base_url
            )
            body = veiled(text.text)
        except Exception:  # noqa: BLE001 - the page says so; deliver has logged it or will
            body = ""
    return Message(_message(row), body)


def abouts(actor: Actor, cohort: Cohort) -> Any:
    """Ask what messages of a cohort are about: its ideas but those of one's own teams, and itself.

    One about the cohort that names an idea of one's own team could name its reviewer by that.
    """
    own = exists().where(
        Idea.cohort_id == cohort.id, not_(outside_team(actor)),
        cast(Delivery.data, String).contains(Idea.code),
    )  # fmt: skip
    ideas = select(literal("idea:") + cast(Idea.id, String)).where(
        Idea.cohort_id == cohort.id, managed_ideas(actor), outside_team(actor)
    )
    here = and_(Delivery.about == f"cohort:{cohort.id}", not_(own.correlate(Delivery)))
    return or_(Delivery.about.in_(ideas), here)


def _messages(actor: Actor, cohort: Cohort) -> Any:
    carrier = aliased(Delivery)
    return (
        select(Delivery, Person, Hook, carrier.state.label("carried"))
        .outerjoin(Person, Person.id == Delivery.person_id)
        .outerjoin(Hook, Hook.id == Delivery.hook_id)
        .outerjoin(carrier, carrier.id == Delivery.carried_by_id)
        .where(abouts(actor, cohort))
    )


def _message(row: Any) -> MessageRow:
    one, reader = row.Delivery, _reader(row)
    return MessageRow(
        id=one.id, to=reader.name, language=reader.language, channel=one.channel,
        subject=one.subject or notice_text(one.template, one.data, reader), state=one.state,
        carried=row.carried or "",
        at=one.sent_at or (one.due_at if one.state == "retrying" else one.created_at),
        error=one.last_error,
    )  # fmt: skip


def _reader(row: Any) -> Reader:
    if row.Person is not None:
        return Reader(row.Person.display_name, row.Person.language, row.Person.time_zone)
    return Reader(row.Hook.name, row.Hook.language, "UTC")


def named(words: str) -> Any:
    """Ask for people by a part of their name, address or department."""
    name = Person.family_name + literal(" ") + Person.given_name
    return holding(words, name, Person.email, Person.department)
