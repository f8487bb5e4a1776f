"""What an idea is found by: the words that those who find it may also read."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.stages import PRIVATE
from accelerator.storage import search
from accelerator.storage.tables import Answer, Idea, Passage, Version


def reindex(session: Session, idea: Idea) -> None:
    """Index title, summary and answers: a draft's as they stand, later only what was handed in."""
    texts = [idea.title, idea.summary]
    if idea.state in PRIVATE:
        texts += session.scalars(select(Answer.text).where(Answer.idea_id == idea.id))
    else:
        contents = session.execute(
            select(Passage.stage_id, Version.content)
            .join(Passage, Passage.id == Version.passage_id)
            .where(Version.idea_id == idea.id)
            .order_by(Version.number)
        )
        newest: dict[int, dict[str, Any]] = dict(contents.all())
        texts += [Bilingual.of(a["text"]) for c in newest.values() for a in c["answers"]]
    search.index(session, idea.id, "\n".join(f"{text.ja}\n{text.en}" for text in texts))
