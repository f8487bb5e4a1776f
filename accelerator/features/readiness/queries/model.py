"""How a programme counts readiness and words its levels, and whom a change would touch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.drafts import fingerprint
from accelerator.domain.people import display_name
from accelerator.domain.readiness import (
    Assessment,
    Dimension,
    DimensionText,
    Move,
    Moves,
    ReadinessPolicy,
    changed_levels,
    moves,
)
from accelerator.domain.stages import LIVING, PRIVATE, IdeaState
from accelerator.standing.readiness import assessments
from accelerator.standing.wordings import texts_of
from accelerator.storage.tables import (
    Cohort,
    Evidence,
    Idea,
    Person,
    Programme,
    ReadinessModel,
)

UNDER_WAY = (*LIVING, IdeaState.WAITING, IdeaState.PARKED)  # whose score goes on
MOST_SHOWN = 20
MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Touched:
    """An idea whose score goes on, and where its day ends."""

    id: int
    code: str
    title: Bilingual
    zone: str
    private: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """What another way of counting does: whose score moves, and by how much."""

    ideas: tuple[Touched, ...]
    moves: Moves

    @property
    def shown(self) -> tuple[tuple[Touched, Move], ...]:
        """Return the furthest moves, but for drafts, which only their teams know."""
        known = {idea.id: idea for idea in self.ideas if not idea.private}
        pairs = ((known[move.idea], move) for move in self.moves.moved if move.idea in known)
        return tuple(pairs)[:MOST_SHOWN]

    @property
    def seen(self) -> str:
        """Return the mark that a form carries once exactly this was shown."""
        return fingerprint("\n".join(f"{m.idea} {m.by:.1f}" for m in self.moves.moved) or "none")


@dataclass(frozen=True, slots=True)
class Worded:
    """Which levels read differently, and how many ideas have shown one of them."""

    levels: tuple[int, ...]
    ideas: int

    @property
    def seen(self) -> str:
        """Return the mark that a form carries once exactly this was shown."""
        return fingerprint(f"{self.levels} {self.ideas}")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a programme's model."""

    number: int
    made_at: datetime
    made_by: str
    worded: tuple[Dimension, ...]
    own_policy: bool


def held(session: Session, programme: Programme) -> ReadinessModel | None:
    """Return the version that holds; None for the house's own."""
    number = programme.readiness_number
    return session.get(ReadinessModel, (programme.id, number)) if number else None


def texts(session: Session, programme: Programme) -> dict[Dimension, DimensionText]:
    """Return the wording that holds, by dimension."""
    model = held(session, programme)
    return {text.dimension: text for text in texts_of(model.wording if model else None)}


def versions(session: Session, programme: Programme) -> list[VersionRow]:
    """List the versions, the newest first."""
    rows = session.execute(
        select(ReadinessModel, Person.family_name, Person.given_name)
        .outerjoin(Person, Person.id == ReadinessModel.made_by_id)
        .where(ReadinessModel.programme_id == programme.id)
        .order_by(ReadinessModel.number.desc())
        .limit(MOST_VERSIONS)
    )
    return [
        VersionRow(
            model.number,
            model.made_at,
            display_name(family, given) if family is not None else "",
            tuple(Dimension(key) for key in model.wording),
            set(model.policy) > {"version"},
        )
        for model, family, given in rows
    ]


def effects(
    session: Session, programme: Programme, policy: ReadinessPolicy, *, now: datetime
) -> Effects:
    """Count the scores of all ideas under way in both ways."""
    rows = session.execute(
        select(Idea.id, Idea.code, Idea.title, Cohort.time_zone, Idea.state)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(Cohort.programme_id == programme.id, Idea.state.in_(UNDER_WAY))
        .order_by(Idea.id)
    )
    ideas = tuple(
        Touched(row.id, row.code, row.title, row.time_zone, row.state in PRIVATE) for row in rows
    )
    before: dict[int, Assessment] = {}
    after: dict[int, Assessment] = {}
    for day, some in by_day(ideas, now).items():
        before |= assessments(session, some, today=day)
        after |= assessments(session, some, today=day, policies=dict.fromkeys(some, policy))
    return Effects(ideas, moves(before, after))


def by_day(ideas: Iterable[Touched], now: datetime) -> dict[date, list[int]]:
    """Sort ideas by the day it is where their cohort's days end."""
    days: dict[str, date] = {}
    found: dict[date, list[int]] = {}
    for idea in ideas:
        if idea.zone not in days:
            days[idea.zone] = now.astimezone(ZoneInfo(idea.zone)).date()
        found.setdefault(days[idea.zone], []).append(idea.id)
    return found


def worded(
    session: Session, programme: Programme, before: DimensionText, after: DimensionText
) -> Worded:
    """Count the ideas that have shown a level whose wording changes."""
    levels = tuple(changed_levels(before, after))
    count = session.scalar(
        select(func.count(distinct(Evidence.idea_id)))
        .join(Idea, Idea.id == Evidence.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(
            Cohort.programme_id == programme.id, Idea.state.in_(UNDER_WAY),
            Evidence.dimension == before.dimension, Evidence.level.in_(levels),
            Evidence.withdrawn_at.is_(None),
        )
    )  # fmt: skip
    return Worded(levels, count or 0)
