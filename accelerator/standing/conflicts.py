"""Conflicts of interest between many ideas and many reviewers, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.conflicts import Conflict, Party, conflicts
from accelerator.storage.tables import Conflict as DeclaredConflict
from accelerator.storage.tables import Idea, Person, TeamMember


def conflicts_between(
    session: Session, idea_ids: Collection[int], reviewer_ids: Collection[int]
) -> dict[tuple[int, int], frozenset[Conflict]]:
    """Return the conflicts of each (idea, reviewer) pair that has any; four queries."""
    teams = _teams(session, idea_ids)
    reviewers = session.execute(
        select(Person.id, Person.department, Person.line_manager_id).where(
            Person.id.in_(reviewer_ids)
        )
    )
    parties = [Party(*row) for row in reviewers]
    declared = {
        (idea, person)
        for idea, person in session.execute(
            select(DeclaredConflict.idea_id, DeclaredConflict.person_id).where(
                DeclaredConflict.idea_id.in_(idea_ids), DeclaredConflict.person_id.in_(reviewer_ids)
            )
        )
    }
    found = {
        (idea, party.id): conflicts(party, teams[idea], declared=(idea, party.id) in declared)
        for idea in idea_ids
        for party in parties
    }
    return {pair: reasons for pair, reasons in found.items() if reasons}


def _teams(session: Session, idea_ids: Collection[int]) -> dict[int, list[Party]]:
    """Return owner, members and invited people of each idea."""
    facts = (Person.id, Person.department, Person.line_manager_id)
    teams: dict[int, list[Party]] = defaultdict(list)
    owners = session.execute(
        select(Idea.id, *facts)
        .join(Person, Person.id == Idea.owner_id)
        .where(Idea.id.in_(idea_ids))
    )
    members = session.execute(
        select(TeamMember.idea_id, *facts)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.idea_id.in_(idea_ids), TeamMember.state.in_(("accepted", "pending")))
    )
    for idea, *party in (*owners, *members):
        teams[idea].append(Party(*party))
    return teams
