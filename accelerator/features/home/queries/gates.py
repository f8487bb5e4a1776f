"""The gates one runs: how many ideas work, wait for a decision or for its announcement."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Date, Row, bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.lateness import LIKELY
from accelerator.domain.milestones import SOON_DAYS, MilestoneState
from accelerator.domain.policy import Actor, Role
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.storage.spelled import spelled
from accelerator.storage.tables import Cohort, Idea, Milestone, Passage, Stage, TeamMember

MOST_GATES = 30
MOST_DATES = 1000


@dataclass(frozen=True, slots=True)
class GateCard:
    """A stage of a cohort in which ideas are: how many work, are reviewed, wait for a decision."""

    cohort_code: str
    cohort_name: Bilingual
    stage_key: str
    stage_name: Bilingual
    working: int
    handed_in: int
    decided: int
    promised: date | None
    late: bool
    dates_asked: int
    at_risk: int


# Counted in one index, which holds what is under way and nothing else: a gate may have thousands
# of ideas. Drafts, and ideas that wait for a place, are not the gate's yet.
_MANAGED = select(Cohort.id).where(Cohort.programme_id.in_(bindparam("managed", expanding=True)))
_NOT_YET = select(Idea.passage_id).where(
    Idea.cohort_id.in_(_MANAGED),
    Idea.state.in_((spelled(IdeaState.DRAFT), spelled(IdeaState.WAITING))),
    Idea.passage_id.is_not(None),
)
# Whoever is in a team learns nothing of what its gate has decided and not announced. Read from
# the reader's own rows, which an owner has as well: PostgreSQL would look at every idea for an OR.
_OWN = (
    select(Idea.passage_id)
    .join(TeamMember, TeamMember.idea_id == Idea.id)
    .where(
        TeamMember.person_id == bindparam("reader"),
        TeamMember.state.in_((spelled("accepted"), spelled("pending"))),
        Idea.passage_id.is_not(None),
    )
)
_CURRENT = select(Passage.cohort_id, Passage.stage_id).where(
    Passage.cohort_id.in_(_MANAGED),
    Passage.state != spelled(PassageState.LEFT),
    Passage.id.not_in(_NOT_YET),
    Passage.id.not_in(_OWN),
)
_BY_STATE = (
    _CURRENT.add_columns(
        Passage.state, func.count().label("ideas"), func.min(Passage.promise_on).label("promised")
    )
    .group_by(Passage.cohort_id, Passage.stage_id, Passage.state)
    .subquery()
)
_ASKED = (
    select(Milestone.passage_id)
    .where(Milestone.asked_due_on.is_not(None))
    .distinct()
    .limit(MOST_DATES)
    .subquery()
)
_DATES_ASKED = (
    _CURRENT.add_columns(func.count().label("dates"))
    .join(_ASKED, _ASKED.c.passage_id == Passage.id)
    .group_by(Passage.cohort_id, Passage.stage_id)
    .subquery()
)
_DAY, _WEEK = bindparam("day", type_=Date), bindparam("week", type_=Date)
_LIKELY_LATE = (
    select(Milestone.passage_id)
    .where(
        Milestone.state == MilestoneState.OPEN,
        Milestone.due_on.between(_DAY, _WEEK),
        Milestone.late_chance >= LIKELY,
    )
    .limit(MOST_DATES)
    .subquery()
)
_AT_RISK = (
    _CURRENT.add_columns(func.count().label("milestones"))
    .join(_LIKELY_LATE, _LIKELY_LATE.c.passage_id == Passage.id)
    .group_by(Passage.cohort_id, Passage.stage_id)
    .subquery()
)
_GATES = (
    select(
        Cohort.code, Cohort.name.label("cohort"), Stage.key, Stage.name.label("stage"),
        _BY_STATE.c.state, _BY_STATE.c.ideas, _BY_STATE.c.promised, _DATES_ASKED.c.dates,
        _AT_RISK.c.milestones,
    )
    .select_from(_BY_STATE)
    .join(Cohort, Cohort.id == _BY_STATE.c.cohort_id)
    .join(Stage, Stage.id == _BY_STATE.c.stage_id)
    .outerjoin(
        _DATES_ASKED,
        (_DATES_ASKED.c.cohort_id == Cohort.id) & (_DATES_ASKED.c.stage_id == Stage.id),
    )
    .outerjoin(
        _AT_RISK, (_AT_RISK.c.cohort_id == Cohort.id) & (_AT_RISK.c.stage_id == Stage.id)
    )
    .order_by(Cohort.intake_opens_on.desc(), Cohort.code, Stage.position)
    .limit(MOST_GATES * len(PassageState))
)  # fmt: skip


def gate_cards(session: Session, actor: Actor, day: date) -> tuple[GateCard, ...]:
    """List the stages in which ideas of one's programmes are, the newest cohort first."""
    managed = actor.programmes(Role.MANAGER)
    if not managed:
        return ()
    rows = session.execute(
        _GATES,
        {
            "managed": sorted(managed),
            "reader": actor.id,
            "day": day,
            "week": day + timedelta(days=SOON_DAYS),
        },
    )
    found = [list(same) for _, same in groupby(rows, key=lambda row: (row.code, row.key))]
    return tuple(_gate(states, day) for states in found[:MOST_GATES])


def _gate(states: list[Row[Any]], day: date) -> GateCard:
    """Make the card of one stage from its rows, one for each state that its ideas are in."""
    first = states[0]
    ideas = {row.state: row.ideas for row in states}
    promised = next((r.promised for r in states if r.state == PassageState.HANDED_IN), None)
    return GateCard(
        first.code, first.cohort, first.key, first.stage,
        working=ideas.get(PassageState.OPEN, 0),
        handed_in=ideas.get(PassageState.HANDED_IN, 0),
        decided=ideas.get(PassageState.DECIDED, 0),
        promised=promised,
        late=promised is not None and promised < day,
        dates_asked=first.dates or 0,
        at_risk=first.milestones or 0,
    )  # fmt: skip
