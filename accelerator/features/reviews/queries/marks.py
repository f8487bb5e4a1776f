"""How often somebody gave each mark, beside how often all the others did; shown to them alone."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, case, cast, func, select, tuple_
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import AssignmentState
from accelerator.storage.tables import Assignment, Cohort, Idea, Passage, Review, Stage

STAGES = 6
OTHERS_NEEDED = 5

_MINE = Assignment.reviewer_id == bindparam("reviewer")
_SUBMITTED = Assignment.state == AssignmentState.SUBMITTED


def _places(*columns: Any) -> Any:
    return (
        select(Idea.cohort_id, Passage.stage_id, *columns)
        .select_from(Assignment)
        .join(Review, Review.assignment_id == Assignment.id)
        .join(Idea, Idea.id == Assignment.idea_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(_SUBMITTED)
    )


_LATEST = (
    _places(Cohort.name.label("cohort"), Stage.name.label("stage"), Stage.scale)
    .join(Cohort, Cohort.id == Idea.cohort_id)
    .join(Stage, Stage.id == Passage.stage_id)
    .where(_MINE)
    .group_by(Idea.cohort_id, Passage.stage_id, Cohort.id, Stage.id)
    .order_by(func.max(Assignment.id).desc())
    .limit(STAGES)
)
_COUNTED = (
    _places(
        func.sum(case((_MINE, 1), else_=0)).label("mine"),
        func.sum(case((_MINE, 0), else_=1)).label("others"),
    )
    .where(tuple_(Idea.cohort_id, Passage.stage_id).in_(bindparam("places", expanding=True)))
    .group_by(Idea.cohort_id, Passage.stage_id)
)


@dataclass(frozen=True, slots=True)
class MarkShare:
    """How often one mark was given, in percent of all marks given."""

    mark: int
    mine: int
    mine_share: float
    others_share: float | None


@dataclass(frozen=True, slots=True)
class StageMarks:
    """One stage of a cohort; without others while they have fewer than five reviews."""

    cohort: Bilingual
    stage: Bilingual
    reviews: int
    others: int | None
    marks: tuple[MarkShare, ...]
    mean: float
    others_mean: float | None


def own_marks(session: Session, actor: Actor) -> tuple[StageMarks, ...]:
    """Load the stages this person reviewed last; three queries."""
    latest = session.execute(_LATEST, {"reviewer": actor.id}).all()
    places = [(row.cohort_id, row.stage_id) for row in latest]
    if not places:
        return ()
    who = {"reviewer": actor.id, "places": places}
    counted = {(row[0], row[1]): row for row in session.execute(_COUNTED, who)}
    given = _given(session, who, places)
    return tuple(
        _stage_marks(row, counted[place], given[place])
        for row, place in zip(latest, places, strict=True)
        if given[place][True]
    )


Given = dict[bool, Counter[int]]


def _given(
    session: Session, who: dict[str, Any], places: Collection[tuple[int, int]]
) -> dict[tuple[int, int], Given]:
    """Count each mark, by place and by whether it is one's own; abstentions are no marks."""
    postgres = session.get_bind().dialect.name == "postgresql"
    each = (func.jsonb_each_text if postgres else func.json_each)(Review.marks)
    mark = (
        each.table_valued("key", "value").render_derived()
        if postgres
        else (each.table_valued("key", "value"))
    )
    value = cast(mark.c.value, Integer)
    found: dict[tuple[int, int], Given] = {
        place: {True: Counter(), False: Counter()} for place in places
    }
    rows = session.execute(
        _places(_MINE.label("mine"), value.label("mark"), func.count().label("times"))
        .join(mark, mark.c.value.is_not(None))
        .where(tuple_(Idea.cohort_id, Passage.stage_id).in_(bindparam("places", expanding=True)))
        .group_by(Idea.cohort_id, Passage.stage_id, _MINE, value),
        who,
    )
    for cohort, stage, mine, number, times in rows:
        found[cohort, stage][bool(mine)][number] += times
    return found


def _stage_marks(row: Any, counted: Any, given: Given) -> StageMarks:
    mine, others = given[True], given[False]
    enough = counted.others >= OTHERS_NEEDED and bool(others)
    most = max(*mine, *others, row.scale)
    return StageMarks(
        cohort=row.cohort,
        stage=row.stage,
        reviews=counted.mine,
        others=counted.others if enough else None,
        marks=tuple(
            MarkShare(
                mark,
                mine[mark],
                100 * mine[mark] / mine.total(),
                100 * others[mark] / others.total() if enough else None,
            )
            for mark in range(1, most + 1)
        ),
        mean=_mean(mine),
        others_mean=_mean(others) if enough else None,
    )


def _mean(marks: Counter[int]) -> float:
    return sum(mark * times for mark, times in marks.items()) / marks.total()
