"""Start an idea and write on it, alone or together."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.ideas import IdeaEdited, IdeaStarted
from accelerator.domain.answers import WRITTEN, Given, Kind, Value, readable, written_in
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.drafts import Merge, merge, restamp, stamp
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.intake import require_intake
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, require_writable
from accelerator.features.ideas.queries.finding import intake_of, late_until
from accelerator.features.ideas.queries.people import employees
from accelerator.features.ideas.queries.writing import Writing, writing
from accelerator.features.ideas.service.finding import reindex
from accelerator.i18n import N_, language
from accelerator.standing.answers import QuestionRow
from accelerator.standing.passages import enter_stage
from accelerator.storage.tables import Answer, Cohort, Event, Idea, Programme, Stage, TeamMember

EVENT_EVERY = timedelta(hours=1)


class Clash(Stale):
    """Two people wrote in the same field; `kept` is what the writer's form still has to show."""

    kept: dict[str, Value]


def start(
    session: Session, *, actor: Actor, cohort_code: str, title: str, summary: str, now: datetime
) -> Idea:
    """Make a draft with the cohort's next code; its starter owns it and leads the team."""
    row = session.execute(
        select(Cohort, Programme.audience, late_until(actor.id).label("late_until"))
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Cohort.code == cohort_code, Programme.archived_at.is_(None))
    ).one_or_none()
    if row is None:
        raise DomainError("no_cohort", N_("Choose a cohort whose intake is open."), field="cohort")
    cohort: Cohort = row.Cohort
    require_intake(intake_of(cohort, row.late_until), now=now, taken=0)
    written = written_in(f"{title} {summary}", actor.language)
    idea = Idea(
        code=_next_code(session, cohort),
        cohort_id=cohort.id,
        owner_id=actor.id,
        language=written,
        title=Bilingual().with_side(written, title),
        summary=Bilingual().with_side(written, summary),
        state=IdeaState.DRAFT,
        audience=row.audience,
        created_at=now,
        updated_at=now,
    )
    session.add(idea)
    session.flush()
    session.add(
        TeamMember(
            idea_id=idea.id, person_id=actor.id, role="lead", state="accepted",
            invited_at=now, answered_at=now,
        )
    )  # fmt: skip
    first = session.scalars(
        select(Stage)
        .where(Stage.programme_id == cohort.programme_id, Stage.removed_at.is_(None))
        .order_by(Stage.position)
    ).first()
    if first is None:
        raise DomainError("no_stage", N_("This programme has no stage yet."), field="cohort")
    enter_stage(session, idea=idea, cohort=cohort, stage=first, now=now)
    reindex(session, idea)
    record(
        session,
        IdeaStarted(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.id,
            code=idea.code, path=f"/ideas/{idea.code}",
        ),
        now=now,
    )  # fmt: skip
    return idea


def _next_code(session: Session, cohort: Cohort) -> str:
    """Take the cohort's next number; the row is locked until the transaction ends."""
    number = session.execute(
        update(Cohort)
        .where(Cohort.id == cohort.id)
        .values(next_number=Cohort.next_number + 1)
        .returning(Cohort.next_number)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return f"{cohort.code}-{number - 1:04d}"


def save(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    side: str,
    typed: Mapping[str, Value],
    seen: str,
    now: datetime,
) -> str:
    """Save what the writer changed on one language's side; return the form's new stamp.

    What others changed meanwhile in other fields stays. Raises Clash where both changed one field.
    """
    now_written = writing(session, idea, sent=typed)
    require_writable(now_written.place)
    stored = now_written.stored(side)
    sent = {name: value for name, value in typed.items() if name in stored}
    wanted = sent | _people(session, now_written, sent)
    found = merge(seen, stored, wanted)
    if found.conflicts:
        raise _clash(now_written, stored, sent, found)
    if found.changes:
        _write(session, idea, now_written, found.changes, side, actor=actor, now=now)
    return restamp(seen, wanted)


def _people(session: Session, now_written: Writing, sent: Mapping[str, Value]) -> dict[str, Value]:
    """Return the people who were named; a name that nobody has stays as it was typed."""
    found: dict[str, Value] = {}
    for question in now_written.questions:
        typed = sent.get(question.field)
        if question.asked.kind is Kind.PERSON and isinstance(typed, str) and typed:
            if typed == question.address:
                found[question.field] = question.given.value
            elif len(people := employees(session, typed)) == 1:
                found[question.field] = [str(people[0].id)]
    return found


def _write(
    session: Session,
    idea: Idea,
    now_written: Writing,
    changes: Mapping[str, Value],
    side: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if "title" in changes:
        idea.title = idea.title.with_side(side, _text(changes["title"]))
    if "summary" in changes:
        idea.summary = idea.summary.with_side(side, _text(changes["summary"]))
    questions = {question.field: question for question in now_written.questions}
    for name, value in changes.items():
        if name in questions:
            _answer(session, idea, questions[name], value, side, actor=actor, now=now)
    idea.updated_at = now
    session.flush()
    reindex(session, idea)
    _note(session, idea, now_written.programme_id, actor=actor, now=now)


def _answer(
    session: Session,
    idea: Idea,
    question: QuestionRow,
    value: Value,
    side: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    row = session.scalars(
        select(Answer).where(Answer.idea_id == idea.id, Answer.question_id == question.id)
    ).one_or_none()
    if row is None:
        # What was carried over stays where it is not written anew: the other language's side.
        text = question.given.text
        row = Answer(idea_id=idea.id, question_id=question.id, text=text, value=None)
        session.add(row)
    if question.asked.kind in WRITTEN:
        row.text = row.text.with_side(side, _text(value))
    else:
        row.value = value or None
    row.updated_by_id = actor.id
    row.updated_at = now


def _note(session: Session, idea: Idea, programme_id: int, *, actor: Actor, now: datetime) -> None:
    """Record that somebody writes: once an hour and person, not at each pause in typing."""
    noted = select(
        exists().where(
            Event.idea_id == idea.id,
            Event.kind == IdeaEdited.__name__,
            Event.actor_id == actor.id,
            Event.at > now - EVENT_EVERY,
        )
    )
    if not session.scalar(noted):
        edited = IdeaEdited(
            actor_id=actor.id, programme_id=programme_id, idea_id=idea.id,
            code=idea.code, path=f"/ideas/{idea.code}",
        )  # fmt: skip
        record(session, edited, now=now)


def _clash(
    now_written: Writing, stored: Mapping[str, Value], sent: Mapping[str, Value], found: Merge
) -> Clash:
    questions = {question.field: question for question in now_written.questions}
    error = Clash(
        "idea_changed",
        N_("Somebody else changed the same text meanwhile."),
        theirs={name: _words(stored[name], questions.get(name)) for name in found.conflicts},
        mine={name: _words(sent[name], questions.get(name)) for name in found.conflicts},
        version=stamp(stored),
        labels={name: row.asked.label.pick(language()) for name, row in questions.items()},
    )
    error.kept = {name: sent[name] for name in {*found.conflicts, *found.changes}}
    return error


def _words(value: Value, question: QuestionRow | None) -> str:
    """Return a field's content as people read it."""
    if question is None or question.asked.kind in WRITTEN:
        return _text(value)
    names = question.given.names if value == question.given.value else ()
    return readable(question.asked, Given(value=value, names=names)).pick(language())


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
