"""Conflicts of interest between many ideas and many reviewers, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.conflicts import Conflict, Party, Team, conflicts_among
from accelerator.storage.tables import Conflict as DeclaredConflict
from accelerator.storage.tables import Idea, Person, TeamMember


def conflicts_between(
    session: Session, idea_ids: Collection[int], reviewer_ids: Collection[int]
) -> dict[tuple[int, int], frozenset[Conflict]]:
    """Return the conflicts of each (idea, reviewer) pair that has any; four queries."""
    reviewers = session.execute(
        select(Person.id, Person.department, Person.line_manager_id).where(
            Person.id.in_(reviewer_ids)
        )
    )
    return conflicts_among([Party(*row) for row in reviewers], _teams(session, idea_ids))


def _teams(session: Session, idea_ids: Collection[int]) -> dict[int, Team]:
    """Return who stands behind each idea: owner, members, invited, former, mentors, declared."""
    facts = (Person.id, Person.department, Person.line_manager_id)
    members: dict[int, list[Party]] = defaultdict(list)
    apart: dict[str, dict[int, set[int]]] = {
        name: defaultdict(set) for name in ("former", "mentors", "declared")
    }
    for idea, *owner in session.execute(
        select(Idea.id, *facts)
        .join(Person, Person.id == Idea.owner_id)
        .where(Idea.id.in_(idea_ids))
    ):
        members[idea].append(Party(*owner))
    for idea, role, state, *person in session.execute(
        select(TeamMember.idea_id, TeamMember.role, TeamMember.state, *facts)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.idea_id.in_(idea_ids), TeamMember.state != "declined")
    ):
        if state == "left":
            apart["former"][idea].add(person[0])
        elif role == "mentor":
            apart["mentors"][idea].add(person[0])
        else:
            members[idea].append(Party(*person))
    for idea, person in session.execute(
        select(DeclaredConflict.idea_id, DeclaredConflict.person_id).where(
            DeclaredConflict.idea_id.in_(idea_ids)
        )
    ):
        apart["declared"][idea].add(person)
    return {
        idea: Team(
            tuple(members[idea]),
            *(frozenset(apart[name][idea]) for name in ("former", "mentors", "declared")),
        )
        for idea in idea_ids
    }
