"""What is asked of an idea in a stage and what it answered, people and files by their names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.answers import NAMING, WRITTEN, Asked, Given, Kind, Value
from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Answer, Attachment, Person, Question, Stage

_Source, _Earlier, _SourceStage = aliased(Question), aliased(Answer), aliased(Stage)
_EVERY = (
    select(Question, Answer, _Earlier, _Source.label, _SourceStage.name, _SourceStage.position)
    .outerjoin(Answer, (Answer.question_id == Question.id) & (Answer.idea_id == bindparam("idea")))
    .outerjoin(_Source, _Source.id == Question.carried_from_id)
    .outerjoin(
        _Earlier,
        (_Earlier.question_id == Question.carried_from_id)
        & (_Earlier.idea_id == bindparam("idea")),
    )
    .outerjoin(_SourceStage, _SourceStage.id == _Source.stage_id)
    .where(Question.stage_id == bindparam("stage"))
    .order_by(Question.position, Question.id)
)
_ROWS = _EVERY.where(or_(Question.removed_at.is_(None), Answer.id.is_not(None)))
_PEOPLE = select(Person).where(Person.id.in_(bindparam("ids", expanding=True)))
_FILES = select(Attachment.id, Attachment.name).where(
    Attachment.idea_id == bindparam("idea"),
    Attachment.removed_at.is_(None),
    Attachment.id.in_(bindparam("ids", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Carried:
    """The earlier question whose answer stands in this one until the team writes another."""

    label: Bilingual
    stage: Bilingual
    position: int
    given: Given


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question with its help and what was answered.

    `own` says that the stage has an answer of its own, not only one carried over; `address` is
    what the form shows for a person.
    """

    id: int
    asked: Asked
    help: Bilingual
    given: Given
    own: bool = True
    removed: bool = False
    carried: Carried | None = None
    address: str = ""

    @property
    def field(self) -> str:
        """Return the name of its field in the form."""
        return f"answer_{self.asked.key}"

    def side(self, language: str) -> Value:
        """Return what is stored for the form of one language."""
        if self.asked.kind in WRITTEN:
            return self.given.text.side(language)
        return self.given.value

    def shown(self, language: str) -> Value:
        """Return what the form of one language shows."""
        return self.address or self.side(language)


def questions_of(
    session: Session,
    idea_id: int,
    stage_id: int,
    *,
    files: Mapping[int, str] | None = None,
    every: bool = False,
) -> tuple[QuestionRow, ...]:
    """Return a stage's questions in their order, and the removed ones that were answered.

    With `every`, all that were removed. One query; one more where people are named, and one where
    files are, unless the names of the idea's `files` are known already.
    """
    wanted = _EVERY if every else _ROWS
    found = [_row(*row) for row in session.execute(wanted, {"idea": idea_id, "stage": stage_id})]
    people = _people(session, found)
    named = _files(session, idea_id, found) if files is None else files
    known = {str(number): (name, "") for number, name in named.items()}
    return tuple(_named(row, people, known) for row in found)


def _row(
    question: Question,
    answer: Answer | None,
    earlier: Answer | None,
    label: Bilingual,
    stage: Bilingual,
    position: int,
) -> QuestionRow:
    carried = None
    if earlier is not None and (given := Given(earlier.text, earlier.value)):
        carried = Carried(label, stage, position, given)
    own = Given(answer.text, answer.value) if answer else None
    return QuestionRow(
        question.id,
        question.asked,
        question.help,
        own if own is not None else carried.given if carried else Given(),
        own is not None,
        question.removed_at is not None,
        carried,
    )


def _numbers(rows: Iterable[QuestionRow], kind: Kind) -> set[int]:
    values = [row.given.value for row in rows if row.asked.kind is kind]
    return {
        int(number)
        for value in values
        if isinstance(value, list)
        for number in value
        if isinstance(number, str)
    }


def _people(session: Session, rows: Iterable[QuestionRow]) -> Mapping[str, tuple[str, str]]:
    ids = _numbers(rows, Kind.PERSON)
    found = session.scalars(_PEOPLE, {"ids": ids}) if ids else ()
    return {str(person.id): (person.display_name, person.email) for person in found}


def _files(session: Session, idea_id: int, rows: Iterable[QuestionRow]) -> Mapping[int, str]:
    ids = _numbers(rows, Kind.FILE)
    found = session.execute(_FILES, {"idea": idea_id, "ids": ids}) if ids else ()
    return {row.id: row.name for row in found}


def _named(
    row: QuestionRow,
    people: Mapping[str, tuple[str, str]],
    files: Mapping[str, tuple[str, str]],
) -> QuestionRow:
    """Name the people and files of an answer; what is gone from the idea is no answer."""
    if row.asked.kind not in NAMING or not isinstance(row.given.value, list):
        return row
    known = people if row.asked.kind is Kind.PERSON else files
    here = [number for number in row.given.value if isinstance(number, str) and number in known]
    names = tuple(known[number][0] for number in here)
    address = known[here[0]][1] if here else ""
    return replace(row, given=Given(row.given.text, here, names), address=address)
