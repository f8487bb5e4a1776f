"""What a team writes now: the questions of the stage its idea is in, and the answers so far."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.answers import Given, Lack, Value, asked_now, lacks_of, lacks_of_head
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.intake import Intake, Requirement
from accelerator.domain.stages import IdeaState, PassageState, Place, is_asked
from accelerator.features.ideas.queries.finding import intake_of, late_until
from accelerator.standing.answers import QuestionRow, questions_of
from accelerator.standing.opened import Opened, opened
from accelerator.standing.places import taken
from accelerator.storage.tables import (
    Cohort,
    Idea,
    Passage,
    Programme,
    Stage,
)


@dataclass(frozen=True, slots=True)
class Writing:
    """Everything the form of an idea shows; `asks` are all questions of the stage.

    `removed` are answers to questions that are no longer asked.
    """

    language: str
    title: Bilingual
    summary: Bilingual
    asks: tuple[QuestionRow, ...]
    removed: tuple[QuestionRow, ...]
    stage_id: int
    stage: Bilingual
    purpose: Bilingual
    promise_days: int
    cohort: Bilingual
    cohort_id: int
    cohort_code: str
    programme: Bilingual
    programme_id: int
    country: str
    intake: Intake
    hand_in_by: date
    place: Place
    eligibility: tuple[Requirement, ...]
    said: Mapping[str, str]
    opened: Opened | None = None

    def opens(self, name: str) -> bool:
        """Say whether a field is open: all are, but for a team that is asked for more."""
        return self.opened is None or self.opened.opens(name)

    @property
    def questions(self) -> tuple[QuestionRow, ...]:
        """Return the questions whose fields are open."""
        return tuple(question for question in self.asks if self.opens(question.field))

    @property
    def given(self) -> dict[str, Given]:
        """Return every answer of the stage under its question's key."""
        return {question.asked.key: question.given for question in self.asks}

    def asked_now(self) -> frozenset[str]:
        """Return the keys of the questions that the answers so far leave standing."""
        return asked_now([question.asked for question in self.asks], self.given)

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the cohort's days end."""
        return self.intake.zone

    @property
    def due_on(self) -> date:
        """Return the day to hand in by, or to answer by; a draft's is the intake's where sooner."""
        if self.opened is not None:
            return self.opened.due_on
        if self.place.idea is IdeaState.DRAFT:
            if self.intake.late_until is not None:
                return self.intake.last_on
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

    def shown(self, language: str) -> dict[str, Value]:
        """Return what the form of one language shows: a person's address for the person."""
        return self.stored(language) | {
            question.field: question.shown(language) for question in self.questions
        }

    def lacks(self) -> list[Lack]:
        """Return what is still missing before it can be handed in."""
        found = lacks_of_head(self.title, self.summary)
        found += lacks_of([question.asked for question in self.asks], self.given)
        return [lack for lack in found if self.opens(lack.field)]


def writing(session: Session, idea: Idea, *, sent: Collection[str] = ()) -> Writing:
    """Load what the team writes now; two queries, and those of `questions_of`.

    A question whose field is among those `sent` was asked on the page they come from: it counts as
    asked even when it was removed meanwhile, so that no answer is lost.
    """
    passage, stage, cohort, programme, late = session.execute(
        select(Passage, Stage, Cohort, Programme, late_until(idea.owner_id))
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Cohort, Cohort.id == idea.cohort_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Passage.id == idea.passage_id)
    ).one()
    place = Place(
        IdeaState(idea.state), PassageState(passage.state), asked_until=passage.asked_until
    )
    asks = opened(session, passage.id) if is_asked(place) else None
    questions = questions_of(session, idea.id, stage.id, every=bool(sent))
    return Writing(
        language=idea.language,
        title=idea.title,
        summary=idea.summary,
        asks=tuple(one for one in questions if not one.removed or one.field in sent),
        removed=tuple(one for one in questions if one.removed and one.own and one.given),
        stage_id=stage.id,
        stage=stage.name,
        purpose=stage.purpose,
        promise_days=stage.promise_days,
        cohort=cohort.name,
        cohort_id=cohort.id,
        cohort_code=cohort.code,
        programme=programme.name,
        programme_id=cohort.programme_id,
        country=cohort.country,
        intake=intake_of(cohort, late),
        eligibility=tuple(Requirement.of(one) for one in cohort.eligibility),
        said=idea.eligibility,
        hand_in_by=passage.hand_in_by,
        place=place,
        opened=asks,
    )


def is_full(session: Session, written: Writing) -> bool:
    """Say whether all places of the cohort are taken, so that a draft would wait or be refused."""
    return taken(session, written.cohort_id) >= written.intake.capacity
