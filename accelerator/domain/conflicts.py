"""Who must not review an idea: conflicts of interest, detected or declared.

The team is everybody who brings the idea: its owner, its members, and those whose invitation
still waits for an answer, since they may be in the team tomorrow.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import lru_cache
from typing import TypeVar

from accelerator.i18n import N_


class Conflict(StrEnum):
    """Why somebody must not review an idea."""

    TEAM = auto()
    DEPARTMENT = auto()
    REPORTING = auto()
    FORMER = auto()
    MENTOR = auto()
    DECLARED = auto()


REASONS: dict[Conflict, str] = {
    Conflict.TEAM: N_("is in the team or invited to it"),
    Conflict.DEPARTMENT: N_("works in the department of somebody in the team"),
    Conflict.REPORTING: N_("is line manager of somebody in the team, or reports to them"),
    Conflict.FORMER: N_("was in the team or invited to it before"),
    Conflict.MENTOR: N_("is a mentor of the team"),
    Conflict.DECLARED: N_("declared a conflict of interest"),
}


@dataclass(frozen=True, slots=True)
class Party:
    """A person as far as conflicts go. An empty department is shared with nobody."""

    id: int
    department: str = ""
    line_manager_id: int | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """Who stands behind an idea.

    Former members, mentors and those who declared a conflict are in conflict themselves alone:
    neither their department nor their line counts.
    """

    members: tuple[Party, ...] = ()
    former: frozenset[int] = frozenset()
    mentors: frozenset[int] = frozenset()
    declared: frozenset[int] = frozenset()


def conflicts(reviewer: Party, team: Team) -> frozenset[Conflict]:
    """Return every conflict between a reviewer and an idea's team; none means free to review.

    Departments are compared without regard to case, width and outer space. Reporting counts one
    step, either way. Never raises.

    >>> owner = Party(1, "Coatings", line_manager_id=9)
    >>> sorted(conflicts(Party(2, "coatings "), Team((owner,))))
    [<Conflict.DEPARTMENT: 'department'>]
    >>> sorted(conflicts(Party(9, "Sales"), Team((owner,))))
    [<Conflict.REPORTING: 'reporting'>]
    >>> conflicts(Party(3, "Sales"), Team((owner,)))
    frozenset()
    """
    return conflicts_among([reviewer], {0: team}).get((0, reviewer.id), frozenset())


Idea = TypeVar("Idea", bound=Hashable)


def conflicts_among(
    reviewers: Collection[Party], teams: Mapping[Idea, Team]
) -> dict[tuple[Idea, int], frozenset[Conflict]]:
    """Return the conflicts of each (idea, reviewer) pair that has any.

    Looks only at pairs that have one, so that thousands of ideas cost no more than their teams.
    """
    index = _Index(reviewers)
    found: dict[tuple[Idea, int], set[Conflict]] = defaultdict(set)
    for idea, team in teams.items():
        for reviewer, conflict in index.of(team):
            found[idea, reviewer].add(conflict)
    return {pair: frozenset(reasons) for pair, reasons in found.items()}


class _Index:
    """Reviewers by what can put them in conflict."""

    def __init__(self, reviewers: Iterable[Party]) -> None:
        self.line_managers: dict[int, int | None] = {}
        self.departments: dict[str, list[int]] = defaultdict(list)
        self.reports: dict[int, list[int]] = defaultdict(list)
        for reviewer in reviewers:
            self.line_managers[reviewer.id] = reviewer.line_manager_id
            if department := folded(reviewer.department):
                self.departments[department].append(reviewer.id)
            if reviewer.line_manager_id is not None:
                self.reports[reviewer.line_manager_id].append(reviewer.id)

    def of(self, team: Team) -> Iterator[tuple[int, Conflict]]:
        """Yield each reviewer in conflict with a team, and why."""
        for member in team.members:
            if member.id in self.line_managers:
                yield member.id, Conflict.TEAM
            for reviewer in self.departments.get(folded(member.department), ()):
                if reviewer != member.id:
                    yield reviewer, Conflict.DEPARTMENT
            for reviewer in (member.line_manager_id, *self.reports.get(member.id, ())):
                if reviewer in self.line_managers and reviewer != member.id:
                    yield reviewer, Conflict.REPORTING
        for people, conflict in (
            (team.former, Conflict.FORMER),
            (team.mentors, Conflict.MENTOR),
            (team.declared, Conflict.DECLARED),
        ):
            for reviewer in people:
                if reviewer in self.line_managers:
                    yield reviewer, conflict


@lru_cache(maxsize=4096)
def folded(department: str) -> str:
    """Return a department's name as it is compared: without case, width and outer space."""
    return " ".join(unicodedata.normalize("NFKC", department).casefold().split())
