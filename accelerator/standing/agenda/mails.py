"""Which dates a mail carries: those of its reader's own calendar that it tells of."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accelerator.domain.agenda import Entry, Kind
from accelerator.standing.agenda.people import actor_now, of_person
from accelerator.storage.tables import Delivery, Event, Person

MOST = 20  # in one mail
_MILESTONES = frozenset({Kind.MILESTONE})
_REVIEWS = frozenset({Kind.REVIEW})
_PROMISE = frozenset({Kind.PROMISE})
_DATED = {
    "milestone_given": _MILESTONES,
    "milestone_help": _MILESTONES,
    "milestone_freed": _MILESTONES,
    "milestones_moved": _MILESTONES,
    "milestones_shifted": _MILESTONES,
    "new_date_granted": _MILESTONES,
    "hand_in_moved": frozenset({Kind.HAND_IN, Kind.MILESTONE}),
    "idea_submitted": _PROMISE,
    "idea_admitted": _PROMISE,
    "idea_joined": frozenset({Kind.HAND_IN, Kind.PROMISE, Kind.MILESTONE}),
    "information_asked": frozenset({Kind.INFORMATION}),
    "information_answered": _PROMISE,
    "information_withdrawn": _PROMISE,
    "decision_announced": frozenset({Kind.HAND_IN, Kind.MILESTONE, Kind.RETURN}),
    "parked_longer": frozenset({Kind.RETURN}),
    "review_assigned": _REVIEWS,
    "review_taken_over": _REVIEWS,
    "review_date_answered": _REVIEWS,
    "reviews_moved": _REVIEWS,
    "votes_wanted": frozenset({Kind.MEETING, Kind.GATE}),
    "meeting_scheduled": frozenset({Kind.MEETING}),
}


def of_mail(session: Session, row: Delivery, person: Person, *, now: datetime) -> list[Entry]:
    """Return the entries that a mail sets or moves, as its reader may see them now.

    A message of the day carries those of all it tells of. Reminders set no date.
    """
    told = session.execute(
        select(Delivery.template, Delivery.data, Event.subject)
        .outerjoin(Event, Event.id == Delivery.event_id)
        .where(
            or_(Delivery.id == row.id, Delivery.carried_by_id == row.id),
            Delivery.template.in_(_DATED),
        )
        .order_by(Delivery.id)
        .limit(MOST)
    ).all()
    if not told:
        return []
    kinds = frozenset[Kind]().union(*(_DATED[each.template] for each in told))
    entries = of_person(session, actor_now(session, person), now=now, kinds=kinds)
    return [one for one in entries if any(_tells(each, one) for each in told)][:MOST]


def _tells(row: Any, entry: Entry) -> bool:
    """Say whether a notice is about an entry: the thing itself, its idea, or its gate or cohort."""
    if entry.kind not in _DATED[row.template]:
        return False
    kind, _, number = (row.subject or "").partition(":")
    if kind == entry.kind:
        return bool(number == entry.number)
    if entry.code:
        codes = set(_codes(row.data))
        return entry.code in codes if codes else row.data.get("cohort") == entry.cohort.as_dict()
    return str(row.data.get("path", "")).startswith(entry.path.rpartition("/")[0] + "/")


def _codes(data: dict[str, Any]) -> Iterable[str]:
    if data.get("code"):
        yield data["code"]
    for idea in data.get("ideas") or () if isinstance(data.get("ideas"), list) else ():
        if isinstance(idea, dict) and idea.get("code"):
            yield idea["code"]
