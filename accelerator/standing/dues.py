"""What is due from whom: milestones, reviews, promises, answers, parked ideas that come back."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from accelerator.domain.ladder import Due, Receiver, Reminder, Step, Unit
from accelerator.domain.policy import Role
from accelerator.domain.reviews import AssignmentState
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Decision,
    Idea,
    InformationRequest,
    Membership,
    Milestone,
    Passage,
    Person,
    Stage,
)
from accelerator.storage.types import Moment

# The first step of the ladder is a week before; two days more for zones ahead of ours.
HORIZON = timedelta(days=9)
# A parked idea comes back on its day; there is nothing to be late with.
RETURN_LADDER = (
    Step(0, Unit.CALENDAR, Receiver.OWNER),
    Step(0, Unit.CALENDAR, Receiver.MANAGER),
)
WAITING = (AssignmentState.ASSIGNED, AssignmentState.ACCEPTED)
Only = Mapping[str, Collection[int]] | None


@dataclass(frozen=True, slots=True)
class Task:
    """Something due, with the words and pages that tell of it; `who` is who has it in hand."""

    due: Due
    idea_id: int
    title: dict[str, str]
    code: str
    paths: Mapping[Receiver, str]
    name: dict[str, str] | None = None
    who: str = ""
    who_id: int = 0

    @property
    def about(self) -> str:
        """Return what messages about it are found by."""
        return f"idea:{self.idea_id}"

    def line(self, reminder: Reminder) -> dict[str, Any]:
        """Return what one reminder says, as JSON."""
        return {
            "kind": reminder.kind,
            "subject_id": reminder.subject_id,
            "due_on": reminder.due_on.isoformat(),
            "on": reminder.on.isoformat(),
            "to": str(reminder.step.to),
            "title": self.title,
            "code": self.code,
            "name": self.name,
            "who": "" if reminder.person == self.who_id else self.who,
            "path": self.paths[reminder.step.to],
        }


def tasks(session: Session, *, now: datetime, only: Only = None) -> list[Task]:
    """List what is open and due soon or late; `only` names the subjects of each kind to look at."""
    roles = _Roles(session)
    until = now.date() + HORIZON
    return [
        *_milestones(session, roles, until, only),
        *_reviews(session, roles, until, only),
        *_promises(session, roles, until, only),
        *_requests(session, roles, until, only),
        *_returns(session, roles, until, only),
    ]


class _Roles:
    """Who stands for a role when its holder's account is closed, so that nothing goes unheard."""

    def __init__(self, session: Session) -> None:
        self._closed = set(
            session.scalars(select(Person.id).where(Person.disabled_at.is_not(None)))
        )
        self._managers: dict[int, set[int]] = defaultdict(set)
        for programme, person in session.execute(
            select(Membership.programme_id, Membership.person_id).where(
                Membership.role == Role.MANAGER
            )
        ):
            self._managers[programme] |= {person} - self._closed
        self._admins = set(session.scalars(select(Person.id).where(Person.is_admin)))

    def managers(self, row: Any) -> set[int]:
        return self._managers[row.programme_id] or self._admins - self._closed

    def first(self, row: Any, *wanted: int) -> set[int]:
        return next(({one} for one in wanted if one not in self._closed), self.managers(row))


def _among(column: InstrumentedAttribute[int], kind: str, only: Only) -> list[ColumnElement[bool]]:
    return [] if only is None else [column.in_(only.get(kind, ()))]


def _with_idea(*columns: Any) -> Select[Any]:
    return (
        select(
            *columns, Idea.id.label("idea_id"), Idea.title, Idea.code, Idea.owner_id,
            Cohort.programme_id, Cohort.time_zone, Cohort.code.label("cohort"),
        )
        .select_from(Idea)
        .join(Cohort, Cohort.id == Idea.cohort_id)
    )  # fmt: skip


def _on(moment: datetime, row: Any) -> date:
    return moment.astimezone(ZoneInfo(row.time_zone)).date()


def _milestones(session: Session, roles: _Roles, until: date, only: Only) -> list[Task]:
    rows = session.execute(
        _with_idea(Milestone, Passage.entered_at, Person)
        .join(Milestone, Milestone.idea_id == Idea.id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Person, Person.id == Milestone.owner_id)
        .where(
            Milestone.state == "open",
            Milestone.due_on <= until,
            Idea.state == IdeaState.ACTIVE,
            *_among(Milestone.id, "milestone", only),
        )
    )
    return [
        Task(
            due=Due(
                "milestone", row.Milestone.id, row.Milestone.due_on,
                promised_on=_on(row.Milestone.due_set_at or row.entered_at, row), done=False,
                people={
                    Receiver.OWNER: roles.first(row, row.Milestone.owner_id, row.owner_id),
                    Receiver.LEAD: roles.first(row, row.owner_id),
                    Receiver.MANAGER: roles.managers(row),
                },
            ),
            idea_id=row.idea_id, title=row.title.as_dict(), code=row.code,
            name=row.Milestone.name.as_dict(), who=row.Person.display_name, who_id=row.Person.id,
            paths={
                Receiver.OWNER: f"/ideas/{row.code}/milestones",
                Receiver.LEAD: f"/ideas/{row.code}/milestones",
                Receiver.MANAGER: f"/cohorts/{row.cohort}/milestones",
            },
        )
        for row in rows
    ]  # fmt: skip


def _reviews(session: Session, roles: _Roles, until: date, only: Only) -> list[Task]:
    """A hidden reviewer stays hidden: the reviewer hears in the lead's place (ADR 0005)."""
    rows = session.execute(
        _with_idea(Assignment, Person)
        .join(Assignment, Assignment.passage_id == Idea.passage_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .join(Person, Person.id == Assignment.reviewer_id)
        .where(
            Assignment.state.in_(WAITING),
            Assignment.due_on <= until,
            Passage.state == PassageState.HANDED_IN,
            Idea.state == IdeaState.ACTIVE,
            *_among(Assignment.id, "review", only),
        )
    )
    return [
        Task(
            due=Due(
                "review", row.Assignment.id, row.Assignment.due_on,
                promised_on=_on(row.Assignment.assigned_at, row), done=False,
                people={
                    Receiver.OWNER: roles.first(row, row.Assignment.reviewer_id),
                    Receiver.LEAD: roles.first(row, row.Assignment.reviewer_id),
                    Receiver.MANAGER: roles.managers(row),
                },
            ),
            idea_id=row.idea_id, title=row.title.as_dict(), code=row.code,
            who=row.Person.display_name,
            paths={
                Receiver.OWNER: f"/ideas/{row.code}/review",
                Receiver.LEAD: f"/ideas/{row.code}/review",
                Receiver.MANAGER: f"/ideas/{row.code}/reviews",
            },
        )
        for row in rows
    ]  # fmt: skip


def _promises(session: Session, roles: _Roles, until: date, only: Only) -> list[Task]:
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
    rows = session.execute(
        _with_idea(Passage, Stage.key.label("stage"), type_coerce(moved, Moment).label("moved"))
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(
            # A decision nobody was told of keeps no promise.
            Passage.state.in_((PassageState.HANDED_IN, PassageState.DECIDED)),
            Passage.promise_on <= until,
            Idea.state == IdeaState.ACTIVE,
            *_among(Passage.id, "gate", only),
        )
    )
    return [
        Task(
            due=Due(
                "gate", row.Passage.id, row.Passage.promise_on,
                promised_on=_on(
                    row.moved or row.Passage.handed_in_at or row.Passage.entered_at, row
                ),
                done=False,
                people={
                    Receiver.OWNER: roles.managers(row),
                    Receiver.LEAD: roles.first(row, row.owner_id),
                    Receiver.MANAGER: roles.managers(row),
                },
            ),
            idea_id=row.idea_id, title=row.title.as_dict(), code=row.code,
            paths={
                Receiver.OWNER: f"/cohorts/{row.cohort}/{row.stage}/gate",
                Receiver.LEAD: f"/ideas/{row.code}",
                Receiver.MANAGER: f"/cohorts/{row.cohort}/{row.stage}/gate",
            },
        )
        for row in rows
    ]  # fmt: skip


def _requests(session: Session, roles: _Roles, until: date, only: Only) -> list[Task]:
    """The team owes what it was asked for; when it is late, the managers decide how to go on."""
    rows = session.execute(
        _with_idea(InformationRequest)
        .join(InformationRequest, InformationRequest.idea_id == Idea.id)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(
            InformationRequest.passage_id == Passage.id,
            InformationRequest.answered_at.is_(None),
            InformationRequest.withdrawn_at.is_(None),
            InformationRequest.due_on <= until,
            Passage.state == PassageState.HANDED_IN,
            Idea.state == IdeaState.ACTIVE,
            *_among(InformationRequest.id, "information", only),
        )
    )
    return [
        Task(
            due=Due(
                "information", row.InformationRequest.id, row.InformationRequest.due_on,
                promised_on=_on(row.InformationRequest.asked_at, row), done=False,
                people={
                    Receiver.OWNER: roles.first(row, row.owner_id),
                    Receiver.LEAD: roles.first(row, row.owner_id),
                    Receiver.MANAGER: roles.managers(row),
                },
            ),
            idea_id=row.idea_id, title=row.title.as_dict(), code=row.code,
            paths=dict.fromkeys(Receiver, f"/ideas/{row.code}/information"),
        )
        for row in rows
    ]  # fmt: skip


def _returns(session: Session, roles: _Roles, until: date, only: Only) -> list[Task]:
    rows = session.execute(
        _with_idea(Decision)
        .join(Decision, Decision.passage_id == Idea.passage_id)
        .where(
            Idea.state == IdeaState.PARKED,
            Decision.revisit_on <= until,
            *_among(Decision.id, "parked", only),
        )
    )
    return [
        Task(
            due=Due(
                "parked", row.Decision.id, row.Decision.revisit_on,
                promised_on=_on(row.Decision.decided_at, row), done=False,
                people={
                    Receiver.OWNER: roles.first(row, row.owner_id),
                    Receiver.MANAGER: _watchers(roles, row),
                },
            ),
            idea_id=row.idea_id, title=row.title.as_dict(), code=row.code,
            paths={Receiver.OWNER: f"/ideas/{row.code}", Receiver.MANAGER: "/parked?back=1"},
        )
        for row in rows
    ]  # fmt: skip


def _watchers(roles: _Roles, row: Any) -> set[int]:
    """Return who keeps an eye on a parked idea; the managers where nobody was named."""
    watcher = row.Decision.watcher_id
    return roles.managers(row) if watcher is None else roles.first(row, watcher)
