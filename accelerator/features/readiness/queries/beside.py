"""What stands beside an idea's readiness: its team, files, gates, milestones and requests."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer, String, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.people import display_name
from accelerator.storage.tables import (
    Attachment,
    ExpertRequest,
    Idea,
    Milestone,
    Passage,
    Person,
    Stage,
    TeamMember,
)
from accelerator.storage.types import Moment


@dataclass(frozen=True, slots=True)
class Gate:
    """The day on which the idea left a stage."""

    stage: Bilingual
    on: date


@dataclass(frozen=True, slots=True)
class Task:
    """A milestone that is to show a level."""

    dimension: str
    level: int
    name: Bilingual
    due_on: date
    done: bool


@dataclass(frozen=True, slots=True)
class Request:
    """An expert asked for."""

    id: int
    dimension: str
    level: int
    wanted: str
    state: str
    asked_at: datetime
    answer: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class Beside:
    """All of it; `everybody` are the team and who is invited, whose votes do not count."""

    everybody: frozenset[int]
    team: tuple[tuple[int, str], ...]
    files: tuple[tuple[int, str], ...]
    gates: tuple[Gate, ...]
    tasks: tuple[Task, ...]
    requests: tuple[Request, ...]


_NO_TEXT, _NO_NUMBER = cast(null(), String), cast(null(), Integer)
_NO_DAY, _NO_MOMENT = cast(null(), Date), cast(null(), Moment)
_IDEA: Any = bindparam("idea")


def _sort(kind: str, id_: Any, one: Any, two: Any, **more: Any) -> Any:
    """One sort of row, in the columns all sorts share."""
    shared: dict[str, Any] = {
        "state": _NO_TEXT, "dimension": _NO_TEXT, "level": _NO_NUMBER, "day": _NO_DAY,
        "at": _NO_MOMENT, "answer": _NO_TEXT, "by1": _NO_TEXT, "by2": _NO_TEXT,
    } | more  # fmt: skip
    return select(
        literal(kind).label("kind"), id_.label("id"), one.label("one"), two.label("two"),
        *(column.label(name) for name, column in shared.items()),
    )  # fmt: skip


def _both(table: Any) -> tuple[Any, Any]:
    """Return the two columns of a name."""
    return table.name_ja, table.name_en


_BESIDE = union_all(
    _sort("member", Person.id, Person.family_name, Person.given_name, state=TeamMember.state)
    .join(TeamMember, TeamMember.person_id == Person.id)
    .where(TeamMember.idea_id == _IDEA, TeamMember.state.in_(("accepted", "pending"))),
    _sort("file", Attachment.id, Attachment.name, _NO_TEXT).where(
        Attachment.idea_id == _IDEA, Attachment.removed_at.is_(None)
    ),
    _sort("gate", Passage.id, *_both(Stage), at=Passage.left_at)
    .join(Stage, Stage.id == Passage.stage_id)
    .where(Passage.idea_id == _IDEA, Passage.left_at.is_not(None)),
    _sort(
        "task", Milestone.id, *_both(Milestone), state=Milestone.state,
        dimension=Milestone.dimension, level=Milestone.level, day=Milestone.due_on,
    ).where(Milestone.idea_id == _IDEA, Milestone.dimension.is_not(None)),
    _sort(
        "request", ExpertRequest.id, ExpertRequest.wanted, _NO_TEXT, state=ExpertRequest.state,
        dimension=ExpertRequest.dimension, level=ExpertRequest.level, at=ExpertRequest.asked_at,
        answer=ExpertRequest.answer, by1=Person.family_name, by2=Person.given_name,
    )
    .outerjoin(Person, Person.id == ExpertRequest.answered_by_id)
    .where(ExpertRequest.idea_id == _IDEA),
).order_by("kind", "id")  # fmt: skip


def beside(session: Session, idea: Idea, zone: ZoneInfo) -> Beside:
    """Load it in one statement."""
    rows: dict[str, list[Any]] = {}
    for row in session.execute(_BESIDE, {"idea": idea.id}):
        rows.setdefault(row.kind, []).append(row)
    members = rows.get("member", [])
    return Beside(
        everybody=frozenset(row.id for row in members),
        team=tuple((r.id, display_name(r.one, r.two)) for r in members if r.state == "accepted"),
        files=tuple((row.id, row.one) for row in rows.get("file", [])),
        gates=tuple(
            Gate(Bilingual(row.one, row.two), row.at.astimezone(zone).date())
            for row in rows.get("gate", [])
        ),
        tasks=tuple(
            Task(r.dimension, r.level, Bilingual(r.one, r.two), r.day, r.state == "done")
            for r in rows.get("task", [])
        ),
        requests=tuple(_request(row) for row in rows.get("request", [])),
    )


def _request(row: Any) -> Request:
    by = display_name(row.by1, row.by2) if row.by1 is not None else ""
    return Request(row.id, row.dimension, row.level, row.one, row.state, row.at, row.answer, by)
