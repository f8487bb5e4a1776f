"""What a reviewer may know of a round: their own offset, never a name or another's marks."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.conflicts import Conflict
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import GONE, AssignmentState
from accelerator.features.calibration.queries.facts import (
    AnchorRow,
    Given,
    anchors,
    calibrated,
    done,
    given,
    scores_of,
)
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import (
    Cohort,
    Criterion,
    Stage,
)

if TYPE_CHECKING:
    from accelerator.domain.calibration import Offset


@dataclass(frozen=True, slots=True)
class OwnAnchor:
    """An anchor as its reviewer sees it; one not asked of them is not named, only why."""

    code: str
    title: Bilingual
    state: AssignmentState | None
    due_on: date | None
    open: bool
    conflicts: frozenset[Conflict] = frozenset()


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A reviewer's own offset, once their anchor reviews are in and enough others' too."""

    anchors: tuple[OwnAnchor, ...]
    offset: "Offset[int] | None"
    others: int
    criteria: tuple[tuple[Bilingual, float], ...]
    best_mark: int


def own_page(session: Session, actor: Actor, cohort: Cohort, stage: Stage) -> OwnPage:
    """Load what one reviewer may know of a round: never a name, never another's marks."""
    from accelerator.domain.calibration import difference, may_see

    found = anchors(session, cohort, stage)
    assigned = given(session, [anchor.passage_id for anchor in found])
    mine = {row.passage_id: row for row in assigned if row.reviewer_id == actor.id}
    asked = [passage for passage, row in mine.items() if row.state not in GONE]
    scores = scores_of(assigned)
    seen = may_see(actor.id, asked=asked, marks=scores)
    fair = calibrated({passage: scores[passage] for passage in asked}) if seen else None
    criteria = session.scalars(
        select(Criterion)
        .where(Criterion.stage_id == stage.id, Criterion.removed_at.is_(None))
        .order_by(Criterion.position)
    ).all()
    gaps = (
        (criterion.name, difference(actor.id, _marks(assigned, asked, criterion.key)))
        for criterion in criteria
        if seen
    )
    rest = [anchor.idea_id for anchor in found if anchor.passage_id not in asked]
    barred = conflicts_between(session, rest, [actor.id]) if rest else {}
    return OwnPage(
        anchors=tuple(
            _own(
                anchor,
                mine.get(anchor.passage_id),
                barred.get((anchor.idea_id, actor.id), frozenset()),
            )
            for anchor in found
        ),
        offset=next((o for o in fair.offsets if o.reviewer == actor.id), None) if fair else None,
        others=min((len(scores[passage]) for passage in asked), default=1) - 1 if seen else 0,
        criteria=tuple((name, gap) for name, gap in gaps if gap is not None),
        best_mark=stage.scale,
    )


def _own(anchor: AnchorRow, row: Given | None, conflicts: frozenset[Conflict]) -> OwnAnchor:
    if row is None or row.state in GONE:
        state = AssignmentState(row.state) if row else None
        return OwnAnchor("", Bilingual(), state, None, open=False, conflicts=conflicts)
    return OwnAnchor(
        anchor.code, anchor.title, AssignmentState(row.state), row.due_on, open=anchor.open
    )


def _marks(
    assigned: Collection[Given], asked: Collection[int], key: str
) -> dict[int, dict[int, float]]:
    """Return the marks of one criterion on the anchors asked; abstentions are left out."""
    marks: dict[int, dict[int, float]] = defaultdict(dict)
    for row in assigned:
        mark = (row.marks or {}).get(key)
        if done(row) and row.passage_id in asked and mark is not None:
            marks[row.passage_id][row.reviewer_id] = float(mark)
    return marks
