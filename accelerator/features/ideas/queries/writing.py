"""What a team writes now: the questions of the stage its idea is in, and the answers so far."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.answers import (
    WRITTEN,
    Asked,
    Given,
    Kind,
    Lack,
    Option,
    Value,
    lack_of,
    lacks_of_head,
)
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.intake import Intake
from accelerator.domain.stages import IdeaState, PassageState, Place, is_asked
from accelerator.standing.opened import Opened, opened
from accelerator.storage.tables import Answer, Cohort, Idea, Passage, Programme, Question, Stage


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question with its help, and what was answered."""

    id: int
    asked: Asked
    help: Bilingual
    given: Given

    @property
    def field(self) -> str:
        """Return the name of its field in the form."""
        return f"answer_{self.asked.key}"

    def side(self, language: str) -> Value:
        """Return what the form of one language shows."""
        if self.asked.kind in WRITTEN:
            return self.given.text.side(language)
        return self.given.value


@dataclass(frozen=True, slots=True)
class Writing:
    """Everything the form of an idea shows."""

    language: str
    title: Bilingual
    summary: Bilingual
    questions: tuple[QuestionRow, ...]
    stage_id: int
    stage: Bilingual
    purpose: Bilingual
    promise_days: int
    cohort: Bilingual
    cohort_code: str
    programme: Bilingual
    programme_id: int
    country: str
    intake: Intake
    hand_in_by: date
    place: Place
    opened: Opened | None = None

    def opens(self, name: str) -> bool:
        """Say whether a field is open: all are, but for a team that is asked for more."""
        return self.opened is None or self.opened.opens(name)

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the cohort's days end."""
        return self.intake.zone

    @property
    def due_on(self) -> date:
        """Return the day to hand in by: for a draft, the intake's last day where it is sooner."""
        if self.place.idea is IdeaState.DRAFT:
            return min(self.hand_in_by, self.intake.closes_on)
        return self.hand_in_by

    def stored(self, language: str) -> dict[str, Value]:
        """Return each field of the form of one language, as it is stored."""
        fields: dict[str, Value] = {
            name: text.side(language)
            for name, text in (("title", self.title), ("summary", self.summary))
            if self.opens(name)
        }
        return fields | {question.field: question.side(language) for question in self.questions}

    def lacks(self) -> list[Lack]:
        """Return what is still missing before it can be handed in."""
        found = [lack for lack in lacks_of_head(self.title, self.summary) if self.opens(lack.field)]
        for question in self.questions:
            found += lack_of(question.asked, question.given)
        return found


def asked(row: Question) -> Asked:
    """Return a question as the rules see it."""
    options = tuple(
        Option(option["key"], Bilingual.of(option.get("label") or option)) for option in row.options
    )
    return Asked(row.key, Kind(row.kind), row.label, row.required, row.word_limit, options)


def writing(session: Session, idea: Idea) -> Writing:
    """Load what the team writes now; two queries, one more while it is asked for more."""
    passage, stage, cohort, programme = session.execute(
        select(Passage, Stage, Cohort, Programme)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == idea.cohort_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Passage.id == idea.passage_id)
    ).one()
    place = Place(
        IdeaState(idea.state), PassageState(passage.state), asked_until=passage.asked_until
    )
    asks = opened(session, passage.id) if is_asked(place) else None
    questions = session.execute(
        select(Question, Answer)
        .outerjoin(Answer, (Answer.question_id == Question.id) & (Answer.idea_id == idea.id))
        .where(Question.stage_id == stage.id, Question.removed_at.is_(None))
        .order_by(Question.position, Question.id)
    )
    return Writing(
        language=idea.language,
        title=idea.title,
        summary=idea.summary,
        questions=tuple(
            QuestionRow(
                question.id,
                asked(question),
                question.help,
                Given(answer.text, answer.value) if answer else Given(),
            )
            for question, answer in questions
            if asks is None or asks.opens(f"answer_{question.key}")
        ),
        stage_id=stage.id,
        stage=stage.name,
        purpose=stage.purpose,
        promise_days=stage.promise_days,
        cohort=cohort.name,
        cohort_code=cohort.code,
        programme=programme.name,
        programme_id=cohort.programme_id,
        country=cohort.country,
        intake=Intake(
            cohort.intake_opens_on,
            cohort.intake_closes_on,
            ZoneInfo(cohort.time_zone),
            cohort.capacity,
        ),
        hand_in_by=passage.hand_in_by,
        place=place,
        opened=asks,
    )
