"""What a reviewer reads before saying yes or no."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accelerator.domain.policy import Role
from accelerator.domain.reviews import ASKED, AssignmentState, typical_minutes
from accelerator.features.reviews.queries.workspace import Workspace, facts, workspace
from accelerator.storage.tables import Assignment, Membership, Person, Review

MOST = 500
HISTORY = 20

_SITTINGS = (
    select(Review.opened_at, Review.submitted_at)
    .join(Assignment, Assignment.id == Review.assignment_id)
    .where(
        Assignment.reviewer_id == bindparam("reviewer"),
        Assignment.state == AssignmentState.SUBMITTED,
        Review.opened_at.is_not(None),
    )
    .order_by(Assignment.id.desc())
    .limit(HISTORY)
)
_COLLEAGUES = (
    select(Person)
    .join(Membership, Membership.person_id == Person.id)
    .where(
        Membership.programme_id == bindparam("programme"),
        Membership.role == Role.REVIEWER,
        Person.id != bindparam("actor"),
        Person.disabled_at.is_(None),
    )
    .order_by(Person.family_name, Person.given_name, Person.id)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is asked, how long it may take, what was asked back, and who could do it instead."""

    idea: Workspace
    waits: bool
    minutes: int
    asked_due_on: date | None
    colleagues: tuple[tuple[int, str], ...]


def answer(session: Session, assignment: Assignment) -> Answer:
    """Load the page of one answer; four queries."""
    found = facts(session, assignment)
    people = session.scalars(
        _COLLEAGUES, {"programme": found.cohort.programme_id, "actor": assignment.reviewer_id}
    )
    return Answer(
        idea=workspace(session, assignment, found, ()),
        waits=assignment.state in ASKED and found.open,
        minutes=typical_minutes(sittings_of(session, assignment.reviewer_id)),
        asked_due_on=assignment.asked_due_on,
        colleagues=tuple((person.id, person.display_name) for person in people),
    )


def sittings_of(session: Session, reviewer_id: int) -> list[timedelta]:
    """Return how long somebody's latest reviews took from opening to submitting; one query."""
    rows = session.execute(_SITTINGS, {"reviewer": reviewer_id})
    return [done - opened for opened, done in rows if opened and done]
