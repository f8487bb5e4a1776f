"""Assignments as rows of a file, and what a file is compared with."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.conflicts import Conflict
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import GONE, AssignmentState
from accelerator.features.assignment.queries.field import programme_reviewers, waiting_ideas
from accelerator.i18n import N_
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Idea,
    Person,
    ProposedPair,
    Review,
    Stage,
)

HEAD = (N_("Idea"), N_("Title"), N_("Reviewer"), N_("Name"), N_("State"))
CHUNK = 500

Rows = list[list[str]]


def present(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, language: str
) -> Iterator[Rows]:
    """Yield the assignments that stand, by idea; an idea without any has a row without reviewer."""
    ideas = waiting_ideas(actor, cohort.id, stage.id).subquery()
    rows = session.execute(
        select(Idea.code, Idea.title, Person, Assignment.state)
        .join(ideas, ideas.c.id == Idea.id)
        .outerjoin(
            Assignment,
            (Assignment.passage_id == ideas.c.passage_id) & Assignment.state.not_in(GONE),
        )
        .outerjoin(Person, Person.id == Assignment.reviewer_id)
        .order_by(Idea.id, Assignment.id)
    )
    for part in rows.partitions(CHUNK):
        yield [
            _row(code, title, person, state or "", language) for code, title, person, state in part
        ]


def proposed(
    session: Session, *, actor: Actor, proposal_id: int, cohort: Cohort, stage: Stage, language: str
) -> Iterator[Rows]:
    """Yield what would stand after the proposal is applied: what exists, and what is ticked."""
    ideas = waiting_ideas(actor, cohort.id, stage.id).subquery()
    gone = {
        (idea, reviewer)
        for idea, reviewer in session.execute(
            select(ProposedPair.idea_id, ProposedPair.reviewer_id).where(
                ProposedPair.proposal_id == proposal_id, ProposedPair.removes, ProposedPair.accepted
            )
        )
    }
    new = session.execute(
        select(Idea.id, Idea.code, Idea.title, Person)
        .join(ProposedPair, ProposedPair.idea_id == Idea.id)
        .join(Person, Person.id == ProposedPair.reviewer_id)
        .join(ideas, ideas.c.id == Idea.id)
        .where(
            ProposedPair.proposal_id == proposal_id, ProposedPair.accepted, ~ProposedPair.removes
        )
        .order_by(Idea.id, ProposedPair.id)
    ).all()
    standing = session.execute(
        select(Idea.id, Idea.code, Idea.title, Person, Assignment.state)
        .join(ideas, ideas.c.id == Idea.id)
        .join(Assignment, Assignment.passage_id == ideas.c.passage_id)
        .join(Person, Person.id == Assignment.reviewer_id)
        .where(Assignment.state.not_in(GONE))
        .order_by(Idea.id, Assignment.id)
    ).all()
    lines = [
        (row.id, _row(row.code, row.title, row.Person, row.state, language))
        for row in standing
        if (row.id, row.Person.id) not in gone
    ]
    there = {(row.id, row.Person.id) for row in standing}
    lines += [
        (row.id, _row(row.code, row.title, row.Person, "proposed", language))
        for row in new
        if (row.id, row.Person.id) not in there
    ]
    lines.sort(key=lambda line: line[0])
    for start in range(0, len(lines), CHUNK):
        yield [row for _, row in lines[start : start + CHUNK]]


def _row(
    code: str, title: Bilingual, person: Person | None, state: str, language: str
) -> list[str]:
    who = (person.email, person.display_name) if person else ("", "")
    return [code, title.pick(language), *who, state]


@dataclass(frozen=True, slots=True)
class There:
    """An assignment of the passage, whatever its state; `begun` ones are never taken away."""

    state: str
    begun: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What a table is compared with: ideas and people by how the file names them."""

    ideas: dict[str, tuple[int, int, Bilingual]]  # by code: idea, passage, title
    people: dict[str, tuple[int, str]]  # by address: person, name
    there: dict[tuple[int, int], There]  # by idea and person
    names: dict[int, str]
    conflicts: dict[tuple[int, int], frozenset[Conflict]]


def ground(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, codes: Collection[str]
) -> Ground:
    """Load what the rows of a file are about; seven queries."""
    ideas = {
        row.code: (row.id, row.passage_id, row.title)
        for row in session.execute(
            waiting_ideas(actor, cohort.id, stage.id)
            .add_columns(Idea.code, Idea.title)
            .where(Idea.code.in_(codes))
        )
    }
    people = session.scalars(programme_reviewers(stage.programme_id)).all()
    rows = session.execute(
        select(Assignment, Person, Review.id)
        .join(Person, Person.id == Assignment.reviewer_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.passage_id.in_([passage for _, passage, _ in ideas.values()]))
    ).all()
    return Ground(
        ideas=ideas,
        people={person.email: (person.id, person.display_name) for person in people},
        there={
            (row.Assignment.idea_id, row.Person.id): There(
                row.Assignment.state,
                row.Assignment.state != AssignmentState.ASSIGNED or row.id is not None,
            )
            for row in rows
        },
        names={row.Person.id: row.Person.display_name for row in rows},
        conflicts=conflicts_between(
            session, [idea for idea, _, _ in ideas.values()], [person.id for person in people]
        ),
    )
