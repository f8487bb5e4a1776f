"""What a manager can put into a final round: the ideas at the gate, the programme's reviewers."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Role
from accelerator.features.pairwise.queries.facts import AT_GATE
from accelerator.standing.ranking import ranking_of
from accelerator.storage.holding import holding
from accelerator.storage.tables import (
    Cohort,
    Final,
    FinalIdea,
    FinalJudge,
    Idea,
    Membership,
    Passage,
    Person,
    Stage,
)

PAIR = 2
MOST_IDEAS = 40  # in one round: 780 pairs
OFFERED = 100  # ideas, the best by the reviews first
PEOPLE = 50


@dataclass(frozen=True, slots=True)
class IdeaChoice:
    """An idea that waits at the gate; `adjusted` is missing without a review."""

    code: str
    title: Bilingual
    owner: str
    adjusted: float | None
    above: bool


@dataclass(frozen=True, slots=True)
class JudgeChoice:
    """A reviewer of the programme."""

    id: int
    name: str
    department: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What is not in the round yet; `opened` says whether there is a round at all."""

    ideas: tuple[IdeaChoice, ...]
    idea_count: int
    judges: tuple[JudgeChoice, ...]
    judge_count: int
    opened: bool

    @property
    def usual(self) -> tuple[str, ...]:
        """Return the ideas ticked at first: those above the line, all where nothing is ranked.

        A round that is open has got its ideas: nothing more is ticked.
        """
        if self.opened:
            return ()
        ranked = any(idea.adjusted is not None for idea in self.ideas)
        usual = [
            idea.code for at, idea in enumerate(self.ideas) if idea.above or not ranked or at < PAIR
        ]
        return tuple(usual[:MOST_IDEAS])


def choice(
    session: Session, cohort: Cohort, stage: Stage, final: Final | None, *, who: str = ""
) -> Choice:
    """Load what can be added to a round; `who` narrows the reviewers by name or department."""
    final_id = final.id if final else 0
    rows = session.execute(
        at_gate(cohort, stage).where(
            Passage.id.not_in(select(FinalIdea.passage_id).where(FinalIdea.final_id == final_id))
        )
    ).all()
    found = ranking_of(session, cohort, stage.id)
    ranked = found.by_passage  # best first
    places = {passage: at for at, passage in enumerate(ranked)}
    ideas = sorted(rows, key=lambda row: places.get(row.passage_id, len(places)))
    judges = reviewers(stage.programme_id).where(
        Person.id.not_in(select(FinalJudge.person_id).where(FinalJudge.final_id == final_id))
    )
    for word in who.split():
        judges = judges.where(
            holding(word, Person.family_name, Person.given_name, Person.department)
        )
    people = session.scalars(judges.order_by(Person.family_name, Person.id).limit(PEOPLE))
    count = session.scalar(select(func.count()).select_from(judges.subquery()))
    return Choice(
        ideas=tuple(
            IdeaChoice(
                row.code, row.title, row.Person.display_name,
                ranked[row.passage_id].adjusted if row.passage_id in ranked else None,
                places.get(row.passage_id, len(places)) < found.line.capacity,
            )
            for row in ideas[:OFFERED]
        ),
        idea_count=len(ideas),
        judges=tuple(JudgeChoice(p.id, p.display_name, p.department) for p in people),
        judge_count=count or 0,
        opened=final is not None,
    )  # fmt: skip


def at_gate(
    cohort: Cohort, stage: Stage, codes: Collection[str] | None = None
) -> Select[int, int, str, Bilingual, Person]:
    """Select the ideas that wait at the gate of a stage, all or those with these codes."""
    statement = (
        select(
            Idea.id.label("idea_id"), Passage.id.label("passage_id"), Idea.code, Idea.title, Person
        )
        .select_from(Idea)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Person, Person.id == Idea.owner_id)
        .where(Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, AT_GATE)
        .order_by(Passage.id)
    )
    return statement if codes is None else statement.where(Idea.code.in_(codes))


def reviewers(programme_id: int) -> Select[Person]:
    """Select the reviewers of a programme who can sign in."""
    return (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.programme_id == programme_id,
            Membership.role == Role.REVIEWER,
            Person.disabled_at.is_(None),
        )
    )
