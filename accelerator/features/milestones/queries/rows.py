"""Milestones as pages show them: how late, by whom, what they wait for and hold up."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, aliased

from accelerator.calendars import calendar_of
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.lateness import LIKELY
from accelerator.domain.milestones import (
    SOON_DAYS,
    Lateness,
    MilestoneState,
    Progress,
    Urgency,
    held_up,
    lateness,
    progress,
)
from accelerator.domain.people import display_name
from accelerator.storage.tables import (
    Cohort,
    Idea,
    Milestone,
    MilestoneDependency,
    MilestoneHelper,
    Passage,
    Person,
    Stage,
    TeamMember,
)

PAGE = 50
MORE_DAYS = 5


@dataclass(frozen=True, slots=True)
class Link:
    """Another milestone of the same idea."""

    id: int
    name: Bilingual
    state: str
    due_on: date


@dataclass(slots=True)
class MilestoneRow:
    """One milestone, on its own page, its idea's or in a cohort's list."""

    id: int
    name: Bilingual
    wanted: Bilingual
    owner_id: int
    owner_name: str
    due_on: date
    first_due_on: date | None
    state: MilestoneState
    lateness: Lateness
    started_at: datetime | None
    late_chance: float | None
    evidence: str
    done_at: datetime | None
    asked_due_on: date | None
    asked_reason: str
    stage_name: Bilingual
    idea_code: str
    idea_title: Bilingual
    country: str
    time_zone: str
    helpers: list[str] = field(default_factory=list)
    helper_ids: list[int] = field(default_factory=list)
    needs: list[Link] = field(default_factory=list)
    holds_up: list[Link] = field(default_factory=list)
    mine: bool = False

    @property
    def waits_for(self) -> list[Link]:
        """Return what must be done before it and is not."""
        return [one for one in self.needs if one.state == MilestoneState.OPEN]

    @property
    def progress(self) -> Progress:
        """Say where it stands on the board."""
        started = self.started_at is not None
        return progress(self.state, started=started, waits=bool(self.waits_for))

    @property
    def soon(self) -> bool:
        """Whether it is due within a week, when a forecast is shown."""
        return self.lateness.urgency is Urgency.SOON

    @property
    def at_risk(self) -> bool:
        """Whether it will probably be late, and that is soon."""
        return self.soon and self.late_chance is not None and self.late_chance >= LIKELY

    @property
    def waits_too_long(self) -> bool:
        """Whether something it waits for is due later than itself."""
        return any(one.due_on > self.due_on for one in self.waits_for)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team who can own a milestone or help."""

    id: int
    name: str


def team(session: Session, idea_id: int) -> list[Member]:
    """List who can work on the milestones of an idea."""
    people = session.scalars(
        select(Person)
        .join(TeamMember, TeamMember.person_id == Person.id)
        .where(TeamMember.idea_id == idea_id, TeamMember.state == "accepted")
        .order_by(TeamMember.id)
        .limit(PAGE)
    )
    return [Member(person.id, person.display_name) for person in people]


def waits() -> ColumnElement[bool]:
    """Say of a milestone that something it needs is still open."""
    need = aliased(Milestone)
    return exists().where(
        MilestoneDependency.milestone_id == Milestone.id,
        need.id == MilestoneDependency.needs_id,
        need.state == MilestoneState.OPEN,
    )


def statement(*more: Any) -> Select[Any]:
    """Select milestones with what their rows show."""
    return (
        select(
            Milestone, Person.family_name, Person.given_name, Stage.name, Idea.code, Idea.title,
            Cohort.country, Cohort.time_zone, *more,
        )
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .join(Person, Person.id == Milestone.owner_id)
    )  # fmt: skip


def rows(session: Session, found: Iterable[Any], now: datetime) -> list[MilestoneRow]:
    """Make the rows of what was found, with what they wait for and who helps: two queries."""
    made: list[MilestoneRow] = []
    ideas: set[int] = set()
    for one in found:
        made.append(_row(one, now))
        ideas.add(one[0].idea_id)
    if made:
        _link(session, made, ideas)
        _help(session, made)
    return made


def _row(row: Any, now: datetime) -> MilestoneRow:
    one, family, given, stage, code, title, country, zone = row[:8]
    today = now.astimezone(ZoneInfo(zone)).date()
    state = MilestoneState(one.state)
    return MilestoneRow(
        id=one.id,
        name=one.name,
        wanted=one.wanted,
        owner_id=one.owner_id,
        owner_name=display_name(family, given),
        due_on=one.due_on,
        first_due_on=one.first_due_on,
        state=state,
        lateness=lateness(state, one.due_on, today, calendar_of(country, today.year)),
        started_at=one.started_at,
        late_chance=one.late_chance,
        evidence=one.evidence,
        done_at=one.done_at,
        asked_due_on=one.asked_due_on,
        asked_reason=one.asked_reason,
        stage_name=stage,
        idea_code=code,
        idea_title=title,
        country=country,
        time_zone=zone,
        mine=bool(getattr(row, "mine", False)),
    )


def _link(session: Session, made: list[MilestoneRow], ideas: Collection[int]) -> None:
    """Say of each row what it needs, and of what is open what it holds up, however far."""
    need, waiting = aliased(Milestone), aliased(Milestone)
    known: dict[int, Link] = {}
    needs: dict[int, list[int]] = defaultdict(list)
    for pair in session.execute(
        select(need, waiting)
        .select_from(MilestoneDependency)
        .join(need, need.id == MilestoneDependency.needs_id)
        .join(waiting, waiting.id == MilestoneDependency.milestone_id)
        .where(
            need.idea_id.in_(ideas),
            need.state != MilestoneState.DROPPED,
            waiting.state != MilestoneState.DROPPED,
        )
        .order_by(need.due_on, need.id)
    ):
        for one in pair:
            known[one.id] = Link(one.id, one.name, one.state, one.due_on)
        needs[pair[1].id].append(pair[0].id)
    if not known:
        return
    for row in made:
        row.needs = [known[one] for one in needs.get(row.id, ())]
        if row.state is MilestoneState.OPEN:
            behind = (known[one] for one in held_up(needs, row.id))
            still = [one for one in behind if one.state == MilestoneState.OPEN]
            row.holds_up = sorted(still, key=lambda one: (one.due_on, one.id))


def _help(session: Session, made: list[MilestoneRow]) -> None:
    """Name who helps; whoever left the team helps no more."""
    by_id = {row.id: row for row in made}
    for number, person in session.execute(
        select(MilestoneHelper.milestone_id, Person)
        .join(Person, Person.id == MilestoneHelper.person_id)
        .join(Milestone, Milestone.id == MilestoneHelper.milestone_id)
        .join(
            TeamMember,
            (TeamMember.idea_id == Milestone.idea_id) & (TeamMember.person_id == Person.id),
        )
        .where(
            MilestoneHelper.milestone_id.in_(by_id),
            TeamMember.state == "accepted",
            Person.id != Milestone.owner_id,
        )
        .order_by(TeamMember.id)
    ):
        by_id[number].helpers.append(person.display_name)
        by_id[number].helper_ids.append(person.id)


def urgencies(today: date) -> dict[str, ColumnElement[bool]]:
    """Return the conditions of the groups of a cohort's list."""
    is_open = Milestone.state == MilestoneState.OPEN
    soon = today + timedelta(days=SOON_DAYS)
    near = is_open & Milestone.due_on.between(today, soon)
    return {
        Urgency.LATE: is_open & (Milestone.due_on < today),
        "asked": is_open & Milestone.asked_due_on.is_not(None),
        "risk": near & (Milestone.late_chance >= LIKELY),
        Urgency.SOON: near,
        Urgency.LATER: is_open & (Milestone.due_on > soon),
        Urgency.DONE: Milestone.state == MilestoneState.DONE,
    }


def proposed(row: MilestoneRow, now: datetime) -> date:
    """Return the date to propose where more time is needed: five working days on."""
    calendar = calendar_of(row.country, now.year)
    today = now.astimezone(ZoneInfo(row.time_zone)).date()
    return calendar.add(max(row.due_on, today), MORE_DAYS)
