"""What a manager sees of a final round: the order so far with its doubt, and who picked."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, not_, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.features.pairwise.queries.facts import contenders, fitted, picks
from accelerator.storage.tables import Final, FinalIdea, FinalJudge, Idea, Person, Pick
from accelerator.storage.visibility import outside_team

if TYPE_CHECKING:
    from accelerator.domain.pairwise import PlacedIdea


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One idea's line."""

    code: str
    title: Bilingual
    open: bool
    numbers: "PlacedIdea[int]"

    @property
    def compared(self) -> int:
        """Return how often the idea was compared."""
        return self.numbers.won + self.numbers.lost + self.numbers.ties


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """A judge with what they picked; `asked` is False once they were taken out."""

    id: int
    name: str
    picks: int
    undecided: int
    last_at: datetime | None
    asked: bool


@dataclass(frozen=True, slots=True)
class OrderPage:
    """The order of a round, best first; `hidden` where the reader's own team is in it."""

    rows: tuple[OrderRow, ...]
    hidden: bool
    judges: tuple[JudgeRow, ...]
    comparisons: int
    groups: int
    consistency: float | None


def order_page(session: Session, final: Final, actor: Actor) -> OrderPage:
    """Load a round with its order: four queries."""
    from accelerator.domain.pairwise import standings

    ideas = contenders(session, final)
    found = fitted(ideas, picks(session, final))
    by_passage = {idea.passage_id: idea for idea in ideas}
    return OrderPage(
        rows=tuple(
            OrderRow(idea.code, idea.title, idea.open, numbers)
            for numbers in standings(found)
            for idea in [by_passage[numbers.idea]]
        ),
        hidden=_of_own_team(session, final, actor),
        judges=_judges(session, final),
        comparisons=found.comparisons,
        groups=found.groups,
        consistency=found.consistency,
    )


def _of_own_team(session: Session, final: Final, actor: Actor) -> bool:
    """Say whether the reader is in the team of an idea of the round: a member first."""
    own = (
        select(Idea.id)
        .join(FinalIdea, FinalIdea.passage_id == Idea.passage_id)
        .where(FinalIdea.final_id == final.id, not_(outside_team(actor)))
        .limit(1)
    )
    return session.scalar(own) is not None


def _judges(session: Session, final: Final) -> tuple[JudgeRow, ...]:
    """List who is asked, and who was and picked; the most diligent first."""
    counts = (
        select(
            Pick.judge_id,
            func.count().label("picks"),
            func.count().filter(Pick.better_id.is_(None)).label("undecided"),
            func.max(Pick.picked_at).label("last_at"),
        )
        .where(Pick.final_id == final.id)
        .group_by(Pick.judge_id)
        .subquery()
    )
    rows = session.execute(
        select(Person, FinalJudge.person_id, counts.c.picks, counts.c.undecided, counts.c.last_at)
        .select_from(Person)
        .outerjoin(
            FinalJudge, (FinalJudge.person_id == Person.id) & (FinalJudge.final_id == final.id)
        )
        .outerjoin(counts, counts.c.judge_id == Person.id)
        .where(FinalJudge.person_id.is_not(None) | counts.c.judge_id.is_not(None))
        .order_by(func.coalesce(counts.c.picks, 0).desc(), Person.family_name, Person.id)
    )
    return tuple(
        JudgeRow(
            person.id, person.display_name, done or 0, undecided or 0, last_at, asked is not None
        )
        for person, asked, done, undecided, last_at in rows
    )
