"""What an import needs to know of its cohort, and of the ideas and people it names."""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.domain.answers import Asked, Given
from accelerator.domain.errors import DomainError
from accelerator.domain.idea_table import Known, fits_a_cell
from accelerator.domain.stages import PLACELESS
from accelerator.i18n import N_
from accelerator.storage.tables import Answer, Cohort, Idea, Person, Programme, Question, Stage

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Destination:
    """Where imported ideas go: the first stage of the cohort's programme."""

    cohort: Cohort
    stage: Stage
    audience: str
    question_ids: dict[str, int]
    questions: tuple[Asked, ...]
    taken: int

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the cohort's days end."""
        return ZoneInfo(self.cohort.time_zone)


def destination(session: Session, cohort: Cohort) -> Destination:
    """Load the first stage and its questions; three queries."""
    row = session.execute(
        select(Stage, Programme.audience)
        .join(Programme, Programme.id == Stage.programme_id)
        .where(Stage.programme_id == cohort.programme_id, Stage.removed_at.is_(None))
        .order_by(Stage.position)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise DomainError("no_stage", N_("This programme has no stage yet."))
    questions = session.scalars(
        select(Question)
        .where(Question.stage_id == row.Stage.id, Question.removed_at.is_(None))
        .order_by(Question.position, Question.id)
    ).all()
    taken = session.scalar(
        select(func.count())
        .select_from(Idea)
        .where(Idea.cohort_id == cohort.id, Idea.state.not_in(PLACELESS))
    )
    return Destination(
        cohort=cohort,
        stage=row.Stage,
        audience=row.audience,
        question_ids={question.key: question.id for question in questions},
        questions=tuple(asked for asked in (row.asked for row in questions) if fits_a_cell(asked)),
        taken=taken or 0,
    )


def people(session: Session, addresses: Collection[str]) -> dict[str, Person]:
    """Return the employees with these addresses; accounts that are off count as none."""
    wanted = sorted(addresses)
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = session.scalars(
            select(Person).where(
                Person.email.in_(wanted[start : start + AT_ONCE]),
                Person.is_guest.is_(False),
                Person.disabled_at.is_(None),
            )
        )
        found |= {person.email: person for person in rows}
    return found


def known(session: Session, to: Destination) -> dict[str, Known]:
    """Return the ideas of the cohort that have an external number, by it; two queries."""
    named = (Idea.cohort_id == to.cohort.id, Idea.external_id.is_not(None))
    keys = {id_: key for key, id_ in to.question_ids.items()}
    answers: dict[int, dict[str, Given]] = {}
    for idea_id, question_id, text, value in session.execute(
        select(Answer.idea_id, Answer.question_id, Answer.text, Answer.value)
        .join(Idea, Idea.id == Answer.idea_id)
        .where(*named, Answer.question_id.in_(keys))
    ):
        answers.setdefault(idea_id, {})[keys[question_id]] = Given(text, value)
    rows = session.execute(
        select(Idea.id, Idea.external_id, Idea.code, Idea.title, Idea.summary).where(*named)
    )
    return {
        row.external_id: Known(row.code, row.title, row.summary, answers.get(row.id, {}))
        for row in rows
    }
