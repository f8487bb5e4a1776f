"""What an idea is found by: the words that those who find it may also read."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.answers import NAMING
from accelerator.domain.answers import rows as table_rows
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.stages import PRIVATE
from accelerator.storage import search
from accelerator.storage.tables import Answer, Idea, Passage, Version


def reindex(session: Session, idea: Idea) -> None:
    """Index title, summary and answers: a draft's as they stand, later only what was handed in.

    People and files that an answer names lead nobody to the idea: its team may be hidden.
    """
    texts = [idea.title, idea.summary]
    if idea.state in PRIVATE:
        rows = session.execute(select(Answer.text, Answer.value).where(Answer.idea_id == idea.id))
        for text, value in rows:
            cells = "\n".join(cell for row in table_rows(value) for cell in row.values())
            texts += [text, Bilingual(cells)]
    else:
        contents = session.execute(
            select(Passage.stage_id, Version.content)
            .join(Passage, Passage.id == Version.passage_id)
            .where(Version.idea_id == idea.id)
            .order_by(Version.number)
        )
        newest: dict[int, dict[str, Any]] = dict(contents.all())
        texts += [
            Bilingual.of(answer["text"])
            for content in newest.values()
            for answer in content["answers"]
            if answer["kind"] not in NAMING
        ]
    search.index(session, idea.id, "\n".join(f"{text.ja}\n{text.en}" for text in texts))
