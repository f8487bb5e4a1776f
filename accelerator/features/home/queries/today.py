"""What the first page shows: tasks with their dates, one's ideas, the gates one runs, the news."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import (
    BindParameter,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from accelerator.activity import letters
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.lateness import LIKELY
from accelerator.domain.milestones import SOON_DAYS
from accelerator.domain.policy import Actor
from accelerator.domain.stages import LIVING, PassageState
from accelerator.features.home.queries.ballots import may_vote, votes_wanted
from accelerator.features.home.queries.gates import GateCard, gate_cards
from accelerator.standing import Standing, standings
from accelerator.storage.spelled import spelled
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Delivery,
    Final,
    FinalJudge,
    Idea,
    Inquiry,
    Meeting,
    Milestone,
    MilestoneHelper,
    Passage,
    Pick,
    Stage,
    TeamMember,
)

MOST_TASKS = 20
MOST_IDEAS = 8
MOST_NEWS = 8
SOON = timedelta(days=14)


class Kind(StrEnum):
    """What sort of thing waits for the reader."""

    INVITATION = auto()
    HAND_IN = auto()
    MILESTONE = auto()
    AT_RISK = auto()
    ANSWER = auto()
    REVIEW = auto()
    QUESTION = auto()
    INFORMATION = auto()
    COMPARE = auto()
    VOTE = auto()
    DECIDE = auto()
    ANNOUNCE = auto()
    DATES = auto()


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the reader, and the day by which it is wanted.

    A manager's tasks are about `count` ideas at a gate: `code` is then the cohort's, `title` its
    name, `what` the stage and `stage_key` its key. So it is with the pairs of a final round and the
    votes before a gate meeting. A milestone has its number there.
    """

    kind: Kind
    code: str
    title: Bilingual
    what: Bilingual
    due_on: date | None
    late: bool
    count: int = 1
    stage_key: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened, in the reader's language."""

    text: str
    path: str
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The first page, whole."""

    tasks: tuple[Task, ...]
    ideas: tuple[Standing, ...]
    gates: tuple[GateCard, ...]
    news: tuple[News, ...]


def today(session: Session, actor: Actor, *, day: date) -> Today:
    """Load the first page of one person."""
    gates = gate_cards(session, actor, day)
    tasks = [*_tasks(session, actor, day), *_at_gates(gates)]
    return Today(
        tasks=tuple(sorted(tasks, key=_urgency)[:MOST_TASKS]),
        ideas=_ideas(session, actor),
        gates=gates,
        news=_news(session, actor),
    )


def _urgency(task: Task) -> tuple[bool, date]:
    """Put what is late first, then what has no date and blocks others, then the nearest."""
    return not task.late, task.due_on or date.min


def _waiting() -> Select[Any]:
    """Put together, once, what waits for a reader until a day."""
    reader: BindParameter[int] = bindparam("reader")
    # Joined from the reader's own rows: how many passages stand open is none of their business.
    mine = and_(
        TeamMember.idea_id == Idea.id,
        TeamMember.person_id == reader,
        TeamMember.state == "accepted",
    )
    nothing = [literal("").label("what_ja"), literal("").label("what_en")]
    undated = cast(null(), Date).label("due_on")
    no_stage = literal("").label("stage_key")
    idea = [Idea.code, Idea.title_ja, Idea.title_en]  # type: ignore[attr-defined]
    stage = [Stage.name_ja.label("what_ja"), Stage.name_en.label("what_en")]  # type: ignore[attr-defined]
    # Who has begun knows the way; how many pairs a conflict leaves them is not worth asking here.
    begun = exists().where(Pick.final_id == Final.id, Pick.judge_id == reader)
    day = bindparam("day", type_=Date)
    near = Milestone.due_on.between(day, bindparam("week", type_=Date))
    milestone = (
        select(
            case(
                (and_(near, Milestone.late_chance >= LIKELY), literal(Kind.AT_RISK)),
                else_=literal(Kind.MILESTONE),
            ),
            *idea, Milestone.name_ja, Milestone.name_en,  # type: ignore[attr-defined]
            Milestone.due_on, cast(Milestone.id, String),
        )
        .join(Idea, Idea.id == Milestone.idea_id)
        .where(
            # As expressions: from the few of the reader, not by the index of all that are due.
            Milestone.state.concat("") == "open",
            Idea.state.in_(LIVING),
            func.coalesce(Milestone.due_on, Milestone.due_on) <= bindparam("until", type_=Date),
        )
    )  # fmt: skip
    parts = [
        select(literal(Kind.INVITATION).label("kind"), *idea, *nothing, undated, no_stage)
        .join(TeamMember, TeamMember.idea_id == Idea.id)
        .where(TeamMember.person_id == reader, TeamMember.state == "pending"),
        select(
            case((Passage.state == PassageState.OPEN, literal(Kind.HAND_IN)),
                 else_=literal(Kind.INFORMATION)),
            *idea, *stage, func.coalesce(Passage.asked_until, Passage.hand_in_by), no_stage,
        )
        .join(TeamMember, mine)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(
            Idea.state.in_(LIVING),
            or_(
                Passage.state == PassageState.OPEN,
                and_(Passage.state == PassageState.HANDED_IN, Passage.asked_until.is_not(None)),
            ),
        ),
        milestone.where(Milestone.owner_id == reader),
        milestone.join(MilestoneHelper, MilestoneHelper.milestone_id == Milestone.id)
        .join(TeamMember, mine)
        .where(MilestoneHelper.person_id == reader, Milestone.owner_id != reader),
        select(
            case(
                (Assignment.state == "assigned", literal(Kind.ANSWER)), else_=literal(Kind.REVIEW)
            ),
            *idea, *stage, Assignment.due_on, no_stage,
        )
        .join(Idea, Idea.id == Assignment.idea_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(
            Assignment.reviewer_id == reader,
            Assignment.state.in_((spelled("assigned"), spelled("accepted"))),
            Passage.state == PassageState.HANDED_IN,
        ),
        select(literal(Kind.QUESTION), *idea, *stage, undated, no_stage)
        .join(TeamMember, mine)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(
            Idea.state.in_(LIVING),
            exists().where(Inquiry.passage_id == Passage.id, Inquiry.answered_at.is_(None)),
        ),
        select(
            literal(Kind.COMPARE), Cohort.code, Cohort.name_ja, Cohort.name_en,  # type: ignore[attr-defined]
            *stage, undated, Stage.key,
        )
        .join(Final, Final.cohort_id == Cohort.id)
        .join(Stage, Stage.id == Final.stage_id)
        .join(FinalJudge, FinalJudge.final_id == Final.id)
        .where(
            FinalJudge.person_id == reader,
            Final.closed_at.is_(None),
            not_(begun),
        ),
        select(
            literal(Kind.VOTE), Cohort.code, Cohort.name_ja, Cohort.name_en,  # type: ignore[attr-defined]
            *stage, undated, Stage.key,
        )
        .join(Meeting, Meeting.cohort_id == Cohort.id)
        .join(Stage, Stage.id == Meeting.stage_id)
        .where(may_vote(reader)),
    ]  # fmt: skip
    found = union_all(*parts).subquery()
    order = case((found.c.due_on < day, 0), (found.c.due_on.is_(None), 1), else_=2)
    most = 2 * MOST_TASKS  # a meeting may turn out to want no vote
    return select(found).order_by(order, found.c.due_on, found.c.code).limit(most)


_WAITING = _waiting()


def _tasks(session: Session, actor: Actor, day: date) -> tuple[Task, ...]:
    """List what waits, nearest first; one query for all sorts of things, two with a meeting."""
    rows = session.execute(_WAITING, _days(actor, day)).all()
    meetings = {row.code for row in rows if row.kind == Kind.VOTE}
    wanted = votes_wanted(session, actor.id, meetings)
    return tuple(
        Task(
            Kind(row.kind),
            row.code,
            Bilingual(row.title_ja, row.title_en),
            Bilingual(row.what_ja, row.what_en),
            row.due_on,
            row.due_on is not None and row.due_on < day,
            stage_key=row.stage_key,
        )
        for row in rows
        if row.kind != Kind.VOTE or (row.code, row.stage_key) in wanted
    )


def _days(actor: Actor, day: date) -> dict[str, object]:
    week = day + timedelta(days=SOON_DAYS)
    return {"reader": actor.id, "day": day, "week": week, "until": day + SOON}


def _at_gates(gates: tuple[GateCard, ...]) -> Iterator[Task]:
    """Turn what waits at one's gates into tasks, the answers owed to teams among them."""
    for gate in gates:
        for kind, count, due_on in (
            (Kind.DECIDE, gate.handed_in, gate.promised),
            (Kind.ANNOUNCE, gate.decided, None),
            (Kind.DATES, gate.dates_asked, None),
        ):
            if count:
                late = due_on is not None and gate.late
                yield Task(
                    kind, gate.cohort_code, gate.cohort_name, gate.stage_name, due_on, late,
                    count, gate.stage_key,
                )  # fmt: skip


_MINE = (
    select(Idea.id)
    .join(TeamMember, TeamMember.idea_id == Idea.id)
    .where(TeamMember.person_id == bindparam("reader"), TeamMember.state == "accepted")
    .order_by(Idea.updated_at.desc(), Idea.id.desc())
    .limit(MOST_IDEAS)
)
_NEWS = (
    select(Delivery.template, Delivery.data, Delivery.sent_at, Delivery.read_at)
    .where(
        Delivery.person_id == bindparam("reader"),
        Delivery.channel == "inbox",
        Delivery.state == "sent",
    )
    .order_by(Delivery.id.desc())
    .limit(MOST_NEWS)
)


def _ideas(session: Session, actor: Actor) -> tuple[Standing, ...]:
    ids = list(session.scalars(_MINE, {"reader": actor.id}))
    found = standings(session, ids)
    return tuple(found[idea_id] for idea_id in ids if idea_id in found)


def _news(session: Session, actor: Actor) -> tuple[News, ...]:
    reader = letters.Reader(actor.display_name, actor.language, actor.time_zone)
    return tuple(
        News(
            letters.subject(row.template, row.data, reader),
            row.data.get("path") or "/inbox",
            row.sent_at,
            row.read_at is None,
        )
        for row in session.execute(_NEWS, {"reader": actor.id})
    )
