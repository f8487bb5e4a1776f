"""The rows of the outbox: one for each receiver and channel, as each receiver chose to hear."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from accelerator.activity.events.base import Hears
from accelerator.domain.notices import HOOK, INBOX, Choice, Kind, choices, held_to, route
from accelerator.i18n import N_
from accelerator.storage.inserting import insert_for, insert_into
from accelerator.storage.tables import Delivery, Hook, Ladder, Person, Preference

UNWANTED = N_("Its receiver wants to hear nothing of this kind.")
AMONG = select(Person.id).where(Person.id.in_(bindparam("among", expanding=True)))
_HOOKS = (
    select(Hook.id, Hook.programme_id, Hook.kinds)
    .where(
        Hook.programme_id.in_(bindparam("programmes", expanding=True)), Hook.stopped_at.is_(None)
    )
    .order_by(Hook.id)
)
STATES = ("waiting", "retrying", "failed", "sent", "carried", "cancelled")
_AT_ONCE = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell: the line says in what words and how, `key` that it is told once.

    The rule of the programme says whether people may go without its kind. `replies_to` is the
    person whom its words name as asking.
    """

    line: Hears
    key: str
    data: dict[str, Any]
    due_at: datetime
    about: str = ""
    event_id: int | None = None
    programme_id: int | None = None
    replies_to: int | None = None


def notify(
    session: Session,
    people: Iterable[int],
    line: Hears,
    *,
    key: str,
    data: dict[str, Any],
    due_at: datetime,
    now: datetime,
    event_id: int | None = None,
    about: str = "",
    programme_id: int | None = None,
) -> int:
    """Tell some people the same unless its key exists; return how many deliveries are new.

    A notice in the inbox is there at once; a mail waits for `due_at` and the deliver job; what
    belongs into the day's one message waits for the daily job.
    """
    notice = Notice(line, key, data, due_at, about, event_id, programme_id)
    return sum(
        deliver_to(session, AMONG, notice, now=now, among=some)
        for some in _some(list(dict.fromkeys(people)))
    )


def notify_all(session: Session, told: Sequence[tuple[int, Notice]], *, now: datetime) -> int:
    """Tell many people many things in a handful of statements; return how many rows are new."""
    chosen = _chosen(session, sorted({person for person, _ in told}))
    needed = _needed(session, {notice.programme_id for _, notice in told})
    rows = []
    for person, notice in told:
        kind = notice.line.kind
        optional = (notice.programme_id, kind) not in needed
        choice = held_to(chosen.get((person, kind)), kind, optional=optional)
        rows += _rows(notice, person, choice, now)
    return _add(session, rows)


def tell_hooks(session: Session, notices: Sequence[Notice], *, now: datetime) -> int:
    """Tell the channels of chat programs that listen; return how many rows are new."""
    programmes = {notice.programme_id for notice in notices}
    hooks = session.execute(_HOOKS, {"programmes": list(programmes - {None})}).all()
    rows = [
        _to_hook(notice, hook.id, now)
        for notice in notices
        for hook in hooks
        if hook.programme_id == notice.programme_id and notice.line.kind in hook.kinds
    ]
    return _add(session, rows)


def tell_hook(session: Session, hook_id: int, notice: Notice, *, now: datetime) -> int:
    """Tell one channel, whatever it listens to."""
    return _add(session, [_to_hook(notice, hook_id, now)])


def _to_hook(notice: Notice, hook_id: int, now: datetime) -> dict[str, Any]:
    row = _row(notice, HOOK, now)
    return row | {"hook_id": hook_id, "key": f"{row['key']}h{hook_id}:{HOOK}"}


def deliver_to(
    session: Session,
    found: Select[int] | None,
    notice: Notice,
    *,
    now: datetime,
    silent: int | None = None,
    chats: bool = False,
    **facts: Any,
) -> int:
    """Tell all whom a query finds with these facts, but the silent one, in one statement with it.

    With `chats`, the channels of chat programs that listen are told as well. The statement is put
    together once for each query and line: `found` is made once too, and leaves what changes from
    one time to the next to its parameters.
    """
    row = _row(notice, INBOX, now)
    given = {f"_{name}": value for name, value in row.items() if name in _GIVEN}
    others = {
        "_programme": notice.programme_id, "_replies_to": notice.replies_to, "_silent": silent
    }  # fmt: skip
    statement = _telling(found, notice.line, session.get_bind().dialect.name, chats)
    return _heard(session.execute(statement, facts | given | others).scalars())


# What a notice brings along, the same for each of its receivers.
_GIVEN = ("key", "data", "event_id", "about", "due_at", "created_at")
_PROGRAMME = bindparam("_programme", type_=Integer)
_ANY_TIME = datetime.min.replace(tzinfo=UTC)
_EMAIL = func.coalesce(
    select(Person.email)
    .where(Person.id == bindparam("_replies_to", type_=Integer), Person.disabled_at.is_(None))
    .scalar_subquery(),
    "",
)


@lru_cache(maxsize=1_000)
def _telling(found: Select[int] | None, line: Hears, dialect: str, chats: bool) -> Any:
    parts = [] if found is None else _to_people(found.distinct().subquery(), line)
    parts += [_to_chats(line)] if chats else []
    new = union_all(*parts).subquery()
    heard = new.c.person_id.is_distinct_from(bindparam("_silent", type_=Integer))
    told = select(new).where(or_(new.c.hook_id.is_not(None), heard), new.c.channel.is_not(None))
    return (
        insert_for(dialect, Delivery.__table__)
        .from_select(new.c.keys(), told)
        .on_conflict_do_nothing()
        .returning(Delivery.__table__.c.state)
    )


def _to_people(people: Any, line: Hears) -> list[Select[Any]]:
    person = people.c[0]
    wanted = _choice(line.kind)
    parts = []
    for channel in _personal(line):
        values = _values(line, channel)
        values["key"] += cast(person, String) + f":{channel}"
        values["person_id"] = person
        values["reply_to"] = _EMAIL
        if channel == INBOX:
            off = wanted == Choice.OFF
            values["sent_at"] = case((off, null()), else_=values["due_at"])
            values["state"] = case((off, "cancelled"), else_="sent")
            values["last_error"] = case((off, UNWANTED), else_="")
        else:
            values["channel"] = case(
                {one: _sql(_way(line, channel, one)) for one in Choice},
                value=wanted,
                else_=_sql(_way(line, channel, None)),
            )
        parts.append(_with_choice(_part(values).select_from(people), person, line.kind))
    return parts


def _to_chats(line: Hears) -> Select[Any]:
    values = _values(line, HOOK)
    values["key"] += literal("h") + cast(Hook.id, String) + f":{HOOK}"
    values["hook_id"] = Hook.__table__.c.id
    return _part(values).where(
        Hook.programme_id == _PROGRAMME,
        Hook.stopped_at.is_(None),
        cast(Hook.kinds, Text).contains(f'"{line.kind}"'),
    )


def _values(line: Hears, channel: str) -> dict[str, ColumnElement[Any]]:
    """Return what a row of the outbox holds, whoever receives it."""
    columns = Delivery.__table__.c
    row = _row(Notice(line, "", {}, _ANY_TIME), channel, _ANY_TIME)
    empty = {"person_id": None, "hook_id": None, "reply_to": ""}
    fixed = {name: literal(value, columns[name].type) for name, value in (row | empty).items()}
    given = {name: bindparam(f"_{name}", type_=columns[name].type) for name in _GIVEN}
    return {**fixed, **given}


def _part(values: Mapping[str, ColumnElement[Any]]) -> Select[Any]:
    return select(*(value.label(name) for name, value in values.items()))


def _personal(line: Hears) -> tuple[str, ...]:
    return tuple(channel for channel in line.channels if channel != HOOK)


def _way(line: Hears, channel: str, choice: str | None) -> str | None:
    return route(channel, kind=line.kind, urgent=line.urgent, choice=choice)


def _sql(way: str | None) -> ColumnElement[Any]:
    return null() if way is None else literal(way, String)


def _choice(kind: Kind) -> ColumnElement[Any]:
    """Return `held_to` as an expression over a person's choice and the programme's rule."""
    always, optional = choices(kind, optional=False), choices(kind)
    return case(
        (Preference.choice.in_(always), Preference.choice),
        (
            and_(Preference.choice.in_(optional), Ladder.optional.is_not(False)),
            Preference.choice,
        ),
        else_=null(),
    )


def _with_choice(part: Select[Any], person: Any, kind: Kind) -> Select[Any]:
    mine = and_(Preference.person_id == person, Preference.kind == kind)
    rule = and_(Ladder.programme_id == _PROGRAMME, Ladder.kind == kind)
    return part.outerjoin(Preference, mine).outerjoin(Ladder, rule)


def _chosen(session: Session, people: Sequence[int]) -> dict[tuple[int, str], str]:
    found = select(Preference.person_id, Preference.kind, Preference.choice)
    return {
        (row.person_id, row.kind): row.choice
        for some in _some(people)
        for row in session.execute(found.where(Preference.person_id.in_(some)))
    }


def _needed(session: Session, programmes: set[int | None]) -> set[tuple[int | None, str]]:
    """Return the kinds of programmes without which nobody may go."""
    return {
        (row.programme_id, row.kind)
        for row in session.execute(
            select(Ladder.programme_id, Ladder.kind).where(
                Ladder.programme_id.in_(programmes - {None}), Ladder.optional.is_(False)
            )
        )
    }


def _rows(notice: Notice, person: int, choice: str | None, now: datetime) -> list[dict[str, Any]]:
    rows = []
    for channel in _personal(notice.line):
        way = _way(notice.line, channel, choice)
        row = _row(notice, channel, now)
        row |= {"person_id": person, "key": f"{row['key']}{person}:{channel}"}
        if way is not None:
            rows.append(row | {"channel": way})
        elif channel == INBOX:
            rows.append(row | {"state": "cancelled", "sent_at": None, "last_error": UNWANTED})
    return rows


def _row(notice: Notice, channel: str, now: datetime) -> dict[str, Any]:
    """Return what all receivers of a notice have in common; the key lacks the receiver."""
    at_once = channel == INBOX
    return {
        "key": f"{notice.key}:{notice.line.template}:",
        "channel": channel,
        "kind": str(notice.line.kind),
        "template": notice.line.template,
        "data": notice.data,
        "event_id": notice.event_id,
        "about": notice.about,
        "urgent": notice.line.urgent,
        "state": "sent" if at_once else "waiting",
        "sent_at": notice.due_at if at_once else None,
        "due_at": notice.due_at,
        "created_at": now,
        "attempts": 0,
        "last_error": "",
    }


def _add(session: Session, rows: list[dict[str, Any]]) -> int:
    """Add many rows; the driver counts those that were not there yet, each state by itself."""
    statement = insert_into(session, Delivery.__table__).on_conflict_do_nothing()
    new = 0
    for state in sorted({row["state"] for row in rows}):
        some = [row for row in rows if row["state"] == state]
        added = session.execute(statement, some, execution_options={"preserve_rowcount": True})
        new += 0 if state == "cancelled" else added.rowcount  # type: ignore[attr-defined]
    return new


def _heard(states: Iterable[str]) -> int:
    return sum(state != "cancelled" for state in states)


def _some(ids: Sequence[int]) -> Iterator[Collection[int]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
