"""Asking for many reviews at once, and no longer asking for those that nobody began."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, exists, select, tuple_, update
from sqlalchemy.orm import Session

from accelerator.domain.reviews import AssignmentState
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Assignment, Review

Key = tuple[int, int]  # passage, reviewer
AT_ONCE = 500
Thing = TypeVar("Thing")


def batches(things: Iterable[Thing], size: int = AT_ONCE) -> Iterator[list[Thing]]:
    """Cut into lists that one statement can carry."""
    iterator = iter(things)
    while batch := list(islice(iterator, size)):
        yield batch


def ask(
    session: Session,
    wanted: Sequence[tuple[int, int, int]],
    *,
    asked_by_id: int,
    due_on: date,
    now: datetime,
) -> set[Key]:
    """Add assignments of (idea, passage, reviewer); return the (passage, reviewer) that are new.

    One that another manager made a moment ago is not made again; one that was removed is revived.
    """
    facts = {
        "state": AssignmentState.ASSIGNED, "due_on": due_on, "assigned_by_id": asked_by_id,
        "assigned_at": now, "decline_reason": None, "decline_note": "", "answered_at": None,
        "asked_due_on": None, "asked_reason": "", "handed_to_id": None, "skipped_at": None,
    }  # fmt: skip
    made: set[Key] = set()
    for batch in batches(sorted(set(wanted), key=lambda one: one[1:])):
        statement = insert_into(session, Assignment).values(
            [
                {"idea_id": idea, "passage_id": passage, "reviewer_id": reviewer} | facts
                for idea, passage, reviewer in batch
            ]
        )
        done = session.execute(
            statement.on_conflict_do_update(
                index_elements=[Assignment.passage_id, Assignment.reviewer_id],
                set_={name: statement.excluded[name] for name in facts},
                where=Assignment.state == AssignmentState.REMOVED,
            ).returning(Assignment.passage_id, Assignment.reviewer_id)
        )
        made |= {(passage, reviewer) for passage, reviewer in done}
    return made


def not_begun() -> ColumnElement[bool]:
    """The reviewer was asked, and neither answered nor opened the review."""
    return (Assignment.state == AssignmentState.ASSIGNED) & ~exists().where(
        Review.assignment_id == Assignment.id
    )


def take_back(
    session: Session, keys: Collection[Key], *, asked_at: datetime | None = None
) -> set[Key]:
    """No longer ask for those of these reviews that nobody began; return which those were.

    With `asked_at`, only what was asked at that moment.
    """
    taken: set[Key] = set()
    for batch in batches(sorted(keys)):
        chosen = (
            select(Assignment.id)
            .where(tuple_(Assignment.passage_id, Assignment.reviewer_id).in_(batch), not_begun())
            .order_by(Assignment.id)
            .with_for_update()
        )
        if asked_at is not None:
            chosen = chosen.where(Assignment.assigned_at == asked_at)
        ids = session.scalars(chosen).all()
        done = session.execute(
            update(Assignment)
            .where(Assignment.id.in_(ids))
            .values(state=AssignmentState.REMOVED)
            .returning(Assignment.passage_id, Assignment.reviewer_id)
            .execution_options(synchronize_session=False)
        )
        taken |= {(passage, reviewer) for passage, reviewer in done}
    return taken
