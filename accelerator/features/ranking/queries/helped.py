"""Where one more review helps the decision most, and who could write it."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.gates import CutLine
from accelerator.domain.policy import Actor
from accelerator.standing.asking import Candidate, candidates, least_busy, waiting
from accelerator.standing.ranking import Scope, ranking_of
from accelerator.storage.tables import Cohort, Stage

if TYPE_CHECKING:
    from accelerator.domain.scoring import RankedIdea


@dataclass(frozen=True, slots=True)
class HelpedRow:
    """An idea that further reviews would help; `reviewer` is free to write one."""

    code: str
    title: Bilingual
    more: int
    numbers: "RankedIdea[int]"
    reviewer: Candidate | None


@dataclass(frozen=True, slots=True)
class HelpedPage:
    """The ideas that would gain most, the first gaining most."""

    scope: Scope
    line: CutLine
    ranked: int
    rows: tuple[HelpedRow, ...]


def helped_page(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    *,
    actor: Actor,
    capacity: int | None = None,
) -> HelpedPage:
    """Propose the next reviews of the ideas at the gate; seven queries, eight when reviews changed.

    The reader's own ideas are left out: somebody else asks for their reviews.
    """
    found = ranking_of(session, cohort, stage.id, capacity=capacity)
    more = Counter(found.ranked.helped)
    ideas = {
        idea.passage_id: idea for idea in waiting(session, actor, cohort.id, stage.id, list(more))
    }
    order = [ideas[passage] for passage in more if passage in ideas]
    people = candidates(session, stage.programme_id) if order else ()
    free = least_busy(session, order, people)
    numbers = found.ranked.lines.find(ideas)
    return HelpedPage(
        scope=Scope.NOW,
        line=found.line,
        ranked=len(found.ranked.lines),
        rows=tuple(
            HelpedRow(
                idea.code, idea.title, more[idea.passage_id], numbers[idea.passage_id],
                free.get(idea.passage_id),
            )
            for idea in order
        ),
    )  # fmt: skip
