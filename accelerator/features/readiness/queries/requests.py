"""What the managers of a programme see of requests for experts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor
from accelerator.domain.readiness import Dimension
from accelerator.domain.stages import PRIVATE
from accelerator.standing.wordings import name_of
from accelerator.storage.tables import Cohort, ExpertRequest, Idea, Person, Programme
from accelerator.storage.visibility import outside_team

PAGE = 50
DIGITS = 9  # every number of so many digits is one that a row can have
STATES = ("open", "answered", "withdrawn")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request in the list; `mine` says that its reader works on the idea."""

    id: int
    code: str
    title: Bilingual
    dimension: Dimension
    dimension_name: Bilingual
    level: int
    wanted: str
    asked_by: str
    asked_at: datetime
    answer: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Requests:
    """A page of the list, how many there are of each state, and where the next page begins."""

    rows: tuple[RequestRow, ...]
    counts: dict[str, int]
    after: str


def known(state: str) -> str:
    """Return the state a list can show: the open ones unless another is named."""
    return state if state in STATES else STATES[0]


def of_programme(
    session: Session, programme: Programme, *, actor: Actor, state: str, after: str
) -> Requests:
    """List a programme's requests of one state, the oldest open one first, else the newest."""
    inside = (Cohort.programme_id == programme.id) & Idea.state.not_in(PRIVATE)
    counts = session.execute(
        select(ExpertRequest.state, func.count())
        .join(Idea, Idea.id == ExpertRequest.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .where(inside)
        .group_by(ExpertRequest.state)
    ).all()
    oldest_first = state == "open"
    number = int(after) if after.isascii() and after.isdecimal() and len(after) <= DIGITS else None
    start = []
    if number is not None:
        start = [ExpertRequest.id > number if oldest_first else ExpertRequest.id < number]
    rows = session.execute(
        select(
            ExpertRequest, Idea.code, Idea.title, Person.family_name, Person.given_name,
            outside_team(actor).label("outside"),
        )
        .join(Idea, Idea.id == ExpertRequest.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .join(Person, Person.id == ExpertRequest.asked_by_id)
        .where(inside, ExpertRequest.state == state, *start)
        .order_by(ExpertRequest.id if oldest_first else ExpertRequest.id.desc())
        .limit(PAGE + 1)
    ).all()  # fmt: skip
    shown = rows[:PAGE]
    return Requests(
        tuple(_row(row) for row in shown),
        dict.fromkeys(STATES, 0) | {row.state: row[1] for row in counts},
        str(shown[-1].ExpertRequest.id) if len(rows) > PAGE else "",
    )


def _row(row: Any) -> RequestRow:
    one = row.ExpertRequest
    dimension = Dimension(one.dimension)
    return RequestRow(
        id=one.id, code=row.code, title=row.title, dimension=dimension,
        dimension_name=name_of(dimension), level=one.level, wanted=one.wanted,
        asked_by=display_name(row.family_name, row.given_name), asked_at=one.asked_at,
        answer=one.answer, mine=not row.outside,
    )  # fmt: skip
