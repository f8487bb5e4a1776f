"""A gate's meeting and its ideas, sorted into what is clear and what is disputed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.meeting import Choice, Group, Sorted, shows_votes, sort
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import Dimension, Shortfall, unmet
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.ranking import StageRanking, ranking_of
from accelerator.standing.readiness import assessments
from accelerator.storage.tables import (
    Cohort,
    Decider,
    Idea,
    Meeting,
    MeetingItem,
    Membership,
    Passage,
    Stage,
    Vote,
)
from accelerator.storage.visibility import outside_team

if TYPE_CHECKING:
    from accelerator.domain.scoring import RankedIdea

MOST_CHECKED = 200  # clear goes whose readiness is looked at for the list


@dataclass(frozen=True, slots=True)
class Votes:
    """The votes on one idea, counted; `mine` is the reader's own."""

    go: int = 0
    discuss: int = 0
    stop: int = 0
    mine: str = ""

    @property
    def cast(self) -> int:
        """Return how many voted."""
        return self.go + self.discuss + self.stop

    def listed(self) -> list[Choice]:
        """Return the votes without their voters."""
        return [Choice.GO] * self.go + [Choice.DISCUSS] * self.discuss + [Choice.STOP] * self.stop


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """An idea that waits at the gate; `votes` are none where the reader may not see them yet."""

    passage_id: int
    idea_id: int
    code: str
    title: Bilingual
    asked: bool
    listed: bool
    votes: Votes | None
    mine: str
    zone: str
    sorted: Sorted
    short: tuple[Shortfall, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """The open meeting of a gate, if there is one, and how many decide."""

    meeting: Meeting | None
    deciders: int
    records: int

    @property
    def started(self) -> bool:
        """Say whether it has begun."""
        return self.meeting is not None and self.meeting.started_at is not None


@dataclass(frozen=True, slots=True)
class Ideas:
    """All ideas that wait at a gate, best first, in their groups."""

    rows: tuple[IdeaRow, ...]
    ranking: StageRanking
    counts: Mapping[Group, int] = field(default_factory=dict)

    def of(self, group: Group) -> list[IdeaRow]:
        """Return the ideas of one group; those asked for more wait and are in none."""
        return [row for row in self.rows if row.sorted.group is group and not row.asked]

    def numbers(self, passages: Collection[int]) -> "dict[int, RankedIdea[int]]":
        """Return what the reviews say about some of them."""
        return self.ranking.ranked.lines.find(passages)


_COHORT: BindParameter[int] = bindparam("cohort")
_STAGE: BindParameter[int] = bindparam("stage")
_OPEN = and_(Meeting.cohort_id == _COHORT, Meeting.stage_id == _STAGE, Meeting.ended_at.is_(None))
_NAMED = select(func.count()).where(Decider.stage_id == _STAGE).scalar_subquery()
_MANAGERS = (
    select(func.count())
    .where(Membership.programme_id == bindparam("programme"), Membership.role == "manager")
    .scalar_subquery()
)
_RECORDS = (
    select(func.count())
    .where(Meeting.cohort_id == _COHORT, Meeting.stage_id == _STAGE, Meeting.ended_at.is_not(None))
    .scalar_subquery()
)
_ONE = select(literal(1).label("one")).subquery()
_FACTS = (
    select(Meeting, _NAMED.label("named"), _MANAGERS.label("managers"), _RECORDS.label("records"))
    .select_from(_ONE)
    .outerjoin(Meeting, _OPEN)
)
_VOTES = (
    select(
        Vote.passage_id,
        *(
            func.sum(case((Vote.choice == choice, 1), else_=0)).label(str(choice))
            for choice in Choice
        ),
        func.max(case((Vote.person_id == bindparam("reader"), Vote.choice))).label("mine"),
    )
    .join(Passage, Passage.id == Vote.passage_id)
    .where(Passage.stage_id == _STAGE, Passage.state == PassageState.HANDED_IN)
    .group_by(Vote.passage_id)
    .subquery()
)
AT_GATE = and_(
    Idea.passage_id == Passage.id,
    Idea.state == IdeaState.ACTIVE,
    Passage.state == PassageState.HANDED_IN,
)
_IDEAS: Any = (
    select(
        Passage.id.label("passage_id"), Idea.id.label("idea_id"), Idea.code,
        Idea.title_ja, Idea.title_en, Passage.asked_until,  # type: ignore[attr-defined]
        MeetingItem.id.label("item_id"),
        _VOTES.c.go, _VOTES.c.discuss, _VOTES.c.stop, _VOTES.c.mine,
    )
    .select_from(Idea)
    .join(Passage, AT_GATE)
    .outerjoin(_VOTES, _VOTES.c.passage_id == Passage.id)
    .outerjoin(
        MeetingItem,
        and_(MeetingItem.passage_id == Passage.id, MeetingItem.meeting_id == bindparam("meeting")),
    )
    .where(Idea.cohort_id == _COHORT, Passage.stage_id == _STAGE)
    .order_by(Idea.id)
)  # fmt: skip


def meeting_facts(session: Session, cohort: Cohort, stage: Stage) -> MeetingFacts:
    """Load the open meeting of a gate, with the number of its deciders; one query."""
    row = session.execute(
        _FACTS,
        {"cohort": cohort.id, "stage": stage.id, "programme": cohort.programme_id},
    ).one()
    return MeetingFacts(row.Meeting, row.named or row.managers, row.records)


def ideas_at_gate(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    found: MeetingFacts,
    *,
    today: Any,
    all_votes: bool = False,
) -> Ideas:
    """Sort the ideas of a gate, but for those of the reader's own teams; six queries at most.

    Only votes that the reader may see count, unless the meeting's list is being made.
    """
    ranking = ranking_of(session, cohort, stage.id)
    lines = ranking.ranked.lines
    chances: dict[int, float] = {}
    if len(lines):
        chances = dict(zip(lines.passages(), lines.column("probability").tolist(), strict=True))
    places = {passage: at for at, passage in enumerate(chances)}
    zones = _zones(chances)
    rows = session.execute(
        _IDEAS.where(outside_team(actor)),
        {
            "cohort": cohort.id, "stage": stage.id, "reader": actor.id,
            "meeting": found.meeting.id if found.meeting else 0,
        },
    ).all()  # fmt: skip
    short = _short(session, stage, rows, zones, today)
    known: dict[Any, Sorted] = {}
    last = len(places)
    listed = []
    for row in sorted(rows, key=lambda row: places.get(row.passage_id, last)):
        votes = Votes(row.go or 0, row.discuss or 0, row.stop or 0, row.mine or "")
        seen = all_votes or shows_votes(mine=bool(votes.mine), started=found.started)
        counted = votes if seen else Votes()
        zone = zones.get(row.passage_id, "none")
        lacks = short.get(row.passage_id, ())
        key = (zone, counted.go, counted.discuss, counted.stop, bool(lacks))
        if key not in known:
            known[key] = sort(zone, counted.listed(), voters=found.deciders, unmet=bool(lacks))
        listed.append(
            IdeaRow(
                row.passage_id, row.idea_id, row.code, Bilingual(row.title_ja, row.title_en),
                row.asked_until is not None, row.item_id is not None, votes if seen else None,
                votes.mine, zone, known[key], lacks,
            )
        )  # fmt: skip
    counts = Counter(row.sorted.group for row in listed if not row.asked)
    return Ideas(tuple(listed), ranking, counts)


def _zones(chances: Mapping[int, float]) -> dict[int, str]:
    if not chances:
        return {}
    from accelerator.domain.scoring import zone

    return {passage: str(zone(chance)) for passage, chance in chances.items()}


def _short(
    session: Session, stage: Stage, rows: Sequence[Any], zones: Mapping[int, str], today: Any
) -> dict[int, tuple[Shortfall, ...]]:
    """Return what clear goes lack, and those that votes may make one, by passage."""
    minimums = {Dimension(key): level for key, level in stage.minimums.items()}
    if not minimums:
        return {}
    checked = [
        row
        for row in rows
        if zones.get(row.passage_id) == Group.GO
        or (zones.get(row.passage_id) == Group.DISCUSS and (row.item_id or row.go))
    ][:MOST_CHECKED]
    found = assessments(session, [row.idea_id for row in checked], today=today)
    return {row.passage_id: unmet(found[row.idea_id], minimums) for row in checked}
