"""Conflicts of interest between many ideas and one person or many, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from accelerator.domain.conflicts import Conflict, Party, Team, conflicts_among, folded
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


def conflicts_of(
    session: Session, person_id: int, idea_ids: Collection[int]
) -> dict[int, frozenset[Conflict]]:
    """Return one person's conflicts by idea; three queries that read only who may matter."""
    me = Party(*session.execute(_ME, {"person": person_id}).one())
    mine = folded(me.department)
    alike = [one for one in session.scalars(_DEPARTMENTS) if mine and folded(one) == mine]
    rows = session.execute(
        _NEAR,
        {
            "ideas": list(idea_ids), "person": me.id, "manager": me.line_manager_id,
            "departments": alike,
        },
    )  # fmt: skip
    found = conflicts_among([me], _teams(rows))
    return {idea: reasons for (idea, _), reasons in found.items()}


_FACTS = (Person.id.label("person"), Person.department, Person.line_manager_id.label("manager"))
_IDEAS: BindParameter[list[int]] = bindparam("ideas", expanding=True, literal_execute=True)
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


_ME = select(Person.id, Person.department, Person.line_manager_id).where(
    Person.id == bindparam("person")
)
_DEPARTMENTS = select(Person.department).distinct()
_ALL = _BEHIND.subquery()
_NEAR = select(_ALL).where(
    or_(
        _ALL.c.person == bindparam("person"),
        _ALL.c.person == bindparam("manager"),
        _ALL.c.manager == bindparam("person"),
        _ALL.c.department.in_(bindparam("departments", expanding=True)),
    )
)


def teams(session: Session, idea_ids: Collection[int]) -> dict[int, Team]:
    """Return who stands behind each idea: owner, members, invited, former, mentors, declared."""
    found = _teams(session.execute(_BEHIND, {"ideas": list(idea_ids)}))
    return {idea: found.get(idea, Team()) for idea in idea_ids}


def _teams(rows: Iterable[Any]) -> dict[int, Team]:
    members: dict[int, list[Party]] = defaultdict(list)
    former: dict[int, set[int]] = defaultdict(set)
    mentors: dict[int, set[int]] = defaultdict(set)
    declared: dict[int, set[int]] = defaultdict(set)
    seen = dict[int, None]()
    for idea, person, department, line_manager, role, state in rows:
        seen[idea] = None
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
        for idea in seen
    }
