"""Who must not review an idea: conflicts of interest, detected or declared.

The team is everybody who brings the idea: its owner, its members, and those whose invitation
still waits for an answer, since they may be in the team tomorrow.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, auto

from accelerator.i18n import N_


class Conflict(StrEnum):
    """Why somebody must not review an idea."""

    TEAM = auto()
    DEPARTMENT = auto()
    REPORTING = auto()
    DECLARED = auto()


REASONS: dict[Conflict, str] = {
    Conflict.TEAM: N_("is in the team or invited to it"),
    Conflict.DEPARTMENT: N_("works in the department of somebody in the team"),
    Conflict.REPORTING: N_("is line manager of somebody in the team, or reports to them"),
    Conflict.DECLARED: N_("declared a conflict of interest"),
}


@dataclass(frozen=True, slots=True)
class Party:
    """A person as far as conflicts go. An empty department is shared with nobody."""

    id: int
    department: str = ""
    line_manager_id: int | None = None


def conflicts(
    reviewer: Party, team: Iterable[Party], *, declared: bool = False
) -> frozenset[Conflict]:
    """Return every conflict between a reviewer and an idea's team; none means free to review.

    Departments are compared without regard to case, width and outer space. Reporting counts one
    step, either way. Never raises.

    >>> owner = Party(1, "Coatings", line_manager_id=9)
    >>> sorted(conflicts(Party(2, "coatings "), [owner]))
    [<Conflict.DEPARTMENT: 'department'>]
    >>> sorted(conflicts(Party(9, "Sales"), [owner]))
    [<Conflict.REPORTING: 'reporting'>]
    >>> conflicts(Party(3, "Sales"), [owner])
    frozenset()
    """
    found = {Conflict.DECLARED} if declared else set()
    department = _folded(reviewer.department)
    for member in team:
        if member.id == reviewer.id:
            found.add(Conflict.TEAM)
            continue
        if department and department == _folded(member.department):
            found.add(Conflict.DEPARTMENT)
        if reviewer.id == member.line_manager_id or member.id == reviewer.line_manager_id:
            found.add(Conflict.REPORTING)
    return frozenset(found)


def _folded(department: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", department).casefold().split())
