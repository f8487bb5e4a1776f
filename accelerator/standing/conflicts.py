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
    former: dict[int, set[int]] = defaultdict(set)
    mentors: dict[int, set[int]] = defaultdict(set)
    declared: dict[int, set[int]] = defaultdict(set)
    owners = select(Idea.id, *facts).join(Person, Person.id == Idea.owner_id)
    for row in session.execute(owners.where(Idea.id.in_(idea_ids))):
        members[row[0]].append(Party(*row[1:]))
    joined = select(TeamMember.idea_id, *facts, TeamMember.role, TeamMember.state)
    for idea, person, department, line_manager, role, state in session.execute(
        joined.join(Person, Person.id == TeamMember.person_id).where(
            TeamMember.idea_id.in_(idea_ids), TeamMember.state != "declined"
        )
    ):
        if state == "left":
            former[idea].add(person)
        elif role == "mentor":
            mentors[idea].add(person)
        else:
            members[idea].append(Party(person, department, line_manager))
    for idea, person in session.execute(
        select(DeclaredConflict.idea_id, DeclaredConflict.person_id).where(
            DeclaredConflict.idea_id.in_(idea_ids)
        )
    ):
        declared[idea].add(person)
    return {
        idea: Team(
            tuple(members[idea]),
            frozenset(former[idea]),
            frozenset(mentors[idea]),
            frozenset(declared[idea]),
        )
        for idea in idea_ids
    }
