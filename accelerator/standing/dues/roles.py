"""Who stands for a role when something is due, and how each programme reminds of it."""

from collections import defaultdict
from functools import cached_property
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accelerator.domain.ladder import DEFAULTS, Ladder, steps_of
from accelerator.domain.notices import Kind
from accelerator.domain.policy import Actor, Role
from accelerator.storage.tables import Ladder as LadderRow
from accelerator.storage.tables import Membership, Person, Programme, TeamMember


class Roles:
    """The people and programmes of one look at what is due, each asked for when it is needed.

    When the account of a role's holder is closed somebody stands in, so that nothing goes unheard.
    """

    def __init__(self, session: Session) -> None:
        """Ask nothing yet."""
        self._session = session

    @cached_property
    def _marked(self) -> tuple[set[int], set[int], set[int]]:
        """Return those whose accounts are closed, the administrators, and the guests."""
        rows = self._session.execute(
            select(Person.id, Person.is_admin, Person.is_guest, Person.disabled_at).where(
                or_(Person.is_admin, Person.is_guest, Person.disabled_at.is_not(None))
            )
        ).all()
        closed = {row.id for row in rows if row.disabled_at is not None}
        guests = {row.id for row in rows if row.is_guest}
        return closed, {row.id for row in rows if row.is_admin}, guests

    @cached_property
    def _closed(self) -> set[int]:
        return self._marked[0]

    @cached_property
    def _admins(self) -> set[int]:
        return self._marked[1]

    @cached_property
    def _guests(self) -> set[int]:
        return self._marked[2]

    @cached_property
    def _roles(self) -> dict[int, set[tuple[int, Role]]]:
        found: dict[int, set[tuple[int, Role]]] = defaultdict(set)
        for row in self._session.execute(
            select(Membership.programme_id, Membership.person_id, Membership.role)
        ):
            found[row.person_id].add((row.programme_id, Role(row.role)))
        return found

    @cached_property
    def _managers(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for person, held in self._roles.items():
            for programme, role in held:
                if role is Role.MANAGER and person not in self._closed:
                    found[programme].add(person)
        return found

    @cached_property
    def _teams(self) -> dict[int, set[int]]:
        """Return by idea who of its team manages some programme, or administers."""
        managing = set().union(*self._managers.values(), self._admins)
        found: dict[int, set[int]] = defaultdict(set)
        for idea, person in self._session.execute(
            select(TeamMember.idea_id, TeamMember.person_id).where(
                TeamMember.person_id.in_(managing), TeamMember.state.in_(("accepted", "pending"))
            )
        ):
            found[idea].add(person)
        return found

    @cached_property
    def programmes(self) -> dict[int, Any]:
        """Return the name and the idle days of each programme."""
        rows = self._session.execute(select(Programme.id, Programme.name, Programme.idle_days))
        return {row.id: row for row in rows}

    @cached_property
    def _ladders(self) -> dict[tuple[int, str], Ladder]:
        return {
            (row.programme_id, row.kind): Ladder(steps_of(row.steps), row.optional)
            for row in self._session.scalars(select(LadderRow))
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
        for one in wanted:
            if one is not None and one not in self._closed:
                return {one}
        return self.managers(row)

    def open(self, *people: int) -> set[int]:
        """Return those of these people whose accounts are open."""
        return set(people) - self._closed

    def actor(self, person_id: int) -> Actor:
        """Return the rules' view of somebody."""
        return Actor(
            person_id, is_admin=person_id in self._admins, is_guest=person_id in self._guests,
            roles=frozenset(self._roles.get(person_id, ())),
        )  # fmt: skip

    def may_know_reviewers(self, person_id: int, task_programme: int, idea_id: int) -> bool:
        """Say whether somebody manages a programme and is not in the idea's team."""
        manages = (task_programme, Role.MANAGER) in self._roles.get(person_id, ())
        return manages and person_id not in self._teams.get(idea_id, ())

    def manages(self, person_id: int, programme_id: int) -> bool:
        """Say whether somebody manages a programme."""
        return (programme_id, Role.MANAGER) in self._roles.get(person_id, ())
