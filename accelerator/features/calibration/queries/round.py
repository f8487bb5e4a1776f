"""What a manager sees of a round: all offsets with their spread, and who is not asked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.conflicts import Conflict
from accelerator.domain.reviews import GONE, AssignmentState
from accelerator.features.calibration.queries.facts import (
    AnchorRow,
    calibrated,
    done,
    given,
    reviewers,
    scores_of,
)
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import (
    Person,
    Stage,
)

if TYPE_CHECKING:
    from accelerator.domain.calibration import Offset


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """A reviewer with how many anchors they did of those asked, and their offset."""

    name: str
    asked: int
    done: int
    offset: "Offset[int] | None"


@dataclass(frozen=True, slots=True)
class NotAskedRow:
    """A reviewer who is not asked for an anchor, and why; neither means: not yet."""

    name: str
    code: str
    conflicts: frozenset[Conflict]
    declined: bool


@dataclass(frozen=True, slots=True)
class RoundPage:
    """The manager's view of a round."""

    anchors: tuple[AnchorRow, ...]
    rows: tuple[ReviewerRow, ...]  # the most severe first, then those without a review
    not_asked: tuple[NotAskedRow, ...]
    due_on: date | None
    spread: float
    noise: float

    @property
    def done(self) -> int:
        """Return how many reviewers have done all that is asked of them."""
        return sum(row.done >= row.asked > 0 for row in self.rows)

    @property
    def asked(self) -> int:
        """Return how many reviewers are asked for anything."""
        return sum(row.asked > 0 for row in self.rows)

    @property
    def missing(self) -> int:
        """Return how many pairs could still be asked."""
        return sum(not row.conflicts and not row.declined for row in self.not_asked)


def round_page(session: Session, stage: Stage, found: tuple[AnchorRow, ...]) -> RoundPage:
    """Load all offsets of a round: seven queries for any number of reviewers."""
    assigned = given(session, [anchor.passage_id for anchor in found])
    people = {person.id: person for person in session.scalars(reviewers(stage.programme_id))}
    strangers = {row.reviewer_id for row in assigned} - people.keys()
    former = session.scalars(select(Person).where(Person.id.in_(strangers))) if strangers else ()
    names = {person.id: person.display_name for person in (*people.values(), *former)}
    conflicts = conflicts_between(session, [anchor.idea_id for anchor in found], people.keys())
    by_pair = {(row.passage_id, row.reviewer_id): row for row in assigned}
    asked = defaultdict(list)
    for row in assigned:
        if row.state not in GONE:
            asked[row.reviewer_id].append(row)
    fair = calibrated(scores_of(assigned))
    offsets = {each.reviewer: each for each in fair.offsets} if fair else {}
    order = [*offsets, *(person for person in names if person not in offsets)]
    return RoundPage(
        anchors=found,
        rows=tuple(
            ReviewerRow(
                names[person], len(asked[person]), sum(done(row) for row in asked[person]),
                offsets.get(person),
            )
            for person in order
            if asked[person]
        ),
        not_asked=tuple(
            NotAskedRow(
                names[person], anchor.code, conflicts.get((anchor.idea_id, person), frozenset()),
                declined=row is not None and row.state == AssignmentState.DECLINED,
            )
            for anchor in found
            for person in people
            for row in [by_pair.get((anchor.passage_id, person))]
            if row is None or row.state in GONE
        ),
        due_on=max((row.due_on for row in assigned if row.state not in GONE), default=None),
        spread=fair.spread if fair else 0.0,
        noise=fair.noise if fair else 0.0,
    )  # fmt: skip
