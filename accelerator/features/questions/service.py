"""Add, change, move, remove and bring back the questions of a stage; answers are never touched."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accelerator.activity import record, record_for_teams
from accelerator.activity.events.base import Event
from accelerator.activity.events.questions import (
    AnswerTouched,
    QuestionAdded,
    QuestionChanged,
    QuestionRemoved,
    QuestionRestored,
    QuestionsOrdered,
)
from accelerator.domain.answers import Asked, Condition, Kind, Option
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.policy import Actor
from accelerator.domain.questions import (
    MOST_QUESTIONS,
    Effect,
    hangs_on,
    new_key,
    require_askable,
    require_order,
)
from accelerator.features.questions.queries import Affected, affected, mark_of, questions_of
from accelerator.i18n import N_
from accelerator.storage.tables import Programme, Question, Stage

Values = Mapping[str, Any]


class Touching(DomainError):
    """Nothing is saved yet: the manager has not seen whom the change touches."""

    affected: Affected


def add(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    values: Values,
    seen: str,
    now: datetime,
) -> Question:
    """Ask one more question, at the end. `seen` marks the ideas that were shown as touched."""
    rows = questions_of(session, stage)
    present = _present(rows)
    if len(present) >= MOST_QUESTIONS:
        raise DomainError(
            "many_questions",
            N_("A stage takes at most %(most)s questions."),
            most=MOST_QUESTIONS,
        )
    question = Question(
        stage_id=stage.id,
        position=max((row.position for row in rows), default=0) + 1,
        key=new_key(values["label"], [row.key for row in rows]),
        **values,
    )
    after = [*(row.asked for row in present), _asked(question.key, values)]
    _require(after, question.key)
    found = affected(
        session, actor, stage, before=present, after=after, keys={question.key},
        carried={question.key: values["carried_from_id"]},
    )  # fmt: skip
    _require_seen(found, seen)
    session.add(question)
    session.flush()
    event = QuestionAdded(label=question.label, **_about(actor, programme, stage, question))
    record(session, event, now=now)
    _tell(session, actor, programme, stage, question, found, now)
    return question


def change(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    question: Question,
    version: int,
    values: Values,
    seen: str,
    now: datetime,
) -> None:
    """Change a question, unless somebody else did meanwhile or ideas were not looked at."""
    if question.version != version:
        raise Stale(
            "stale",
            N_("Another manager saved this question after you opened it."),
            theirs={},
            mine={},
            version=question.version,
        )
    fields = [name for name, value in values.items() if getattr(question, name) != value]
    if not fields:
        return
    present = _present(questions_of(session, stage))
    new = _asked(question.key, values)
    after = [new if row is question else row.asked for row in present]
    _require(after, question.key)
    keys = {question.key} | _followers(after, question.key)
    carried = _carried(present) | {question.key: values["carried_from_id"]}
    found = affected(session, actor, stage, before=present, after=after, keys=keys, carried=carried)
    _require_seen(found, seen)
    for name in fields:
        setattr(question, name, values[name])
    session.flush()
    event = QuestionChanged(
        label=question.label, fields=fields, **_about(actor, programme, stage, question)
    )
    record(session, event, now=now)
    _tell(session, actor, programme, stage, question, found, now)


def order(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    keys: Sequence[str],
    seen: str,
    now: datetime,
) -> None:
    """Put the questions into another order, unless their list changed meanwhile.

    `seen` is the mark of the list as it was shown.
    """
    rows = questions_of(session, stage)
    present = _present(rows)
    if seen != mark_of(present):
        raise Stale(
            "stale",
            N_("Another manager changed the list meanwhile. It stands below as it is now."),
            theirs={},
            mine={},
            version="",
        )
    wanted = {key: place for place, key in enumerate(keys)}
    ordered = sorted(present, key=lambda row: wanted.get(row.key, len(wanted)))
    if ordered == present:
        return
    require_order([row.asked for row in ordered])
    for position, row in enumerate([*ordered, *(r for r in rows if r not in ordered)], start=1):
        row.position = position
    session.flush()
    event = QuestionsOrdered(
        actor_id=actor.id, programme_id=programme.id, subject=f"stage:{stage.key}",
        path=f"/programmes/{programme.key}/stages/{stage.key}/questions",
        order=[row.key for row in ordered],
    )  # fmt: skip
    record(session, event, now=now)


def removing(session: Session, actor: Actor, stage: Stage, question: Question) -> Affected:
    """Return whose answers removing a question touches."""
    present = _present(questions_of(session, stage))
    after = [row.asked for row in present if row is not question]
    keys = {question.key} | _followers([row.asked for row in present], question.key)
    return affected(
        session, actor, stage, before=present, after=after, keys=keys, carried=_carried(present)
    )


def remove(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    question: Question,
    now: datetime,
) -> None:
    """Ask a question no longer. Its answers stay readable, and it can be brought back."""
    if question.removed_at is not None:
        return
    found = removing(session, actor, stage, question)
    question.removed_at = now
    session.flush()
    event = QuestionRemoved(label=question.label, **_about(actor, programme, stage, question))
    record(session, event, now=now)
    _tell(session, actor, programme, stage, question, found, now)


def restore(
    session: Session,
    *,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    question: Question,
    seen: str,
    now: datetime,
) -> None:
    """Ask a removed question again, with the answers it had.

    Where the question it hung on is gone from above it, it is asked of everybody.
    """
    if question.removed_at is None:
        return
    rows = questions_of(session, stage)
    present = _present(rows)
    after = [row.asked for row in rows if row in present or row is question]
    condition = question.condition
    try:
        require_order(after)
    except DomainError:
        condition = None
        after = [replace(one, condition=None) if one.key == question.key else one for one in after]
    found = affected(
        session, actor, stage, before=[*present, question], was=present, after=after,
        keys={question.key}, carried=_carried([question]),
    )  # fmt: skip
    _require_seen(found, seen)
    question.removed_at, question.condition = None, condition
    session.flush()
    event = QuestionRestored(label=question.label, **_about(actor, programme, stage, question))
    record(session, event, now=now)
    _tell(session, actor, programme, stage, question, found, now)


def _carried(rows: Sequence[Question]) -> dict[str, int | None]:
    return {row.key: row.carried_from_id for row in rows}


def _present(rows: Sequence[Question]) -> list[Question]:
    return [row for row in rows if row.removed_at is None]


def _asked(key: str, values: Values) -> Asked:
    return Asked(
        key,
        Kind(values["kind"]),
        values["label"],
        values["required"],
        values["word_limit"],
        tuple(Option(o["key"], Bilingual.of(o["label"])) for o in values["options"]),
        Condition.of(values["condition"]),
    )


def _require(after: Sequence[Asked], key: str) -> None:
    require_askable(next(one for one in after if one.key == key))
    require_order(after)


def _followers(asked: Sequence[Asked], key: str) -> set[str]:
    """Return the keys of the questions that hang on one, directly or through others."""
    found: set[str] = set()
    new = {key}
    while new := {one.key for source in new for one in hangs_on(asked, source)} - found:
        found |= new
    return found


def _require_seen(found: Affected, seen: str) -> None:
    """Raise unless exactly the ideas that the change touches were shown before."""
    if found.mark and found.mark != seen:
        error = Touching(
            "touching", N_("Ideas are being worked on. Look at what changes for them.")
        )
        error.affected = found
        raise error


def _about(actor: Actor, programme: Programme, stage: Stage, question: Question) -> dict[str, Any]:
    return {
        "actor_id": actor.id,
        "programme_id": programme.id,
        "subject": f"question:{stage.key}:{question.key}",
        "path": f"/programmes/{programme.key}/stages/{stage.key}/questions",
    }


def _tell(
    session: Session,
    actor: Actor,
    programme: Programme,
    stage: Stage,
    question: Question,
    found: Affected,
    now: datetime,
) -> None:
    """Let each team hear what it must look at again; a mere rewording is no message."""
    events: list[Event] = [
        AnswerTouched(
            actor_id=actor.id, programme_id=programme.id, idea_id=one.idea_id,
            subject=f"question:{stage.key}:{question.key}", path=f"/ideas/{one.code}/edit",
            code=one.code, title=one.title, stage=stage.name, label=question.label,
            effect=str(one.effect),
        )
        for one in found.touched
        if one.effect is not Effect.REWORDED
    ]  # fmt: skip
    record_for_teams(session, events, now=now)
