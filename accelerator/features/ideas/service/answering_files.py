"""Files as answers: attached to the idea, and named by the answer to one question."""

from datetime import datetime
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import attachments
from accelerator.domain.answers import MOST_FILES
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.stages import require_writable
from accelerator.features.ideas.queries.writing import writing
from accelerator.i18n import N_
from accelerator.standing.answers import QuestionRow
from accelerator.storage.tables import Answer, Attachment, Idea


def give_file(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    question_id: int,
    name: str,
    file: IO[bytes],
    limit: int,
    store_url: str,
    now: datetime,
) -> Attachment:
    """Attach a file as an answer, beside those given before. `limit` is in bytes.

    Two who give files at the same time give both: the idea's row is locked.
    """
    written = writing(session, idea)
    require_writable(written.place)
    question = next((one for one in written.questions if one.id == question_id), None)
    if question is None:
        raise DomainError("no_question", N_("This question is not open now."))
    here = _numbers(question)
    if len(here) >= MOST_FILES:
        raise DomainError(
            "files_many",
            N_("An answer takes at most %(most)s files. Remove one first."),
            most=MOST_FILES,
        )
    row = attachments.attach(
        session, actor=actor, idea=idea, name=name, file=file, limit=limit,
        store_url=store_url, now=now,
    )  # fmt: skip
    _answer(session, idea, question, [*here, str(row.id)], actor=actor, now=now)
    return row


def take_file(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    question: QuestionRow,
    attachment_id: int,
    now: datetime,
) -> None:
    """Take a file out of an answer and out of the idea; what was handed in keeps it."""
    require_writable(writing(session, idea).place)
    here = _numbers(question)
    if str(attachment_id) not in here:
        return
    if question.own:
        attachment = session.get_one(Attachment, attachment_id)
        attachments.remove(session, actor=actor, attachment=attachment, now=now)
    here.remove(str(attachment_id))
    _answer(session, idea, question, here, actor=actor, now=now)


def _numbers(question: QuestionRow) -> list[str]:
    value = question.given.value
    return (
        [number for number in value if isinstance(number, str)] if isinstance(value, list) else []
    )


def _answer(
    session: Session,
    idea: Idea,
    question: QuestionRow,
    numbers: list[str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    row = session.scalars(
        select(Answer).where(Answer.idea_id == idea.id, Answer.question_id == question.id)
    ).one_or_none()
    if row is None:
        row = Answer(idea_id=idea.id, question_id=question.id, text=Bilingual(), value=None)
        session.add(row)
    row.value, row.updated_by_id, row.updated_at = numbers, actor.id, now
    idea.updated_at = now
    session.flush()
