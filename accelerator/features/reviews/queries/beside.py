"""What stands beside a review: newer and older versions, questions and answers, the outcome."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.bilingual import language_of
from accelerator.domain.reviews import ASKED, AssignmentState, shows_others
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.features.reviews.queries.workspace import Facts
from accelerator.storage.tables import (
    Assignment,
    Decision,
    Idea,
    Inquiry,
    Passage,
    Person,
    Review,
    Version,
)

_OPEN = aliased(Assignment)
_BESIDE = select(
    select(func.max(Version.number))
    .where(Version.passage_id == bindparam("passage"))
    .scalar_subquery(),
    select(func.max(Version.number))
    .join(Review, Review.idea_version_id == Version.id)
    .join(Assignment, Assignment.id == Review.assignment_id)
    .where(
        Version.idea_id == bindparam("idea"),
        Version.number < bindparam("pinned"),
        Assignment.reviewer_id == bindparam("reviewer"),
        Review.submitted_at.is_not(None),
    )
    .scalar_subquery(),
    select(func.count())
    .select_from(_OPEN)
    .join(Idea, Idea.id == _OPEN.idea_id)
    .join(Passage, Passage.id == _OPEN.passage_id)
    .where(
        _OPEN.reviewer_id == bindparam("reviewer"),
        _OPEN.state.in_(ASKED),
        Idea.state == IdeaState.ACTIVE,
        Passage.state == PassageState.HANDED_IN,
    )
    .scalar_subquery(),
)
_QUESTIONS = select(Inquiry).order_by(Inquiry.id)
_OUTCOME = select(Decision).where(
    Decision.passage_id == bindparam("passage"), Decision.announced_at.is_not(None)
)
_MEAN = (
    select(func.count(), func.avg(Review.score))
    .join(Assignment, Assignment.id == Review.assignment_id)
    .where(
        Assignment.passage_id == bindparam("passage"),
        Assignment.reviewer_id != bindparam("reviewer"),
        Assignment.state == AssignmentState.SUBMITTED,
        Review.score.is_not(None),
    )
)


_MY_QUESTIONS = _QUESTIONS.where(
    Inquiry.passage_id == bindparam("passage"), Inquiry.asked_by_id == bindparam("reviewer")
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the team with its answer; `by` is empty where the asker stays unknown."""

    id: int
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    by: str = ""

    @property
    def languages(self) -> tuple[str, str]:
        """Return the languages of the question and of the answer."""
        return language_of(self.text), language_of(self.answer)


@dataclass(frozen=True, slots=True)
class Told:
    """The announced decision, beside what this reviewer had recommended and scored.

    Reason and the others' mean are empty where this reviewer may not read what others wrote.
    """

    outcome: str
    announced_at: datetime
    reason: str
    others: int
    mean: float | None

    @property
    def language(self) -> str:
        """Return the language of the reason."""
        return language_of(self.reason)


@dataclass(frozen=True, slots=True)
class Beside:
    """`newest` is a later version than the pinned one, `before` the one reviewed last time."""

    newest: int | None
    before: int | None
    left: int
    questions: tuple[Question, ...]
    told: Told | None


def beside(session: Session, assignment: Assignment, found: Facts) -> Beside:
    """Load what stands beside one review; two queries, four once its gate has decided."""
    pinned = found.version.number if found.version else 0
    newest, before, left = session.execute(
        _BESIDE,
        {
            "passage": assignment.passage_id, "idea": assignment.idea_id, "pinned": pinned,
            "reviewer": assignment.reviewer_id,
        },
    ).one()  # fmt: skip
    mine = {"passage": assignment.passage_id, "reviewer": assignment.reviewer_id}
    return Beside(
        newest=newest if newest and newest > pinned else None,
        before=before,
        left=left,
        questions=tuple(_question(row) for row in session.scalars(_MY_QUESTIONS, mine)),
        told=None if found.open else _told(session, assignment, found),
    )


def _question(row: Inquiry, by: str = "") -> Question:
    return Question(row.id, row.text, row.asked_at, row.answer, row.answered_at, by)


def _told(session: Session, assignment: Assignment, found: Facts) -> Told | None:
    decision = session.scalars(_OUTCOME, {"passage": assignment.passage_id}).one_or_none()
    if decision is None or decision.announced_at is None:
        return None
    done = assignment.state == AssignmentState.SUBMITTED
    shown = shows_others(found.stage.others_visible, mine_submitted=done)
    others, mean = (
        session.execute(
            _MEAN, {"passage": assignment.passage_id, "reviewer": assignment.reviewer_id}
        ).one()
        if shown
        else (0, None)
    )
    return Told(
        decision.outcome, decision.announced_at, decision.reason if shown else "", others, mean
    )


def questions_for_team(session: Session, idea: Idea) -> tuple[Question, ...]:
    """List what reviewers ask about an idea's present passage, without who asked."""
    rows = session.scalars(_QUESTIONS.where(Inquiry.passage_id == idea.passage_id))
    return tuple(_question(row) for row in rows)


def questions_for_manager(session: Session, idea: Idea) -> tuple[Question, ...]:
    """List what reviewers asked about an idea, with who asked."""
    rows = session.execute(
        select(Inquiry, Person)
        .join(Person, Person.id == Inquiry.asked_by_id)
        .where(Inquiry.idea_id == idea.id)
        .order_by(Inquiry.id)
    )
    return tuple(_question(row, person.display_name) for row, person in rows)
