"""What a manager sees: every reviewer of one idea and what they wrote."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import ASKED, AssignmentState, ReviewText, is_late, is_open
from accelerator.domain.stages import PassageState
from accelerator.features.reviews.queries.workspace import RubricLine, lines_of, rubrics, text_of
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Conflict,
    Idea,
    Membership,
    Passage,
    Person,
    Review,
    Rubric,
    Stage,
)

MOST = 500
_COLLEAGUE = aliased(Person)


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One reviewer of an idea, with the review if it was submitted.

    `given_under` is the rubric as it was then, where another one holds now.
    """

    id: int
    reviewer: str
    department: str
    state: AssignmentState
    due_on: date
    late: bool
    submitted_at: datetime | None
    decline_reason: str | None
    decline_note: str
    handed_to: str
    asked_due_on: date | None
    asked_reason: str
    text: ReviewText | None
    score: float | None
    begun: bool
    given_under: tuple[RubricLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PassageReviews:
    """The reviews of one passage, with the rubric of its stage."""

    number: int
    stage: Bilingual
    stage_key: str
    cohort_code: str
    open: bool
    required: int
    rubric: tuple[RubricLine, ...]
    rows: tuple[AssignmentRow, ...]

    @property
    def submitted(self) -> tuple[AssignmentRow, ...]:
        """Return the rows whose review counts."""
        return tuple(row for row in self.rows if row.text is not None)


def of_idea(session: Session, idea: Idea) -> tuple[PassageReviews, ...]:
    """Load every review of an idea, the newest passage first."""
    passages = session.execute(
        select(Passage, Stage, Cohort)
        .select_from(Passage)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == idea.cohort_id)
        .where(Passage.idea_id == idea.id)
        .order_by(Passage.number.desc())
    ).all()
    rows = session.execute(
        select(Assignment, Person, Review, _COLLEAGUE, Rubric)
        .select_from(Assignment)
        .join(Person, Person.id == Assignment.reviewer_id)
        .outerjoin(_COLLEAGUE, _COLLEAGUE.id == Assignment.handed_to_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .outerjoin(Rubric, Rubric.id == Review.rubric_id)
        .where(Assignment.idea_id == idea.id, Assignment.state != AssignmentState.REMOVED)
        .order_by(Assignment.id)
    ).all()
    lines = rubrics(session, {stage.id for _, stage, _ in passages})
    return tuple(
        PassageReviews(
            number=passage.number,
            stage=stage.name,
            stage_key=stage.key,
            cohort_code=cohort.code,
            open=is_open(idea.state, passage.state),
            required=stage.reviews_per_idea,
            rubric=lines[stage.id],
            rows=tuple(_assignment_row(row, cohort.time_zone) for row in rows if _in(row, passage)),
        )
        for passage, stage, cohort in passages
        if passage.state == PassageState.HANDED_IN or any(_in(row, passage) for row in rows)
    )


def _in(row: Row[*tuple[Any, ...]], passage: Passage) -> bool:
    return bool(row.Assignment.passage_id == passage.id)


def _assignment_row(row: Row[*tuple[Any, ...]], zone: str) -> AssignmentRow:
    assignment, person, review, colleague, kept = row
    done = assignment.state == AssignmentState.SUBMITTED and review is not None
    return AssignmentRow(
        id=assignment.id,
        reviewer=person.display_name,
        department=person.department,
        state=AssignmentState(assignment.state),
        due_on=assignment.due_on,
        late=bool(
            done and review.submitted_at and is_late(review.submitted_at, assignment.due_on, zone)
        ),
        submitted_at=review.submitted_at if done else None,
        decline_reason=assignment.decline_reason,
        decline_note=assignment.decline_note,
        handed_to=colleague.display_name if colleague else "",
        asked_due_on=assignment.asked_due_on if assignment.state in ASKED else None,
        asked_reason=assignment.asked_reason,
        text=text_of(review, submitted=True) if done else None,
        score=review.score if done else None,
        begun=review is not None,
        given_under=lines_of(kept) if done and kept is not None else (),
    )


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """A declared conflict of interest."""

    person_id: int
    name: str
    reason: str
    declared_at: datetime


def declared(session: Session, idea: Idea) -> tuple[DeclaredRow, ...]:
    """List the declared conflicts of an idea, the newest first."""
    rows = session.execute(
        select(Conflict, Person)
        .join(Person, Person.id == Conflict.person_id)
        .where(Conflict.idea_id == idea.id)
        .order_by(Conflict.id.desc())
    )
    return tuple(
        DeclaredRow(person.id, person.display_name, conflict.reason, conflict.declared_at)
        for conflict, person in rows
    )


def declarable(session: Session, idea: Idea, actor: Actor) -> tuple[tuple[int, str], ...]:
    """List for whom a manager may declare a conflict: themselves and the programme's reviewers."""
    people = session.scalars(
        select(Person)
        .where(
            Person.id.in_(
                select(Membership.person_id)
                .join(Cohort, Cohort.programme_id == Membership.programme_id)
                .where(Cohort.id == idea.cohort_id, Membership.role == Role.REVIEWER)
            ),
            Person.id != actor.id,
        )
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(MOST)
    )
    return (
        (actor.id, actor.display_name),
        *((person.id, person.display_name) for person in people),
    )
