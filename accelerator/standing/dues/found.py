"""What is due: milestones, reviews, promises, what teams are asked for, parked ideas."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from accelerator.domain.ladder import Due, Receiver
from accelerator.domain.notices import Kind
from accelerator.domain.people import display_name
from accelerator.domain.reviews import AssignmentState
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.dues.roles import Roles
from accelerator.standing.dues.task import Task
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Decision,
    Idea,
    InformationRequest,
    Milestone,
    MilestoneHelper,
    Passage,
    Person,
    Stage,
    TeamMember,
)
from accelerator.storage.types import Moment

ZONES = 2  # days; for cohorts whose day is ahead of ours
WAITING = (AssignmentState.ASSIGNED, AssignmentState.ACCEPTED)
Subjects = Mapping[str, Collection[int]]
OWNER, LEAD, MANAGER, LINE = Receiver.OWNER, Receiver.LEAD, Receiver.MANAGER, Receiver.LINE


@dataclass(frozen=True, slots=True)
class Look:
    """What to look at: all that may be told until `days` from now, or only these of each kind.

    Ideas whose reminders are paused are passed over, on every cohort's own clock.
    """

    session: Session
    roles: Roles
    now: datetime
    days: int = 0
    only: Subjects | None = None
    programme_id: int | None = None
    _zones: dict[str, date] = field(default_factory=dict)

    def today(self, zone: str) -> date:
        """Return which day it is in a zone."""
        if zone not in self._zones:
            self._zones[zone] = self.now.astimezone(ZoneInfo(zone)).date()
        return self._zones[zone]

    def until(self, kind: str) -> date:
        """Return the last day on which something of a kind can be due and told of."""
        if self.only is not None:
            return date.max
        return self.now.date() + timedelta(days=self.days + self.roles.reach(kind) + ZONES)

    def wanted(self, kind: str, column: InstrumentedAttribute[int]) -> list[ColumnElement[bool]]:
        """Return what narrows a query to the subjects and the programme that are looked at."""
        found: list[ColumnElement[bool]] = []
        if self.only is not None:
            found.append(column.in_(self.only.get(kind, ())))
        if self.programme_id is not None:
            found.append(Cohort.programme_id == self.programme_id)
        return found

    def rows(self, statement: Select[Any]) -> Iterator[Any]:
        """Yield the rows of a query whose ideas may be told of."""
        for row in self.session.execute(statement):
            paused = row.reminders_paused_until
            if paused is None or paused <= self.today(row.time_zone):
                yield row

    def day(self, moment: datetime, row: Any) -> date:
        """Return on which day of its cohort something was."""
        return moment.astimezone(ZoneInfo(row.time_zone)).date()

    def task(self, row: Any, due: Due, paths: dict[Receiver, str], **more: Any) -> Task:
        """Make a task of a row that was asked for with its idea."""
        return Task(
            due, self.roles.ladder(due.kind, row.programme_id), row.idea_id, row.programme_id,
            self.roles.programmes[row.programme_id].name.as_dict(), row.title.as_dict(), row.code,
            paths, **more,
        )  # fmt: skip


def with_idea(*columns: Any) -> Select[Any]:
    """Select columns with those of the idea and its cohort."""
    return (
        select(
            *columns, Idea.id.label("idea_id"), Idea.title, Idea.code, Idea.owner_id,
            Idea.reminders_paused_until, Cohort.programme_id, Cohort.time_zone,
            Cohort.code.label("cohort"),
        )
        .select_from(Idea)
        .join(Cohort, Cohort.id == Idea.cohort_id)
    )  # fmt: skip


_NAMED = (
    Person.id.label("person_id"), Person.family_name, Person.given_name, Person.line_manager_id,
)  # fmt: skip


def milestones(look: Look) -> list[Task]:
    """Whoever has it in hand hears, and who helps; then the lead; then the managers."""
    wanted = (
        Milestone.state == "open",
        Milestone.due_on <= look.until(Kind.MILESTONE),
        Idea.state == IdeaState.ACTIVE,
        *look.wanted(Kind.MILESTONE, Milestone.id),
    )
    rows = look.rows(
        with_idea(
            Milestone.id, Milestone.due_on, Milestone.due_set_at, Milestone.name,
            Passage.entered_at, *_NAMED,
        )
        .join(Milestone, Milestone.idea_id == Idea.id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Person, Person.id == Milestone.owner_id)
        .where(*wanted)
    )  # fmt: skip
    helping: dict[int, set[int]] = defaultdict(set)
    for milestone, person in look.session.execute(
        select(MilestoneHelper.milestone_id, MilestoneHelper.person_id)
        .join(Milestone, Milestone.id == MilestoneHelper.milestone_id)
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .join(
            TeamMember,
            (TeamMember.idea_id == Milestone.idea_id)
            & (TeamMember.person_id == MilestoneHelper.person_id),
        )
        .where(TeamMember.state == "accepted", *wanted)
    ):
        helping[milestone].add(person)
    roles, found = look.roles, []
    for row in rows:
        people = {
            OWNER: roles.first(row, row.person_id, row.owner_id)
            | roles.open(*helping.get(row.id, ())),
            LEAD: roles.first(row, row.owner_id),
            MANAGER: roles.managers(row),
            LINE: roles.first(row, row.line_manager_id),
        }
        promised = look.day(row.due_set_at or row.entered_at, row)
        team = f"/ideas/{row.code}/milestones/{row.id}"
        found.append(
            look.task(
                row, Due(Kind.MILESTONE, row.id, row.due_on, promised, False, people),
                {OWNER: team, LEAD: team, MANAGER: f"/cohorts/{row.cohort}/milestones"},
                name=row.name.as_dict(), who=_name(row), who_id=row.person_id,
            )
        )  # fmt: skip
    return found


def reviews(look: Look) -> list[Task]:
    """The reviewer hears, then the managers who may know who reviews; never the team."""
    roles = look.roles
    return [
        look.task(
            row,
            Due(
                Kind.REVIEW, row.id, row.due_on, look.day(row.assigned_at, row), False,
                {
                    OWNER: roles.open(row.person_id) or roles.managers_outside(row),
                    MANAGER: roles.managers_outside(row),
                },
            ),
            {OWNER: f"/ideas/{row.code}/review", MANAGER: f"/ideas/{row.code}/reviews"},
            who=_name(row),
        )
        for row in look.rows(
            with_idea(Assignment.id, Assignment.due_on, Assignment.assigned_at, *_NAMED)
            .join(Assignment, Assignment.passage_id == Idea.passage_id)
            .join(Passage, Passage.id == Assignment.passage_id)
            .join(Person, Person.id == Assignment.reviewer_id)
            .where(
                Assignment.state.in_(WAITING),
                Assignment.due_on <= look.until(Kind.REVIEW),
                Passage.state == PassageState.HANDED_IN,
                Idea.state == IdeaState.ACTIVE,
                *look.wanted(Kind.REVIEW, Assignment.id),
            )
        )
    ]  # fmt: skip


def promises(look: Look) -> list[Task]:
    """The managers owe the answer; when it is late, the team's lead is told so.

    While a team is asked for more there is no promise; afterwards the moved one is a new promise.
    """
    moved = (
        select(
            func.max(func.coalesce(InformationRequest.answered_at, InformationRequest.withdrawn_at))
        )
        .where(InformationRequest.idea_id == Idea.id, InformationRequest.passage_id == Passage.id)
        .correlate(Idea, Passage)
        .scalar_subquery()
    )
    found = []
    for row in look.rows(
        with_idea(
            Passage.id, Passage.promise_on, Passage.handed_in_at, Passage.entered_at,
            Stage.key.label("stage"), type_coerce(moved, Moment).label("moved"),
        )
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(
            # A decision nobody was told of keeps no promise.
            Passage.state.in_((PassageState.HANDED_IN, PassageState.DECIDED)),
            Passage.promise_on <= look.until(Kind.GATE),
            Idea.state == IdeaState.ACTIVE,
            *look.wanted(Kind.GATE, Passage.id),
        )
    ):  # fmt: skip
        promised = look.day(row.moved or row.handed_in_at or row.entered_at, row)
        people = {
            LEAD: look.roles.first(row, row.owner_id), MANAGER: look.roles.managers(row),
        }  # fmt: skip
        paths = {
            LEAD: f"/ideas/{row.code}", MANAGER: f"/cohorts/{row.cohort}/{row.stage}/gate",
        }  # fmt: skip
        due = Due(Kind.GATE, row.id, row.promise_on, promised, False, people)
        found.append(look.task(row, due, paths))
    return found


def requests(look: Look) -> list[Task]:
    """The team owes what it was asked for; when it is late, the managers decide how to go on."""
    roles, found = look.roles, []
    for row in look.rows(
        with_idea(
            InformationRequest.id, InformationRequest.due_on, InformationRequest.asked_at, *_NAMED
        )
        .join(InformationRequest, InformationRequest.idea_id == Idea.id)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Person, Person.id == Idea.owner_id)
        .where(
            InformationRequest.passage_id == Passage.id,
            InformationRequest.answered_at.is_(None),
            InformationRequest.withdrawn_at.is_(None),
            InformationRequest.due_on <= look.until(Kind.INFORMATION),
            Passage.state == PassageState.HANDED_IN,
            Idea.state == IdeaState.ACTIVE,
            *look.wanted(Kind.INFORMATION, InformationRequest.id),
        )
    ):
        people = {
            LEAD: roles.first(row, row.owner_id), MANAGER: roles.managers(row),
            LINE: roles.first(row, row.line_manager_id),
        }  # fmt: skip
        due = Due(Kind.INFORMATION, row.id, row.due_on, look.day(row.asked_at, row), False, people)
        paths = dict.fromkeys((LEAD, MANAGER), f"/ideas/{row.code}/information")
        found.append(look.task(row, due, paths, who=_name(row), who_id=row.person_id))
    return found


def returns(look: Look) -> list[Task]:
    """A parked idea comes back to its owner, and to whoever keeps an eye on it."""
    roles, found = look.roles, []
    for row in look.rows(
        with_idea(Decision.id, Decision.revisit_on, Decision.decided_at, Decision.watcher_id)
        .join(Decision, Decision.passage_id == Idea.passage_id)
        .where(
            Idea.state == IdeaState.PARKED,
            Decision.revisit_on <= look.until(Kind.PARKED),
            *look.wanted(Kind.PARKED, Decision.id),
        )
    ):
        watches = {MANAGER: roles.managers(row)}
        if row.watcher_id is not None:
            watches = {MANAGER: roles.first(row, row.watcher_id)}
        people = {LEAD: roles.first(row, row.owner_id), **watches}
        parked = look.day(row.decided_at, row)
        due = Due(Kind.PARKED, row.id, row.revisit_on, parked, False, people)
        found.append(look.task(row, due, {LEAD: f"/ideas/{row.code}", MANAGER: "/parked?back=1"}))
    return found


def _name(row: Any) -> str:
    return display_name(row.family_name, row.given_name)
