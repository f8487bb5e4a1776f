"""The people of a cohort: what waits with them, what they were told last and hear next.

Who is in an idea's team learns nothing here of its reviewers, manager or not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Select,
    Subquery,
    and_,
    func,
    literal,
    select,
    true,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.ladder import DEFAULTS, Due, Ladder, Receiver, Reminder, ahead, steps_of
from accelerator.domain.notices import Kind
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.features.contacts.queries.told import PAGE, Page, abouts, named
from accelerator.standing.dues import WAITING, told_of
from accelerator.standing.hours import hours_of
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Delivery,
    Idea,
    InformationRequest,
    Milestone,
    Passage,
    Person,
    TeamMember,
)
from accelerator.storage.tables import Ladder as LadderRow
from accelerator.storage.types import Moment
from accelerator.storage.visibility import managed_ideas, outside_team

HAND_IN = "hand_in"  # by a team whose idea is at work; no ladder reminds of it
MOST = 1000
_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Something somebody has in hand, by when, and until when nobody is reminded of it."""

    kind: str
    subject_id: int
    idea_id: int
    code: str
    title: Bilingual
    name: Bilingual
    due_on: date
    promised_at: datetime
    paused_until: date | None

    @property
    def to(self) -> Receiver:
        """Return as what its ladder speaks to whoever has it in hand."""
        return Receiver.LEAD if self.kind == Kind.INFORMATION else Receiver.OWNER

    def line(self, today: date) -> dict[str, Any]:
        """Return what a reminder by hand says of it, as JSON."""
        pages: dict[str, str] = {
            Kind.MILESTONE: "/milestones", Kind.REVIEW: "/review",
            Kind.INFORMATION: "/information",
        }  # fmt: skip
        return {
            "kind": str(self.kind), "subject_id": self.subject_id, "to": str(self.to),
            "due_on": self.due_on.isoformat(), "on": today.isoformat(), "who": "",
            "title": self.title.as_dict(), "code": self.code, "name": self.name.as_dict(),
            "path": f"/ideas/{self.code}{pages.get(self.kind, '')}",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person of a cohort: the last message, what waits, and when they are reminded next."""

    person_id: int
    name: str
    detail: str
    team: bool
    reviews: bool
    last_at: datetime | None
    waiting: tuple[WaitingRow, ...]
    next_on: date | None


def contacts(
    session: Session,
    actor: Actor,
    cohort: Cohort,
    *,
    words: str = "",
    waits: bool = False,
    after: int | None = None,
    now: datetime,
) -> Page:
    """List the people of a cohort by name: all, or those with whom something waits."""
    people = _people(actor, cohort).subquery()
    order = (Person.family_name, Person.given_name, Person.id)
    wanted = (
        select(Person, people.c.team, people.c.reviews)
        .join(people, people.c.person_id == Person.id)
        .where(Person.disabled_at.is_(None))
        .order_by(*order)
        .limit(PAGE + 1)
    )
    if words:
        wanted = wanted.where(named(words))
    if waits:
        wanted = wanted.where(Person.id.in_(select(_waiting(actor, cohort, None).c.person_id)))
    if after is not None:
        last = aliased(Person)
        there = select(last.family_name, last.given_name, last.id).where(last.id == after)
        wanted = wanted.where(tuple_(*order) > there.scalar_subquery())
    found = session.execute(wanted).all()
    shown = [row.Person.id for row in found[:PAGE]]
    held = waiting(session, actor, cohort, shown)
    told = _last_told(session, actor, cohort, shown)
    coming = _next_reminders(session, cohort, held, now=now)
    rows = tuple(
        ContactRow(
            row.Person.id, row.Person.display_name, row.Person.department, bool(row.team),
            bool(row.reviews), told.get(row.Person.id), tuple(held.get(row.Person.id, ())),
            coming.get(row.Person.id),
        )
        for row in found[:PAGE]
    )  # fmt: skip
    return Page(rows, shown[-1] if len(found) > PAGE else None)


def contact(session: Session, actor: Actor, cohort: Cohort, person_id: int) -> Person | None:
    """Return somebody whom the actor finds among the people of the cohort."""
    people = _people(actor, cohort).subquery()
    return session.scalar(
        select(Person)
        .join(people, people.c.person_id == Person.id)
        .where(Person.id == person_id, Person.disabled_at.is_(None))
    )


def waiting(
    session: Session, actor: Actor, cohort: Cohort, people: Iterable[int]
) -> dict[int, list[WaitingRow]]:
    """Return what waits with each of these people in a cohort, the most urgent first."""
    union = _waiting(actor, cohort, list(people))
    found: dict[int, list[WaitingRow]] = defaultdict(list)
    for row in session.execute(
        select(union).order_by(union.c.due_on, union.c.kind, union.c.subject_id).limit(MOST)
    ):
        found[row.person_id].append(
            WaitingRow(
                row.kind, row.subject_id, row.id, row.code,
                Bilingual(row.title_ja, row.title_en), Bilingual(row.name_ja, row.name_en),
                row.due_on, row.promised_at, row.reminders_paused_until,
            )
        )  # fmt: skip
    return found


def pausable(session: Session, actor: Actor, codes: Collection[str]) -> list[tuple[str, Bilingual]]:
    """Return those of these ideas whose reminders the actor may pause, with their titles."""
    found = select(Idea.code, Idea.title).where(
        Idea.code.in_(codes), managed_ideas(actor), outside_team(actor)
    )
    return [(row.code, row.title) for row in session.execute(found.order_by(Idea.id))]


def _waiting(actor: Actor, cohort: Cohort, people: list[int] | None) -> Subquery:
    """Ask what waits with these people, or with anybody."""

    def among(column: Any) -> Any:
        return true() if people is None else column.in_(people)

    idea = Idea.__table__.c
    here = [Idea.cohort_id == cohort.id, Idea.state == IdeaState.ACTIVE, managed_ideas(actor)]
    about = (Idea.id, Idea.code, idea.title_ja, idea.title_en, Idea.reminders_paused_until)
    nothing = (literal("").label("name_ja"), literal("").label("name_en"))
    milestone = Milestone.__table__.c
    milestones = (
        select(
            Milestone.owner_id.label("person_id"), literal(str(Kind.MILESTONE)).label("kind"),
            Milestone.id.label("subject_id"), Milestone.due_on,
            func.coalesce(Milestone.due_set_at, Passage.entered_at).label("promised_at"),
            *about, milestone.name_ja, milestone.name_en,
        )
        .join(Idea, Idea.id == Milestone.idea_id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .where(Milestone.state == "open", among(Milestone.owner_id), *here)
    )  # fmt: skip
    reviews = (
        select(
            Assignment.reviewer_id, literal(str(Kind.REVIEW)), Assignment.id, Assignment.due_on,
            Assignment.assigned_at, *about, *nothing,
        )
        .join(Idea, Idea.passage_id == Assignment.passage_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(
            Assignment.state.in_(WAITING), among(Assignment.reviewer_id),
            Passage.state == PassageState.HANDED_IN, outside_team(actor), *here,
        )
    )  # fmt: skip
    requests = (
        select(
            Idea.owner_id, literal(str(Kind.INFORMATION)), InformationRequest.id,
            InformationRequest.due_on, InformationRequest.asked_at, *about, *nothing,
        )
        .join(Idea, Idea.passage_id == InformationRequest.passage_id)
        .where(
            InformationRequest.answered_at.is_(None), InformationRequest.withdrawn_at.is_(None),
            among(Idea.owner_id), *here,
        )
    )  # fmt: skip
    hand_ins = (
        select(
            Idea.owner_id, literal(HAND_IN), Passage.id, Passage.hand_in_by, Passage.entered_at,
            *about, *nothing,
        )
        .join(Passage, Passage.id == Idea.passage_id)
        .where(Passage.state == PassageState.OPEN, among(Idea.owner_id), *here)
    )  # fmt: skip
    return union_all(milestones, reviews, requests, hand_ins).subquery()


def _people(actor: Actor, cohort: Cohort) -> Select[Any]:
    """Ask who takes part in a cohort: its teams, and its reviewers as far as one may know them."""
    here = and_(Idea.cohort_id == cohort.id, managed_ideas(actor))
    team = (
        select(TeamMember.person_id, literal(1).label("team"), literal(0).label("reviews"))
        .join(Idea, Idea.id == TeamMember.idea_id)
        .where(TeamMember.state == "accepted", here)
    )
    reviewers = (
        select(Assignment.reviewer_id, literal(0), literal(1))
        .join(Idea, Idea.id == Assignment.idea_id)
        .where(Assignment.state.not_in(("declined", "removed")), outside_team(actor), here)
    )
    both = union_all(team, reviewers).subquery()
    return select(
        both.c.person_id, func.max(both.c.team).label("team"),
        func.max(both.c.reviews).label("reviews"),
    ).group_by(both.c.person_id)  # fmt: skip


def _last_told(
    session: Session, actor: Actor, cohort: Cohort, people: list[int]
) -> dict[int, datetime]:
    when = func.max(func.coalesce(Delivery.sent_at, Delivery.created_at))
    rows = session.execute(
        select(Delivery.person_id, type_coerce(when, Moment).label("at"))
        .where(
            Delivery.person_id.in_(people), Delivery.state.in_(("sent", "carried")),
            abouts(actor, cohort),
        )
        .group_by(Delivery.person_id)
    )  # fmt: skip
    return {row.person_id: row.at for row in rows}


def _next_reminders(
    session: Session, cohort: Cohort, waits: Mapping[int, list[WaitingRow]], *, now: datetime
) -> dict[int, date]:
    """Return on which day each person is reminded next by the rules, of what they have in hand."""
    ladders = {
        row.kind: Ladder(steps_of(row.steps), row.optional)
        for row in session.scalars(
            select(LadderRow).where(LadderRow.programme_id == cohort.programme_id)
        )
    }
    coming: list[Reminder] = []
    for person, hours in hours_of(session, list(waits), now=now).items():
        today = hours.day(now)
        for one in waits[person]:
            if one.kind == HAND_IN:
                continue
            kind = Kind(one.kind)
            first = max(today, one.paused_until or today)
            promised = hours.day(one.promised_at)
            due = Due(kind, one.subject_id, one.due_on, promised, False, {one.to: {person}})
            steps = (ladders.get(kind) or DEFAULTS[kind]).steps
            coming += ahead(due, person, first, today + _AHEAD, hours.calendar(today.year), steps)
    told = told_of(session, coming)
    found: dict[int, date] = {}
    for reminder in coming:
        if reminder.key not in told:
            known = found.get(reminder.person, reminder.on)
            found[reminder.person] = min(known, reminder.on)
    return found
