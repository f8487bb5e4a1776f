"""Let a channel hear, let it hear no more, and try whether it does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.hooks import TEST, HookAdded, HookStopped, HookTested
from accelerator.activity.outbox import Notice, tell_hook
from accelerator.domain.errors import DomainError
from accelerator.domain.hooks import require_callable
from accelerator.domain.policy import Actor
from accelerator.i18n import N_
from accelerator.storage.tables import Delivery, Hook, Programme

MOST = 10


@dataclass(frozen=True, slots=True)
class HookRow:
    """A channel as its programme's managers see it: the address is a secret but for its host."""

    id: int
    name: str
    form: str
    host: str
    language: str
    kinds: tuple[str, ...]
    waiting: int
    failed: int
    sent_at: datetime | None
    error: str


def channels(session: Session, programme: Programme) -> tuple[HookRow, ...]:
    """List the channels that hear of a programme, and how it goes with what they are told."""
    hooks = session.scalars(
        select(Hook)
        .where(Hook.programme_id == programme.id, Hook.stopped_at.is_(None))
        .order_by(Hook.id)
    ).all()
    counts = session.execute(
        select(
            Delivery.hook_id, Delivery.state, func.count().label("many"),
            func.max(Delivery.sent_at).label("sent_at"),
        )
        .where(Delivery.hook_id.in_([hook.id for hook in hooks]))
        .group_by(Delivery.hook_id, Delivery.state)
    )  # fmt: skip
    found = {(row.hook_id, row.state): (row.many, row.sent_at) for row in counts}

    def many(hook: Hook, *states: str) -> int:
        return sum(found.get((hook.id, state), (0, None))[0] for state in states)

    return tuple(
        HookRow(
            hook.id, hook.name, hook.form, urlsplit(hook.url).hostname or "", hook.language,
            tuple(hook.kinds), many(hook, "waiting", "retrying"), many(hook, "failed"),
            found.get((hook.id, "sent"), (0, None))[1], hook.last_error,
        )
        for hook in hooks
    )  # fmt: skip


def add(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    name: str,
    form: str,
    url: str,
    language: str,
    kinds: Sequence[str],
    hosts: Collection[str],
    now: datetime,
) -> Hook:
    """Let a channel hear of these kinds; it gets a message that says so."""
    require_callable(url, hosts)
    known = select(func.count()).where(Hook.programme_id == programme.id, Hook.stopped_at.is_(None))
    if (session.scalar(known) or 0) >= MOST:
        raise DomainError("many", N_("A programme has at most %(most)s channels."), most=MOST)
    hook = Hook(
        programme_id=programme.id, name=name, form=form, url=url, language=language,
        kinds=list(kinds), made_by_id=actor.id, made_at=now,
    )  # fmt: skip
    session.add(hook)
    session.flush()
    event = HookAdded(
        actor_id=actor.id, programme_id=programme.id, subject=f"hook:{hook.id}", name=name,
        host=urlsplit(url).hostname or "", kinds=list(kinds), path=_path(programme),
    )  # fmt: skip
    _try(session, programme, hook, record(session, event, now=now), now)
    return hook


def test(session: Session, *, actor: Actor, hook: Hook, now: datetime) -> None:
    """Send a channel a message, to see whether it arrives."""
    programme = session.get_one(Programme, hook.programme_id)
    event = HookTested(
        actor_id=actor.id, programme_id=programme.id, subject=f"hook:{hook.id}", name=hook.name,
        path=_path(programme),
    )  # fmt: skip
    _try(session, programme, hook, record(session, event, now=now), now)


def stop(session: Session, *, actor: Actor, hook: Hook, now: datetime) -> None:
    """Tell a channel nothing more; what waits for it is dropped, its address forgotten."""
    hook.stopped_at = now
    hook.url = ""
    session.flush()
    event = HookStopped(
        actor_id=actor.id, programme_id=hook.programme_id, subject=f"hook:{hook.id}",
        name=hook.name,
    )  # fmt: skip
    record(session, event, now=now)


def _try(session: Session, programme: Programme, hook: Hook, event_id: int, now: datetime) -> None:
    data = {"programme": programme.name.as_dict(), "path": f"/programmes/{programme.key}"}
    notice = Notice(
        TEST, f"hook:{event_id}", data, now, event_id=event_id, programme_id=programme.id
    )
    tell_hook(session, hook.id, notice, now=now)


def _path(programme: Programme) -> str:
    return f"/programmes/{programme.key}/channels"


def of_programme(session: Session, programme: Programme, hook_id: int) -> Hook | None:
    """Return a channel that hears of a programme."""
    hook = session.get(Hook, hook_id)
    good = hook is not None and hook.programme_id == programme.id and hook.stopped_at is None
    return hook if good else None
