"""A gate's meeting and its ideas, sorted into what is clear and what is disputed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.meeting import Choice, Group, Sorted, shows_votes, sort
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import Dimension, Shortfall
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.ranking import StageRanking, ranking_of
from accelerator.standing.readiness import shortfalls_of
from accelerator.storage.tables import (
    Cohort,
    Decider,
    Idea,
    Meeting,
    MeetingItem,
    Membership,
    Passage,
    Stage,
    TeamMember,
    Vote,
)

if TYPE_CHECKING:
    from accelerator.domain.scoring import RankedIdea

MOST_CHECKED = 200  # clear goes whose readiness is looked at for the list


@dataclass(frozen=True, slots=True)
class Votes:
    """The votes on one idea, counted."""

    go: int = 0
    discuss: int = 0
    stop: int = 0

    @property
    def cast(self) -> int:
        """Return how many voted."""
        return self.go + self.discuss + self.stop

    def listed(self) -> list[Choice]:
        """Return the votes without their voters."""
        return [Choice.GO] * self.go + [Choice.DISCUSS] * self.discuss + [Choice.STOP] * self.stop


class Line(NamedTuple):
    """An idea that waits at the gate, before its name is asked for."""

    passage_id: int
    idea_id: int
    asked: bool
    listed: bool
    votes: Votes | None
    mine: str
    sorted: Sorted


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """An idea that waits at the gate; `votes` are none where the reader may not see them yet."""

    passage_id: int
    code: str
    title: Bilingual
    votes: Votes | None
    sorted: Sorted
    short: tuple[Shortfall, ...]
    numbers: "RankedIdea[int] | None"


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

    lines: tuple[Line, ...]
    ranking: StageRanking
    short: Mapping[int, tuple[Shortfall, ...]]

    def of(self, group: Group, *, listed: bool = True) -> list[Line]:
        """Return the ideas of one group; those asked for more wait and are in none."""
        return [
            line
            for line in self.lines
            if line.sorted.group is group and not line.asked and (listed or not line.listed)
        ]

    def rows(self, session: Session, lines: Sequence[Line]) -> tuple[IdeaRow, ...]:
        """Name some of the ideas; one query."""
        found = session.execute(_TITLES, {"ideas": [line.idea_id for line in lines]})
        names = {idea_id: (code, title) for idea_id, code, title in found}
        numbers = self.ranking.ranked.lines.find({line.passage_id for line in lines})
        return tuple(
            IdeaRow(
                line.passage_id, *names[line.idea_id], line.votes, line.sorted,
                self.short.get(line.passage_id, ()), numbers.get(line.passage_id),
            )
            for line in lines
        )  # fmt: skip


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
_READER: BindParameter[int] = bindparam("reader")
# Of one's own teams, asked once and not for each of thousands of ideas.
_MINE = select(TeamMember.idea_id).where(
    TeamMember.person_id == _READER, TeamMember.state.in_(("accepted", "pending"))
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
        func.max(case((Vote.person_id == _READER, Vote.choice))).label("mine"),
    )
    .join(Passage, Passage.id == Vote.passage_id)
    .where(
        Passage.cohort_id == _COHORT,
        Passage.stage_id == _STAGE,
        Passage.state == PassageState.HANDED_IN,
    )
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
        Passage.id, Idea.id, Passage.asked_until, MeetingItem.id,
        _VOTES.c.go, _VOTES.c.discuss, _VOTES.c.stop, _VOTES.c.mine,
    )
    .select_from(Passage)
    .join(Idea, AT_GATE)
    .outerjoin(_VOTES, _VOTES.c.passage_id == Passage.id)
    .outerjoin(
        MeetingItem,
        and_(MeetingItem.passage_id == Passage.id, MeetingItem.meeting_id == bindparam("meeting")),
    )
    .where(
        Passage.cohort_id == _COHORT, Passage.stage_id == _STAGE,
        Idea.owner_id != _READER, Idea.id.not_in(_MINE),
    )
)  # fmt: skip
_TITLES = select(Idea.id, Idea.code, Idea.title).where(
    Idea.id.in_(bindparam("ideas", expanding=True))
)


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
    zones = ranking.ranked.lines.zones  # best first
    places = {passage: at for at, passage in enumerate(zones)}
    rows = session.execute(
        _IDEAS,
        {
            "cohort": cohort.id, "stage": stage.id, "reader": actor.id,
            "meeting": found.meeting.id if found.meeting else 0,
        },
    ).all()  # fmt: skip
    short = _short(session, stage, rows, zones, today)
    started, voters = found.started, found.deciders
    known: dict[Any, tuple[Votes | None, Sorted]] = {}
    last = len(places)
    lines_ = []
    for passage, idea, until, item, go, discuss, stop, mine in sorted(
        rows, key=lambda row: (places.get(row[0], last), row[1])
    ):
        seen = all_votes or shows_votes(mine=bool(mine), started=started)
        zone = zones.get(passage, "none")
        key = (zone, go, discuss, stop, seen, bool(short.get(passage)))
        if key not in known:
            votes = Votes(go or 0, discuss or 0, stop or 0)
            counted = votes.listed() if seen else ()
            known[key] = (
                votes if seen else None,
                sort(zone, counted, voters=voters, unmet=key[-1]),
            )
        shown, place = known[key]
        lines_.append(
            Line(passage, idea, until is not None, item is not None, shown, mine or "", place)
        )
    return Ideas(tuple(lines_), ranking, short)


def waiting(session: Session, cohort: Cohort, stage: Stage, code: str) -> int:
    """Return the passage of an idea that waits at the gate, 0 when it does not; one query."""
    found = session.scalar(
        select(Passage.id)
        .join(Idea, AT_GATE)
        .where(Idea.cohort_id == cohort.id, Passage.stage_id == stage.id, Idea.code == code)
    )
    return found or 0


def _short(
    session: Session, stage: Stage, rows: Sequence[Any], zones: Mapping[int, str], today: Any
) -> dict[int, tuple[Shortfall, ...]]:
    """Return what clear goes lack, and those that votes may make one, by passage."""
    minimums = {Dimension(key): level for key, level in stage.minimums.items()}
    if not minimums:
        return {}
    checked = {
        row[0]: row[1]
        for row in rows
        if zones.get(row[0]) == Group.GO
        or (zones.get(row[0]) == Group.DISCUSS and (row[3] or row[4]))
    }
    some = dict(list(checked.items())[:MOST_CHECKED])
    found = shortfalls_of(session, list(some.values()), minimums, today=today)
    return {passage: found[idea] for passage, idea in some.items()}
