"""The list of a gate: what waits, what is decided and not announced."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from accelerator.deciding import TRIES
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.gates import MOST_AT_ONCE, places_left
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import Dimension, Shortfall
from accelerator.domain.reviews import GONE, AssignmentState
from accelerator.domain.stages import ADVANCING, IdeaState, PassageState
from accelerator.standing.promises import Figures, figures_of_gate
from accelerator.standing.ranking import AT_GATE, ranking_of
from accelerator.standing.readiness import shortfalls_of
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Decision,
    Idea,
    InformationRequest,
    Passage,
    Person,
    Stage,
)
from accelerator.storage.visibility import outside_team

if TYPE_CHECKING:
    from accelerator.domain.scoring import RankedIdea

UNRANKED = "none"  # nobody has reviewed it
ZONES = ("go", "discuss", "stop", UNRANKED)
SHOWN = 25  # rows of a page; more are decided at once through "all of this list"


class GateRow(NamedTuple):
    """One idea at a gate; `numbers` are missing while nobody has reviewed it."""

    idea_id: int
    passage_id: int
    code: str
    title: Bilingual
    owner: str
    assigned: int
    reviewed: int
    required: int
    promise_on: date | None
    late: bool
    numbers: "RankedIdea[int] | None"
    decision: "DecisionRow | None"
    asked: bool = False  # the team was asked for more, and has not answered yet
    short: tuple[Shortfall, ...] = ()

    @property
    def zone(self) -> str:
        """Return the zone's name, or none."""
        return str(self.numbers.zone) if self.numbers else UNRANKED

    @property
    def missing(self) -> int:
        """Return how many reviews are still missing."""
        return max(0, max(self.required, self.assigned) - self.reviewed)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision the team does not know yet."""

    outcome: str
    reason: str
    decided_by: str
    decided_at: datetime
    announce_at: datetime | None
    stuck: bool  # could not be announced, several times over


@dataclass(frozen=True, slots=True)
class GatePage:
    """A gate: its places, and the ideas that wait or are decided and not announced."""

    capacity: int
    taken: int
    advancing: int  # decided, not announced
    waiting: int
    decided: int
    zones: Mapping[str, int]
    rows: tuple[GateRow, ...]
    total: int  # rows of all pages
    after: int
    promises: Figures

    @property
    def left(self) -> int:
        """Return the places left once what is decided is announced."""
        return places_left(self.capacity, self.taken + self.advancing)


def gate_page(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    *,
    now: datetime,
    decided: bool = False,
    zone: str = "",
    code: str = "",
    after: int = 0,
) -> GatePage:
    """Load a gate, best adjusted mean first, those without a review last; nine queries at most.

    Ideas of the actor's own teams are not shown: others decide about them.
    """
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    ranking = ranking_of(session, cohort, stage.id)
    lines = ranking.ranked.lines
    every = _standing(session, actor, cohort, stage)
    waiting = _best_first((one for one in every if every[one] is None), lines.zones)
    ready = _best_first((one for one in every if every[one] is not None), lines.zones)
    wanted = ready if decided else waiting
    if zone:
        wanted = [one for one in wanted if lines.zones.get(one, UNRANKED) == zone]
    if code:
        wanted = list(_details(session, actor, cohort, stage, Idea.code == code).keys() & wanted)
    shown = wanted[after : after + SHOWN]
    details = _details(session, actor, cohort, stage, Passage.id.in_(shown))
    ranked = lines.find(details)
    rows = [_row(details[one], ranked.get(one), stage, today) for one in shown if one in details]
    return GatePage(
        capacity=cohort.capacity,
        taken=ranking.taken,
        advancing=sum(every[one] in ADVANCING for one in ready),
        waiting=len(waiting),
        decided=len(ready),
        zones=Counter(lines.zones.get(one, UNRANKED) for one in waiting),
        rows=with_readiness(session, stage, rows, today),
        total=len(wanted),
        after=after,
        promises=figures_of_gate(session, cohort.id, stage.id, day=today),
    )


def every_code(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage, *, zone: str = ""
) -> list[str]:
    """Return the codes of all ideas that wait, or of one group, best first; one more than most."""
    zones = ranking_of(session, cohort, stage.id).ranked.lines.zones
    every = _standing(session, actor, cohort, stage)
    wanted = [
        one
        for one in _best_first((one for one in every if every[one] is None), zones)
        if not zone or zones.get(one, UNRANKED) == zone
    ][: MOST_AT_ONCE + 1]
    codes = dict(
        session.execute(select(Idea.passage_id, Idea.code).where(Idea.passage_id.in_(wanted))).all()
    )
    return [codes[one] for one in wanted]


def _standing(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage
) -> dict[int, str | None]:
    """Load the key of each idea at a gate, thousands maybe, with the outcome if it is decided."""
    return dict(session.execute(_keys(actor, cohort.id, stage.id)).all())


@lru_cache(maxsize=64)  # putting it together costs more than asking with it
def _keys(actor: Actor, cohort_id: int, stage_id: int) -> Select[int, str | None]:
    return (
        select(Passage.id, Decision.outcome)
        .join(Idea, Idea.passage_id == Passage.id)
        .outerjoin(Decision, Decision.passage_id == Passage.id)
        .where(*here(actor, cohort_id, stage_id))
        .order_by(Passage.id)
    )


def _best_first(found: Iterable[int], ranked: Iterable[int]) -> list[int]:
    """Put passages into the order ranked, what has no review last."""
    left = dict.fromkeys(found)
    first = [one for one in ranked if one in left]
    for one in first:
        del left[one]
    return [*first, *left]


def here(actor: Actor, cohort_id: int, stage_id: int) -> tuple[ColumnElement[bool], ...]:
    """The ideas at a gate that are not of the actor's own teams."""
    return (
        Passage.cohort_id == cohort_id,
        Passage.stage_id == stage_id,
        Passage.state.in_(AT_GATE),
        Idea.state == IdeaState.ACTIVE,
        outside_team(actor),
    )


def _details(
    session: Session, actor: Actor, cohort: Cohort, stage: Stage, some: ColumnElement[bool]
) -> dict[int, Any]:
    """Load some ideas at a gate with owner, review counts and decision, by passage."""
    decider = aliased(Person)
    reviews = (
        select(
            Assignment.passage_id,
            func.count().label("assigned"),
            func.count().filter(Assignment.state == AssignmentState.SUBMITTED).label("reviewed"),
        )
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Idea, Idea.passage_id == Passage.id)
        .where(
            Passage.cohort_id == cohort.id,
            Passage.stage_id == stage.id,
            Assignment.state.not_in(GONE),
            some,
        )
        .group_by(Assignment.passage_id)
        .subquery()
    )
    asked = (
        exists()
        .where(
            InformationRequest.passage_id == Passage.id,
            InformationRequest.answered_at.is_(None),
            InformationRequest.withdrawn_at.is_(None),
        )
        .correlate(Passage)
    )
    found = (
        select(
            Idea.id.label("idea_id"), Passage.id.label("passage_id"), Idea.code, Idea.title,
            Passage.state, Passage.promise_on, Person.family_name, Person.given_name,
            func.coalesce(reviews.c.assigned, 0).label("assigned"),
            func.coalesce(reviews.c.reviewed, 0).label("reviewed"),
            Decision.outcome, Decision.reason, Decision.decided_at, Decision.announce_at,
            Decision.tries, asked.label("asked"),
            decider.family_name.label("by_family"), decider.given_name.label("by_given"),
        )
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Person, Person.id == Idea.owner_id)
        .outerjoin(reviews, reviews.c.passage_id == Passage.id)
        .outerjoin(Decision, Decision.passage_id == Passage.id)
        .outerjoin(decider, decider.id == Decision.decided_by_id)
        .where(*here(actor, cohort.id, stage.id), some)
    )  # fmt: skip
    return {row.passage_id: row for row in session.execute(found)}


def _row(row: Any, numbers: "RankedIdea[int] | None", stage: Stage, today: date) -> GateRow:
    decision = None
    if row.state == PassageState.DECIDED:
        decider = display_name(row.by_family or "", row.by_given or "")
        decision = DecisionRow(
            row.outcome, row.reason, decider, row.decided_at, row.announce_at, row.tries >= TRIES
        )
    return GateRow(
        idea_id=row.idea_id, passage_id=row.passage_id, code=row.code, title=row.title,
        owner=display_name(row.family_name, row.given_name), assigned=row.assigned,
        reviewed=row.reviewed, required=stage.reviews_per_idea, promise_on=row.promise_on,
        late=row.promise_on is not None and row.promise_on < today, numbers=numbers,
        decision=decision, asked=bool(row.asked),
    )  # fmt: skip


def with_readiness(
    session: Session, stage: Stage, rows: Sequence[GateRow], today: date
) -> tuple[GateRow, ...]:
    """Add which of the gate's minimum levels each idea has not proven."""
    minimums = {Dimension(key): level for key, level in stage.minimums.items()}
    found = shortfalls_of(session, [row.idea_id for row in rows], minimums, today=today)
    return tuple(row._replace(short=found[row.idea_id]) for row in rows) if found else tuple(rows)
