"""The ideas chosen at a gate, hundreds maybe, with what speaks for caution."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.domain.gates import WHILE_ONE_WAITS
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import GONE, AssignmentState
from accelerator.domain.stages import PassageState
from accelerator.features.gates.queries.gate import GateRow, here, with_readiness
from accelerator.standing.ranking import ranking_of
from accelerator.storage.tables import Assignment, Cohort, Idea, Passage, Person, Stage


def chosen_rows(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Sequence[str],
    *,
    now: datetime,
) -> tuple[GateRow, ...]:
    """Load the chosen ideas that wait at this gate, in the order chosen; with few, their ranks."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    required = stage.reviews_per_idea
    rows = {
        code: GateRow(
            idea, passage, code, title, display_name(family, given), assigned, reviewed, required,
            promise, promise is not None and promise < today, None, None, until is not None,
        )
        for idea, passage, code, title, family, given, promise, until, assigned, reviewed
        in session.execute(_waiting(actor, cohort.id, stage.id), {"codes": codes})
    }  # fmt: skip
    found = [rows[code] for code in codes if code in rows]
    if found and len(found) <= WHILE_ONE_WAITS:
        passages = {row.passage_id for row in found}
        ranked = ranking_of(session, cohort, stage.id).ranked.lines.find(passages)
        found = [row._replace(numbers=ranked.get(row.passage_id)) for row in found]
    return with_readiness(session, stage, found, today)


@lru_cache(maxsize=64)  # putting it together costs more than asking with it
def _waiting(actor: Actor, cohort_id: int, stage_id: int) -> Any:
    review = and_(Assignment.passage_id == Passage.id, Assignment.state.not_in(GONE))
    handed_in = Assignment.state == AssignmentState.SUBMITTED
    return (
        select(
            Idea.id, Passage.id, Idea.code, Idea.title, Person.family_name, Person.given_name,
            Passage.promise_on, Passage.asked_until, func.count(Assignment.id),
            func.count(Assignment.id).filter(handed_in),
        )
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Person, Person.id == Idea.owner_id)
        .outerjoin(Assignment, review)
        .where(
            *here(actor, cohort_id, stage_id),
            Passage.state == PassageState.HANDED_IN,
            # Written out: PostgreSQL hashes a list only if it stands in the text of the query.
            Idea.code.in_(bindparam("codes", expanding=True, literal_execute=True)),
        )
        .group_by(Idea.id, Passage.id, Person.id)
    )  # fmt: skip
