"""Messages and events as administrators see them: frozen rows, a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from accelerator.activity import chain
from accelerator.activity.letters import Reader, notice_text, veiled, words_of
from accelerator.domain.policy import Actor
from accelerator.storage.holding import holding
from accelerator.storage.tables import Delivery, Event, Idea, JobRun, Lease, Person, Seal
from accelerator.storage.visibility import outside_team

PAGE = 50
CHANNELS = ("mail", "daily", "inbox")
_COUNTED = ("waiting", "retrying", "failed")


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message to one person on one channel."""

    id: int
    to: str
    language: str
    channel: str
    subject: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """Part of the messages, newest first, and how many mails need attention."""

    rows: list[MessageRow]
    after: int | None
    counts: dict[str, int]
    running: bool
    parked: list[str]


@dataclass(frozen=True, slots=True)
class Message:
    """One message with its text."""

    row: MessageRow
    email: str
    body: str
    message_id: str | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the audit log."""

    id: int
    at: datetime
    kind: str
    who: str
    idea: str
    subject: str
    facts: list[tuple[str, str]]
    sealed: bool


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Part of the audit log, newest first, and how far it is sealed."""

    rows: list[EventRow]
    after: int | None
    sealed_at: datetime | None
    unsealed: int


def messages(
    session: Session,
    *,
    actor: Actor,
    state: str,
    channel: str,
    words: str,
    after: int | None,
    now: datetime,
) -> MessagesPage:
    """List messages by state, channel and receiver."""
    wanted = select(Delivery, Person).join(Person, Person.id == Delivery.person_id)
    wanted = wanted.where(or_(Delivery.person_id == actor.id, not_(_about_own(actor, Delivery))))
    for value, column in ((state, Delivery.state), (channel, Delivery.channel)):
        wanted = wanted.where(column == value) if value else wanted
    if words:
        wanted = wanted.where(_named(words))
    if after is not None:
        wanted = wanted.where(Delivery.id < after)
    found = session.execute(wanted.order_by(Delivery.id.desc()).limit(PAGE + 1)).all()
    counts = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.channel == "mail", Delivery.state.in_(_COUNTED))
        .group_by(Delivery.state)
    )
    running = session.scalar(select(func.count()).select_from(Lease).where(Lease.until > now))
    parked = session.scalars(
        select(JobRun.name).where(JobRun.parked_at.is_not(None)).order_by(JobRun.name)
    )
    rows = [_row(row.Delivery, row.Person) for row in found[:PAGE]]
    return MessagesPage(
        rows=rows,
        after=rows[-1].id if len(found) > PAGE else None,
        counts=dict.fromkeys(_COUNTED, 0) | {row[0]: row[1] for row in counts},
        running=bool(running),
        parked=list(parked),
    )


def message(session: Session, *, actor: Actor, delivery_id: int, base_url: str) -> Message | None:
    """Return one message: as it was sent, else as it would read now."""
    found = session.execute(
        select(Delivery, Person)
        .join(Person, Person.id == Delivery.person_id)
        .where(
            Delivery.id == delivery_id,
            or_(Delivery.person_id == actor.id, not_(_about_own(actor, Delivery))),
        )
    ).one_or_none()
    if found is None:
        return None
    delivery, person = found
    body = delivery.body
    if not body and delivery.channel == "mail":
        try:
            text = words_of(delivery.template, delivery.data, _reader(person), base_url=base_url)
            body = veiled(text.text)
        except Exception:  # noqa: BLE001 - the page says so; deliver has logged it or will
            body = ""
    return Message(_row(delivery, person), person.email, body, delivery.message_id)


def _row(delivery: Delivery, person: Person) -> MessageRow:
    return MessageRow(
        id=delivery.id, to=person.display_name, language=person.language,
        channel=delivery.channel,
        subject=delivery.subject or notice_text(delivery.template, delivery.data, _reader(person)),
        state=delivery.state, attempts=delivery.attempts, created_at=delivery.created_at,
        due_at=delivery.due_at, sent_at=delivery.sent_at, error=delivery.last_error,
    )  # fmt: skip


def _reader(person: Person) -> Reader:
    return Reader(person.display_name, person.language, person.time_zone)


def _about_own(actor: Actor, table: type[Delivery | Event]) -> ColumnElement[bool]:
    """It concerns an idea of the administrator's own team, from whom its reviewers are hidden."""
    one = cast(Idea.id, String)
    named = Event.idea_id == Idea.id if table is Event else Delivery.about == "idea:" + one
    told = or_(named, cast(table.data, String).contains(Idea.code))
    return exists().where(not_(outside_team(actor)), told).correlate(table)


def _named(words: str) -> ColumnElement[bool]:
    return holding(words, Person.family_name, Person.given_name, Person.email)


def audit(
    session: Session, *, actor: Actor, kind: str, words: str, code: str, after: int | None
) -> AuditPage:
    """List events by kind, by who acted, and by idea."""
    wanted = (
        select(Event, Person, Idea.code)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(Idea, Idea.id == Event.idea_id)
        .order_by(Event.id.desc())
        .limit(PAGE + 1)
    )
    wanted = wanted.where(or_(Event.actor_id == actor.id, not_(_about_own(actor, Event))))
    if kind:
        wanted = wanted.where(Event.kind == kind)
    if words:
        wanted = wanted.where(_named(words))
    if code:
        wanted = wanted.where(Idea.code == code)
    if after is not None:
        wanted = wanted.where(Event.id < after)
    found = session.execute(wanted).all()
    seal = session.execute(
        select(Seal.last_event_id, Seal.sealed_at).order_by(Seal.id.desc()).limit(1)
    ).one_or_none()
    last = seal.last_event_id if seal else 0
    unsealed = session.scalar(select(func.count()).select_from(Event).where(Event.id > last))
    rows = [
        EventRow(
            id=row.Event.id, at=row.Event.at, kind=row.Event.kind,
            who=row.Person.display_name if row.Person else "", idea=row.code or "",
            subject=row.Event.subject, facts=_facts(row.Event.data), sealed=row.Event.id <= last,
        )
        for row in found[:PAGE]
    ]  # fmt: skip
    return AuditPage(
        rows=rows,
        after=rows[-1].id if len(found) > PAGE else None,
        sealed_at=seal.sealed_at if seal else None,
        unsealed=unsealed or 0,
    )


def seals(session: Session) -> chain.Chain:
    """Compute every seal of the audit log anew."""
    return chain.verify_chain(session)


def _facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, veiled(_words(value))) for name, value in data.items() if value not in ("", None)
    ]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " / ".join(str(part) for part in value.values() if part not in ("", None))
    if isinstance(value, list):
        return ", ".join(_words(part) for part in value)
    return str(value)
