"""Each reviewer hears once, of all their new reviews together, or of all that fell away."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity.events.assignment import AssignmentsRemoved
from accelerator.activity.events.reviews import ReviewAssigned
from accelerator.activity.record import record
from accelerator.domain.policy import Actor
from accelerator.storage.tables import Cohort, Idea, Stage


@dataclass(frozen=True, slots=True)
class About:
    """Who did something, where and when."""

    actor: Actor
    cohort: Cohort
    stage: Stage
    now: datetime

    def event(self) -> dict[str, Any]:
        """Return what every event of the stage carries."""
        return {"actor_id": self.actor.id, "programme_id": self.cohort.programme_id}


def tell_assigned(
    session: Session, about: About, pairs: Iterable[tuple[int, int]], due_on: date
) -> None:
    """Record the (idea, reviewer) pairs that were assigned, one event for each reviewer."""
    for reviewer, ideas in _by_reviewer(session, pairs).items():
        alone = ideas[0] if len(ideas) == 1 else None
        record(
            session,
            ReviewAssigned(
                **about.event(), idea_id=alone.id if alone else None, person_id=reviewer,
                path=f"/ideas/{alone.code}/review" if alone else "/reviews",
                stage=about.stage.name, ideas=[_named(idea) for idea in ideas],
                due_on=due_on.isoformat(),
            ),
            now=about.now,
        )  # fmt: skip


def tell_removed(session: Session, about: About, pairs: Iterable[tuple[int, int]]) -> None:
    """Record the (idea, reviewer) pairs that fell away, one event for each reviewer."""
    for reviewer, ideas in _by_reviewer(session, pairs).items():
        record(
            session,
            AssignmentsRemoved(
                **about.event(), person_id=reviewer, path="/reviews", stage=about.stage.name,
                ideas=[_named(idea) for idea in ideas],
            ),
            now=about.now,
        )  # fmt: skip


def _by_reviewer(session: Session, pairs: Iterable[tuple[int, int]]) -> dict[int, list[Any]]:
    listed = sorted(pairs)
    if not listed:
        return {}
    found = select(Idea.id, Idea.code, Idea.title).where(Idea.id.in_({idea for idea, _ in listed}))
    ideas = {row.id: row for row in session.execute(found)}
    by_reviewer: dict[int, list[Any]] = defaultdict(list)
    for idea, reviewer in listed:
        by_reviewer[reviewer].append(ideas[idea])
    return by_reviewer


def _named(idea: Any) -> dict[str, Any]:
    return {"code": idea.code, "title": idea.title.as_dict()}
