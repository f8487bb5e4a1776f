"""Whoever has a late review, and what they were told today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity.events.progress import NUDGE
from accelerator.domain.policy import Actor
from accelerator.features.progress.queries.round import conditions, reviews_of, today_of
from accelerator.storage.tables import Assignment, Cohort, Delivery, Idea, Person, Stage

MOST = 500  # people nudged at once


@dataclass(frozen=True, slots=True)
class LateReviewer:
    """A reviewer with what the message to them would say; `told` when they were nudged today."""

    id: int
    name: str
    language: str
    time_zone: str
    data: dict[str, Any]
    told: bool


def late_reviewers(
    session: Session, cohort: Cohort, stage: Stage, *, actor: Actor, now: datetime
) -> tuple[LateReviewer, ...]:
    """List who is late, with all their late reviews of this round; two queries."""
    today = today_of(cohort, now)
    rows = session.execute(
        reviews_of(actor, cohort, stage, Person, Idea.code, Idea.title, Assignment.due_on)
        .join(Person, Person.id == Assignment.reviewer_id)
        .where(conditions(today)["late"], Person.disabled_at.is_(None))
        .order_by(Person.family_name, Person.id, Assignment.due_on, Assignment.id)
    )
    people: dict[int, Person] = {}
    ideas: dict[int, list[dict[str, Any]]] = {}
    for person, code, title, due_on in rows:
        people[person.id] = person
        ideas.setdefault(person.id, []).append(
            {"code": code, "title": title.as_dict(), "due_on": due_on.isoformat()}
        )
    told = _told(session, today, people)
    return tuple(
        LateReviewer(
            id_, person.display_name, person.language, person.time_zone,
            {"ideas": ideas[id_], "stage": stage.name.as_dict(), "path": _path(ideas[id_])},
            told=id_ in told,
        )
        for id_, person in list(people.items())[:MOST]
    )  # fmt: skip


def nudge_key(today: date) -> str:
    """Return what makes a nudge the only one of its day."""
    return f"nudge:{today.isoformat()}"


def _told(session: Session, today: date, people: Collection[int]) -> set[int]:
    keys = {f"{nudge_key(today)}:{NUDGE.template}:{one}:inbox": one for one in people}
    found = session.scalars(select(Delivery.key).where(Delivery.key.in_(keys)))
    return {keys[key] for key in found}


def _path(ideas: list[dict[str, Any]]) -> str:
    return f"/ideas/{ideas[0]['code']}/review" if len(ideas) == 1 else "/reviews"
