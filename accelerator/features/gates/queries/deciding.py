"""What stands beside a decision: who hears, whose interests meet, who was faster."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.conflicts import Conflict
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import (
    Cohort,
    Decision,
    Idea,
    Passage,
    Person,
    Stage,
    TeamMember,
)

if TYPE_CHECKING:
    pass

from accelerator.features.gates.queries.gate import GateRow


def own_conflicts(
    session: Session, actor: Actor, rows: Sequence[GateRow]
) -> dict[str, frozenset[Conflict]]:
    """Return the decider's conflicts of interest, by the idea's code."""
    codes = {row.idea_id: row.code for row in rows}
    found = conflicts_between(session, codes, [actor.id])
    return {codes[idea]: reasons for (idea, _), reasons in found.items()}


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """Somebody who will hear; one message for each of the ideas."""

    name: str
    language: str
    codes: tuple[str, ...]


def receivers(session: Session, rows: Sequence[GateRow]) -> tuple[ReceiverRow, ...]:
    """List who will hear of a decision about these ideas."""
    codes = {row.idea_id: row.code for row in rows}
    found: dict[int, tuple[Person, list[str]]] = {}
    for idea, person in session.execute(
        select(TeamMember.idea_id, Person)
        .join(Person, Person.id == TeamMember.person_id)
        .where(
            TeamMember.idea_id.in_(codes),
            TeamMember.state == "accepted",
            Person.disabled_at.is_(None),
        )
        .order_by(TeamMember.idea_id, Person.id)
    ):
        found.setdefault(person.id, (person, []))[1].append(codes[idea])
    return tuple(
        ReceiverRow(person.display_name, person.language, tuple(theirs))
        for person, theirs in found.values()
    )


@dataclass(frozen=True, slots=True)
class MeanwhileRow:
    """What somebody else decided about an idea; without a decision it left in another way."""

    code: str
    title: Bilingual
    outcome: str | None
    reason: str
    decided_by: str
    decided_at: datetime | None


def decided_meanwhile(
    session: Session, cohort: Cohort, stage: Stage, codes: Sequence[str]
) -> tuple[MeanwhileRow, ...]:
    """Load the newest decision of this gate about each of these ideas of the cohort."""
    newest = (
        select(func.max(Decision.id))
        .join(Passage, Passage.id == Decision.passage_id)
        .where(Decision.idea_id == Idea.id, Passage.stage_id == stage.id)
        .correlate(Idea)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Idea.code, Idea.title, Decision, Person)
        .select_from(Idea)
        .outerjoin(Decision, Decision.id == newest)
        .outerjoin(Person, Person.id == Decision.decided_by_id)
        .where(Idea.cohort_id == cohort.id, Idea.code.in_(codes), Idea.state != IdeaState.DRAFT)
        .order_by(Idea.id)
    )
    return tuple(
        MeanwhileRow(
            code,
            title,
            decision.outcome if decision else None,
            decision.reason if decision else "",
            person.display_name if person else "",
            decision.decided_at if decision else None,
        )
        for code, title, decision, person in rows
    )
