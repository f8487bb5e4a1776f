"""Who stands for a role when something is due, and how each programme reminds of it."""

from collections import defaultdict
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accelerator.domain.ladder import DEFAULTS, Ladder, steps_of
from accelerator.domain.notices import Kind
from accelerator.domain.policy import Actor, Role
from accelerator.storage.tables import Ladder as LadderRow
from accelerator.storage.tables import Membership, Person, Programme, TeamMember


class Roles:
    """The people and programmes of one look at what is due; a few short queries.

    When the account of a role's holder is closed somebody stands in, so that nothing goes unheard.
    """

    def __init__(self, session: Session) -> None:
        """Load who has a role where."""
        marked = session.execute(
            select(
                Person.id, Person.is_admin, Person.disabled_at.is_not(None).label("closed")
            ).where(or_(Person.is_admin, Person.disabled_at.is_not(None)))
        ).all()
        self._closed = {row.id for row in marked if row.closed}
        self._admins = {row.id for row in marked if row.is_admin}
        self._roles: dict[int, set[tuple[int, Role]]] = defaultdict(set)
        self._managers: dict[int, set[int]] = defaultdict(set)
        for row in session.execute(
            select(Membership.programme_id, Membership.person_id, Membership.role)
        ):
            self._roles[row.person_id].add((row.programme_id, Role(row.role)))
            if row.role == Role.MANAGER:
                self._managers[row.programme_id] |= {row.person_id} - self._closed
        managing = set().union(*self._managers.values(), self._admins)
        self._teams: dict[int, set[int]] = defaultdict(set)
        for idea, person in session.execute(
            select(TeamMember.idea_id, TeamMember.person_id).where(
                TeamMember.person_id.in_(managing), TeamMember.state.in_(("accepted", "pending"))
            )
        ):
            self._teams[idea].add(person)
        self.programmes = {
            row.id: row
            for row in session.execute(select(Programme.id, Programme.name, Programme.idle_days))
        }
        self._ladders = {
            (row.programme_id, row.kind): Ladder(steps_of(row.steps), row.optional)
            for row in session.scalars(select(LadderRow))
        }

    def ladder(self, kind: str, programme_id: int) -> Ladder:
        """Return how a programme reminds of a kind of thing."""
        return self._ladders.get((programme_id, kind), DEFAULTS[Kind(kind)])

    def ladders(self, kind: str) -> list[Ladder]:
        """Return all ladders by which anybody is reminded of a kind of thing."""
        return [
            DEFAULTS[Kind(kind)],
            *(own for (_, of), own in self._ladders.items() if of == kind),
        ]

    def reach(self, kind: str) -> int:
        """Return how many days before its day something of a kind can be told of, anywhere."""
        return max(ladder.reach for ladder in self.ladders(kind))

    def managers(self, row: Any) -> set[int]:
        """Return who manages the programme; the administrators where nobody does."""
        return self._managers[row.programme_id] or self._admins - self._closed

    def managers_outside(self, row: Any) -> set[int]:
        """Return the managers who are not in the idea's team: they know its reviewers."""
        team = self._teams.get(row.idea_id, set())
        return (self.managers(row) - team) or (self._admins - self._closed - team)

    def first(self, row: Any, *wanted: int | None) -> set[int]:
        """Return the first of these people whose account is open, else the managers."""
        found = (one for one in wanted if one is not None and one not in self._closed)
        return next(({one} for one in found), self.managers(row))

    def open(self, *people: int) -> set[int]:
        """Return those of these people whose accounts are open."""
        return set(people) - self._closed

    def actor(self, person_id: int) -> Actor:
        """Return the rules' view of somebody who is no guest."""
        held = frozenset(self._roles.get(person_id, ()))
        return Actor(person_id, is_admin=person_id in self._admins, roles=held)

    def may_know_reviewers(self, person_id: int, task_programme: int, idea_id: int) -> bool:
        """Say whether somebody manages a programme and is not in the idea's team."""
        manages = (task_programme, Role.MANAGER) in self._roles.get(person_id, ())
        return manages and person_id not in self._teams.get(idea_id, ())

    def manages(self, person_id: int, programme_id: int) -> bool:
        """Say whether somebody manages a programme."""
        return (programme_id, Role.MANAGER) in self._roles.get(person_id, ())
