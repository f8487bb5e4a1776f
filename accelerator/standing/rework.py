"""What a gate asked for before an idea is handed in again, and what of it is done."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.bilingual import language_of
from accelerator.domain.stages import IdeaState, Outcome, PassageState
from accelerator.storage.tables import Decision, Idea, Passage

_before = aliased(Passage)
_REWORK = (
    select(Decision)
    .join(_before, _before.id == Decision.passage_id)
    .where(
        _before.idea_id == bindparam("idea"),
        _before.number == bindparam("number"),
        _before.outcome == Outcome.REWORK,
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do; `place` is its number in the list."""

    place: int
    text: str
    done: bool

    @property
    def language(self) -> str:
        """Return the language it is written in."""
        return language_of(self.text)


def rework_of(session: Session, passage: Passage) -> Decision | None:
    """Return the decision that sent an idea back into this passage; no query for a first one."""
    if passage.number == 1:
        return None
    return session.scalars(
        _REWORK, {"idea": passage.idea_id, "number": passage.number - 1}
    ).one_or_none()


def rework_list(session: Session, idea: Idea) -> tuple[Line, ...]:
    """Return the lines to tick off before an idea at work is handed in; two queries at most."""
    passage = session.get_one(Passage, idea.passage_id)
    if idea.state != IdeaState.ACTIVE or passage.state != PassageState.OPEN:
        return ()
    decision = rework_of(session, passage)
    lines = decision.checklist if decision is not None else ()
    return tuple(
        Line(place, line["text"], bool(line["done_at"])) for place, line in enumerate(lines)
    )
