"""What the pages of milestones show."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.milestones import SOON_DAYS, Lateness, MilestoneState, Urgency, lateness
from accelerator.domain.people import display_name
from accelerator.domain.stages import LIVING
from accelerator.storage.tables import Cohort, Idea, Milestone, Passage, Person, Stage, TeamMember

PAGE = 50
DIGITS = 9  # every number of so many digits is one that a row can have


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """One milestone, on its idea's page or in a cohort's list."""

    id: int
    version: int
    name: Bilingual
    wanted: Bilingual
    owner_id: int
    owner_name: str
    due_on: date
    state: MilestoneState
    lateness: Lateness
    evidence: str
    evidence_url: str
    done_at: datetime | None
    asked_due_on: date | None
    asked_reason: str
    stage_name: Bilingual
    idea_code: str
    idea_title: Bilingual


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team who can own a milestone."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class CohortMilestones:
    """A page of a cohort's milestones, and how many there are of each urgency."""

    rows: tuple[MilestoneRow, ...]
    counts: dict[str, int]
    asked: int
    after: str


def of_idea(session: Session, idea: Idea, *, now: datetime) -> list[MilestoneRow]:
    """List an idea's milestones: the open ones by date first, the newest stage first."""
    found = _rows(session, Milestone.idea_id == idea.id, now=now, limit=4 * PAGE)
    return sorted(found, key=lambda row: (row.state is not MilestoneState.OPEN, row.due_on, row.id))


def team(session: Session, idea: Idea) -> list[Member]:
    """List who can own a milestone of an idea."""
    people = session.scalars(
        select(Person)
        .join(TeamMember, TeamMember.person_id == Person.id)
        .where(TeamMember.idea_id == idea.id, TeamMember.state == "accepted")
        .order_by(TeamMember.id)
        .limit(PAGE)
    )
    return [Member(person.id, person.display_name) for person in people]


def of_cohort(
    session: Session, cohort: Cohort, *, urgency: str, after: str, now: datetime
) -> CohortMilestones:
    """List a cohort's milestones of one urgency, the most pressing first."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    inside = (Idea.cohort_id == cohort.id) & Idea.state.in_(LIVING)
    groups = _groups(today)
    counts = session.execute(
        select(*(func.count().filter(group).label(name) for name, group in groups.items()))
        .select_from(Milestone)
        .join(Idea, Idea.id == Milestone.idea_id)
        .where(inside)
    ).one()
    condition = groups.get(urgency, groups[Urgency.LATE])
    start = _cursor(after)
    if start is not None:
        condition &= (Milestone.due_on > start[0]) | (
            (Milestone.due_on == start[0]) & (Milestone.id > start[1])
        )
    rows = _rows(session, inside & condition, now=now, limit=PAGE + 1)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return CohortMilestones(
        tuple(rows),
        dict(counts._mapping),  # noqa: SLF001 - SQLAlchemy's own name for a row as a mapping
        counts.asked,
        f"{rows[-1].due_on.isoformat()}.{rows[-1].id}" if more else "",
    )


def _groups(today: date) -> dict[str, ColumnElement[bool]]:
    is_open = Milestone.state == MilestoneState.OPEN
    soon = today + timedelta(days=SOON_DAYS)
    return {
        Urgency.LATE: is_open & (Milestone.due_on < today),
        "asked": is_open & Milestone.asked_due_on.is_not(None),
        Urgency.SOON: is_open & Milestone.due_on.between(today, soon),
        Urgency.LATER: is_open & (Milestone.due_on > soon),
        Urgency.DONE: Milestone.state == MilestoneState.DONE,
    }


def _cursor(after: str) -> tuple[date, int] | None:
    day, _, number = after.partition(".")
    if not number.isascii() or not number.isdecimal() or len(number) > DIGITS:
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def _rows(
    session: Session, condition: ColumnElement[bool], *, now: datetime, limit: int
) -> list[MilestoneRow]:
    found = session.execute(
        select(
            Milestone, Person.family_name, Person.given_name, Stage.name, Idea.code, Idea.title,
            Cohort.country, Cohort.time_zone,
        )
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Person, Person.id == Milestone.owner_id)
        .where(condition)
        .order_by(Milestone.due_on, Milestone.id)
        .limit(limit)
    )  # fmt: skip
    return [_row(row, now) for row in found]


def _row(row: Any, now: datetime) -> MilestoneRow:
    one, family, given, stage, code, title, country, zone = row
    today = now.astimezone(ZoneInfo(zone)).date()
    state = MilestoneState(one.state)
    return MilestoneRow(
        id=one.id,
        version=one.version,
        name=one.name,
        wanted=one.wanted,
        owner_id=one.owner_id,
        owner_name=display_name(family, given),
        due_on=one.due_on,
        state=state,
        lateness=lateness(state, one.due_on, today, calendar_of(country, today.year)),
        evidence=one.evidence,
        evidence_url=one.evidence_url,
        done_at=one.done_at,
        asked_due_on=one.asked_due_on,
        asked_reason=one.asked_reason,
        stage_name=stage,
        idea_code=code,
        idea_title=title,
    )


def idea_of(session: Session, milestone_id: int) -> Idea:
    """Return the idea of a milestone."""
    return session.scalars(
        select(Idea)
        .join(Milestone, Milestone.idea_id == Idea.id)
        .where(Milestone.id == milestone_id)
    ).one()


def team_of(session: Session, milestone: Milestone) -> list[Member]:
    """List who can own this milestone."""
    return team(session, idea_of(session, milestone.id))
