"""What the pages of requests for more and of promises show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.domain.information import may_ask
from accelerator.domain.promise import Promise
from accelerator.domain.stages import IdeaState, PassageState, Place, is_asked
from accelerator.standing.opened import FILES, SUMMARY, TITLE
from accelerator.standing.promises import STATE, STATES, WITH_PROMISE, Figures, counted
from accelerator.storage.tables import (
    Cohort,
    Idea,
    InformationRequest,
    Passage,
    Person,
    Programme,
    Question,
    Stage,
    Version,
)

PAGE = 50
MOST = 30


@dataclass(frozen=True, slots=True)
class Field:
    """A field that can be opened again; a question has its own label."""

    name: str
    label: Bilingual


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request; the asker's name is for managers. `before` and `after` number versions."""

    id: int
    text: str
    fields: tuple[Field, ...]
    due_on: date
    asked_at: datetime
    asked_by: str
    reply: str
    answered_at: datetime | None
    withdrawn_at: datetime | None
    before: int | None
    after: int | None
    open: bool

    @property
    def languages(self) -> tuple[str, str]:
        """Return the languages of the request and of the words of the answer."""
        return language_of(self.text), language_of(self.reply)


@dataclass(frozen=True, slots=True)
class InformationPage:
    """The requests about one idea, newest first, and what could be asked for now."""

    rows: tuple[RequestRow, ...]
    fields: tuple[Field, ...]
    askable: bool
    cohort_code: str
    stage_key: str
    stage: Bilingual
    zone: str
    country: str

    @property
    def open(self) -> RequestRow | None:
        """Return the request that waits for its answer."""
        return next((row for row in self.rows if row.open), None)


_HEAD = (
    select(Passage, Stage, Cohort.code, Cohort.time_zone, Cohort.country)
    .join(Stage, Stage.id == Passage.stage_id)
    .join(Cohort, Cohort.id == bindparam("cohort"))
    .where(Passage.id == bindparam("passage"))
)
_BEFORE, _AFTER = aliased(Version), aliased(Version)
_REQUESTS = (
    select(InformationRequest, Person, _BEFORE.number, _AFTER.number)
    .join(Person, Person.id == InformationRequest.asked_by_id)
    .outerjoin(_BEFORE, _BEFORE.id == InformationRequest.version_before_id)
    .outerjoin(_AFTER, _AFTER.id == InformationRequest.version_after_id)
    .where(InformationRequest.idea_id == bindparam("idea"))
    .order_by(InformationRequest.id.desc())
    .limit(MOST)
)
_QUESTIONS = (
    select(Question.key, Question.label, Question.stage_id, Question.removed_at)
    .join(Stage, Stage.id == Question.stage_id)
    .join(Cohort, Cohort.programme_id == Stage.programme_id)
    .where(Cohort.id == bindparam("cohort"))
    .order_by(Question.position, Question.id)
)


def information_page(session: Session, idea: Idea) -> InformationPage:
    """Load the requests about an idea and the fields of its stage; three queries."""
    passage, stage, cohort_code, zone, country = session.execute(
        _HEAD, {"cohort": idea.cohort_id, "passage": idea.passage_id}
    ).one()
    labels: dict[str, Bilingual] = {}
    fields = [Field(name, Bilingual()) for name in (TITLE, SUMMARY)]
    for key, label, stage_id, removed_at in session.execute(_QUESTIONS, {"cohort": idea.cohort_id}):
        labels.setdefault(f"answer_{key}", label)
        if stage_id == stage.id:
            labels[f"answer_{key}"] = label
            if removed_at is None:
                fields.append(Field(f"answer_{key}", label))
    fields.append(Field(FILES, Bilingual()))
    place = Place(
        IdeaState(idea.state), PassageState(passage.state), asked_until=passage.asked_until
    )
    rows = session.execute(_REQUESTS, {"idea": idea.id})
    return InformationPage(
        rows=tuple(_row(*row, labels, passage.id if is_asked(place) else 0) for row in rows),
        fields=tuple(fields), askable=may_ask(place), cohort_code=cohort_code,
        stage_key=stage.key, stage=stage.name, zone=zone, country=country,
    )  # fmt: skip


def _row(
    request: InformationRequest,
    asker: Person,
    before: int | None,
    after: int | None,
    labels: dict[str, Bilingual],
    asked_now: int,
) -> RequestRow:
    """Make one row; `asked_now` is the passage for which more is asked now, if any is."""
    ended = request.answered_at or request.withdrawn_at
    return RequestRow(
        id=request.id, text=request.text,
        fields=tuple(Field(name, labels.get(name, Bilingual())) for name in request.fields),
        due_on=request.due_on, asked_at=request.asked_at, asked_by=asker.display_name,
        reply=request.reply, answered_at=request.answered_at, withdrawn_at=request.withdrawn_at,
        before=before, after=after, open=ended is None and request.passage_id == asked_now,
    )  # fmt: skip


def programme_key(session: Session, cohort: Cohort) -> str:
    """Return the key of a cohort's programme; one query."""
    return session.get_one(Programme, cohort.programme_id).key


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """The promise to one team, in one passage."""

    code: str
    title: Bilingual
    stage: Bilingual
    cohort_code: str
    handed_in_at: datetime
    promise_on: date | None
    told_on: date | None
    asked_until: date | None
    paused_days: int
    state: Promise


@dataclass(frozen=True, slots=True)
class PromisePage:
    """Promises of one state, those that are late longest first, with the figures of all states."""

    figures: Figures
    rows: tuple[PromiseRow, ...]
    total: int
    stages: tuple[tuple[str, Bilingual], ...]
    cohorts: tuple[tuple[str, Bilingual], ...]


def promise_page(
    session: Session,
    programme: Programme,
    *,
    show: Promise,
    stage: str,
    cohort: str,
    after: int,
    day: date,
) -> PromisePage:
    """Load a programme's promises, narrowed to a stage and a cohort; four queries."""
    stages = session.execute(
        select(Stage.key, Stage.name)
        .where(Stage.programme_id == programme.id)
        .order_by(Stage.position)
    ).all()
    cohorts = session.execute(
        select(Cohort.code, Cohort.name)
        .where(Cohort.programme_id == programme.id)
        .order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
    ).all()
    counts = session.execute(_narrowed(counted(), programme.id, stage, cohort), {"day": day})
    figures = Figures({Promise(row.state): row.ideas for row in counts if row.state})
    listed = _narrowed(_ROWS, programme.id, stage, cohort).where(STATES[show])
    rows: Any = session.execute(listed.limit(PAGE).offset(after), {"day": day})
    return PromisePage(
        figures,
        tuple(_promise(row) for row in rows),
        figures[show],
        tuple((key, name) for key, name in stages),
        tuple((code, name) for code, name in cohorts),
    )


def _promise(row: Any) -> PromiseRow:
    code, title, stage, cohort, handed_in_at, promise_on, told_on, until, days, state = row
    return PromiseRow(
        code, title, stage, cohort, handed_in_at, promise_on, told_on, until, days, Promise(state)
    )


_ROWS: Any = (
    select(
        Idea.code, Idea.title, Stage.name, Cohort.code, Passage.handed_in_at, Passage.promise_on,
        Passage.told_on, Passage.asked_until, Passage.paused_days, STATE,
    )
    .select_from(Passage)
    .join(Idea, Idea.id == Passage.idea_id)
    .where(WITH_PROMISE)
    .order_by(func.coalesce(Passage.promise_on, Passage.asked_until), Passage.id)
)  # fmt: skip


def _narrowed(statement: Select[Any], programme_id: int, stage: str, cohort: str) -> Select[Any]:
    statement = (
        statement.join(Cohort, Cohort.id == Idea.cohort_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(Cohort.programme_id == programme_id)
    )
    if stage:
        statement = statement.where(Stage.key == stage)
    return statement.where(Cohort.code == cohort) if cohort else statement
