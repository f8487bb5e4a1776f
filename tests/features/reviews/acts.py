"""What the tests of reviewing do again and again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from accelerator.storage.tables import Assignment, Conflict, Delivery, Event, Idea, Passage, Review
from tests.world import World

FULL = {
    "mark-value": "4",
    "mark-reach": "2",
    "confidence": "2",
    "recommendation": "1",
    "comment_to_team": "Strong need, weak price.",
    "note_to_manager": "The patent is old.",
    "version": "0",
}


def write(world: World, code: str, who: str = "reviewer", action: str = "submit", **fields: str):
    """Post a review; fields named None are left out."""
    data = {"action": action} | FULL | {k.replace("__", "-"): v for k, v in fields.items()}
    data = {name: value for name, value in data.items() if value is not None}
    return world.client(who).post(f"/ideas/{code}/review", data=data)


def reviews(world: World) -> list[Review]:
    with world.session() as session:
        return list(session.scalars(select(Review).order_by(Review.id)))


def assignments(world: World) -> dict[tuple[str, int], Assignment]:
    """Return the assignments by the idea's code and the reviewer."""
    with world.session() as session:
        rows = session.execute(
            select(Idea.code, Assignment).join(Assignment, Assignment.idea_id == Idea.id)
        )
        return {(code, row.reviewer_id): row for code, row in rows}


def events(world: World, kind: str) -> list[Event]:
    with world.session() as session:
        return list(session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def deliveries(world: World, template: str) -> list[tuple[int, str]]:
    with world.session() as session:
        rows = session.execute(
            select(Delivery.person_id, Delivery.channel)
            .where(Delivery.template == template)
            .order_by(Delivery.id)
        )
        return [tuple(row) for row in rows]


def conflicts(world: World) -> list[Conflict]:
    with world.session() as session:
        return list(session.scalars(select(Conflict)))


def change(
    world: World, code: str, *, passage: Mapping[str, Any] | None = None, **idea: Any
) -> None:
    """Change an idea and its passage behind the pages' back."""
    with world.session() as session:
        row = session.scalars(select(Idea).where(Idea.code == code)).one()
        place = session.get_one(Passage, row.passage_id)
        for name, value in idea.items():
            setattr(row, name, value)
        for name, value in (passage or {}).items():
            setattr(place, name, value)
