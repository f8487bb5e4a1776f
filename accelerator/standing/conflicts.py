"""Conflicts of interest between many ideas and many reviewers, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from accelerator.domain.conflicts import Conflict, Party, Team, conflicts_among
from accelerator.storage.tables import Conflict as DeclaredConflict
from accelerator.storage.tables import Idea, Person, TeamMember


def conflicts_between(
    session: Session, idea_ids: Collection[int], reviewer_ids: Collection[int]
) -> dict[tuple[int, int], frozenset[Conflict]]:
    """Return the conflicts of each (idea, reviewer) pair that has any; two queries."""
    reviewers = session.execute(
        select(Person.id, Person.department, Person.line_manager_id).where(
            Person.id.in_(reviewer_ids)
        )
    )
    return conflicts_among([Party(*row) for row in reviewers], teams(session, idea_ids))


_FACTS = (Person.id.label("person"), Person.department, Person.line_manager_id.label("manager"))
_IDEAS: BindParameter[list[int]] = bindparam("ideas", expanding=True)
_BEHIND: Any = union_all(
    select(
        Idea.id.label("idea"), *_FACTS, literal("owner").label("role"), literal("").label("state")
    )
    .join(Person, Person.id == Idea.owner_id)
    .where(Idea.id.in_(_IDEAS)),
    select(TeamMember.idea_id, *_FACTS, TeamMember.role, TeamMember.state)
    .join(Person, Person.id == TeamMember.person_id)
    .where(TeamMember.idea_id.in_(_IDEAS), TeamMember.state != "declined"),
    select(
        DeclaredConflict.idea_id, DeclaredConflict.person_id, literal(""), cast(null(), Integer),
        literal("declared"), literal(""),
    ).where(DeclaredConflict.idea_id.in_(_IDEAS)),
)  # fmt: skip


def teams(session: Session, idea_ids: Collection[int]) -> dict[int, Team]:
    """Return who stands behind each idea: owner, members, invited, former, mentors, declared."""
    members: dict[int, list[Party]] = defaultdict(list)
    former: dict[int, set[int]] = defaultdict(set)
    mentors: dict[int, set[int]] = defaultdict(set)
    declared: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(_BEHIND, {"ideas": list(idea_ids)})
    for idea, person, department, line_manager, role, state in rows:
        if role == "declared":
            declared[idea].add(person)
        elif state == "left":
            former[idea].add(person)
        elif role == "mentor":
            mentors[idea].add(person)
        else:
            members[idea].append(Party(person, department, line_manager))
    return {
        idea: Team(
            tuple(members[idea]),
            frozenset(former[idea]),
            frozenset(mentors[idea]),
            frozenset(declared[idea]),
        )
        for idea in idea_ids
    }
