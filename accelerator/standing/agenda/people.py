"""A person's own dates: their ideas', their reviews', and those of the gates they look after."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.agenda import Entry, Kind, Window, in_order
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor, Role
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.standing.agenda.gates import MOST, answers_owed, gates
from accelerator.standing.dues import WAITING
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Decision,
    Event,
    Idea,
    InformationRequest,
    Membership,
    Milestone,
    MilestoneHelper,
    Passage,
    Person,
    Stage,
)
from accelerator.storage.visibility import in_team, managed_ideas

_MOVED = ("ReviewDateAnswered", "ParkedLonger")


def actor_now(session: Session, person: Person) -> Actor:
    """Return somebody as the rules see them, with the roles held at this moment."""
    rows = session.execute(
        select(Membership.programme_id, Membership.role).where(Membership.person_id == person.id)
    )
    return Actor(
        id=person.id, display_name=person.display_name, is_admin=person.is_admin,
        is_guest=person.is_guest, roles=frozenset((row[0], Role(row[1])) for row in rows),
        language=person.language, time_zone=person.time_zone, country=person.country,
    )  # fmt: skip


def of_person(
    session: Session, actor: Actor, *, now: datetime, kinds: Collection[Kind] = frozenset(Kind)
) -> list[Entry]:
    """List a person's own entries of some kinds, as they may see them now."""
    window = Window.around(now)
    return in_order(
        entry
        for held, ask in _SOURCES
        if not held.isdisjoint(kinds)
        for entry in ask(session, actor, window)
    )


def _ideas(*columns: Any) -> Select[Any]:
    return (
        select(
            *columns, Idea.id.label("idea_id"), Idea.code, Idea.title, Idea.owner_id,
            Cohort.time_zone, Cohort.version.label("cohort_version"),
            Cohort.name.label("cohort_name"), Cohort.programme_id,
        )
        .select_from(Idea)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .limit(MOST)
    )  # fmt: skip


def _of_team(actor: Actor) -> Any:
    return or_(Idea.owner_id == actor.id, in_team(actor))


def milestones_of(wanted: Any, window: Window, most: int = MOST) -> Select[Any]:
    """Ask for open milestones of ideas at work, with their owners."""
    return (
        _ideas(
            Milestone, Passage.entered_at, Person.id.label("person_id"), Person.family_name,
            Person.given_name,
        )
        .join(Milestone, Milestone.idea_id == Idea.id)
        .join(Passage, Passage.id == Milestone.passage_id)
        .join(Person, Person.id == Milestone.owner_id)
        .where(
            Milestone.state == "open", window.holds(Milestone.due_on),
            Idea.state == IdeaState.ACTIVE, wanted,
        )
        .order_by(Milestone.due_on, Milestone.id)
        .limit(most)
    )  # fmt: skip


def milestone_entry(row: Any, *, reader: int) -> Entry:
    """Make the entry of one milestone; its owner is named to others."""
    one = row.Milestone
    who = "" if row.person_id == reader else display_name(row.family_name, row.given_name)
    return Entry(
        Kind.MILESTONE, str(one.id), one.due_on, row.time_zone, f"/ideas/{row.code}/milestones",
        one.version, one.due_set_at or row.entered_at, row.title, one.name, row.cohort_name,
        row.code, who,
    )  # fmt: skip


def _milestones(session: Session, actor: Actor, window: Window) -> list[Entry]:
    """What one owns or helps with; who leads the team sees all of the idea's."""
    helps = select(MilestoneHelper.milestone_id).where(MilestoneHelper.person_id == actor.id)
    mine = and_(
        _of_team(actor),
        or_(Milestone.owner_id == actor.id, Idea.owner_id == actor.id, Milestone.id.in_(helps)),
    )
    rows = session.execute(milestones_of(mine, window))
    return [milestone_entry(row, reader=actor.id) for row in rows]


def _passages(session: Session, actor: Actor, window: Window) -> list[Entry]:
    """By when a team hands in, and by when it was promised an answer.

    A decision nobody was told of changes nothing here. What was asked meanwhile moved the promise.
    """
    went = func.coalesce(InformationRequest.answered_at, InformationRequest.withdrawn_at)
    asked = (
        select(
            InformationRequest.passage_id, func.count().label("times"), func.max(went).label("at")
        )
        .where(went.is_not(None))
        .group_by(InformationRequest.passage_id)
        .subquery()
    )
    works = and_(
        Passage.state == PassageState.OPEN, window.holds(Passage.hand_in_by),
        Idea.state.in_((IdeaState.DRAFT, IdeaState.ACTIVE)),
    )  # fmt: skip
    waits = and_(
        Passage.state.in_((PassageState.HANDED_IN, PassageState.DECIDED)),
        window.holds(Passage.promise_on), Idea.state == IdeaState.ACTIVE,
    )  # fmt: skip
    rows = session.execute(
        _ideas(Passage, Stage.name.label("stage"), asked.c.times)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .outerjoin(asked, asked.c.passage_id == Passage.id)
        .where(_of_team(actor), or_(works, waits))
        .order_by(Idea.id)
    )
    return [_passage_entry(row) for row in rows]


def _passage_entry(row: Any) -> Entry:
    one = row.Passage
    if one.state == PassageState.OPEN:
        kind, on, sequence, at = Kind.HAND_IN, one.hand_in_by, row.cohort_version, one.entered_at
    else:
        kind, on, sequence, at = (
            Kind.PROMISE, one.promise_on, row.times or 0, one.handed_in_at or one.entered_at
        )  # fmt: skip
    return Entry(
        kind, f"{one.id}-{one.cohort_id}", on, row.time_zone, f"/ideas/{row.code}", sequence, at,
        row.title, row.stage, row.cohort_name, row.code,
    )  # fmt: skip


def _requests(session: Session, actor: Actor, window: Window) -> list[Entry]:
    rows = session.execute(
        _ideas(InformationRequest)
        .join(InformationRequest, InformationRequest.idea_id == Idea.id)
        .where(
            _of_team(actor), InformationRequest.passage_id == Idea.passage_id,
            InformationRequest.answered_at.is_(None), InformationRequest.withdrawn_at.is_(None),
            window.holds(InformationRequest.due_on), Idea.state == IdeaState.ACTIVE,
        )
        .order_by(InformationRequest.id)
    )  # fmt: skip
    return [
        Entry(
            Kind.INFORMATION, str(one.id), one.due_on, row.time_zone,
            f"/ideas/{row.code}/information", 0, one.asked_at, row.title, cohort=row.cohort_name,
            code=row.code,
        )
        for row in rows
        for one in [row.InformationRequest]
    ]  # fmt: skip


def _reviews_and_returns(session: Session, actor: Actor, window: Window) -> list[Entry]:
    reviews = session.execute(
        _ideas(Assignment)
        .join(Assignment, Assignment.passage_id == Idea.passage_id)
        .join(Passage, Passage.id == Assignment.passage_id)
        .where(
            Assignment.reviewer_id == actor.id, Assignment.state.in_(WAITING),
            window.holds(Assignment.due_on), Passage.state == PassageState.HANDED_IN,
            Idea.state == IdeaState.ACTIVE,
        )
        .order_by(Assignment.id)
    ).all()  # fmt: skip
    returns = session.execute(
        _ideas(Decision)
        .join(Decision, Decision.passage_id == Idea.passage_id)
        .where(
            Idea.state == IdeaState.PARKED, Decision.announced_at.is_not(None),
            window.holds(Decision.revisit_on),
            or_(
                Idea.owner_id == actor.id,
                and_(Decision.watcher_id == actor.id, managed_ideas(actor)),
            ),
        )
        .order_by(Decision.id)
    ).all()  # fmt: skip
    times, last = _moved(session, actor, {row.idea_id for row in (*reviews, *returns)})
    return [
        *(
            Entry(
                Kind.REVIEW, str(row.Assignment.id), row.Assignment.due_on, row.time_zone,
                f"/ideas/{row.code}/review",
                row.cohort_version + times["ReviewDateAnswered", row.idea_id],
                last.get(("ReviewDateAnswered", row.idea_id), row.Assignment.assigned_at),
                row.title, cohort=row.cohort_name, code=row.code,
            )
            for row in reviews
        ),
        *(
            Entry(
                Kind.RETURN, str(row.Decision.id), row.Decision.revisit_on, row.time_zone,
                f"/ideas/{row.code}", times["ParkedLonger", row.idea_id],
                last.get(("ParkedLonger", row.idea_id), row.Decision.decided_at),
                row.title, cohort=row.cohort_name, code=row.code,
            )
            for row in returns
        ),
    ]  # fmt: skip


def _moved(
    session: Session, actor: Actor, ideas: set[int]
) -> tuple[Counter[tuple[str, int]], dict[tuple[str, int], datetime]]:
    """Count how often dates without a version of their own were moved, and when they last were.

    Another reviewer's new date is nothing that this one's calendar may tell.
    """
    rows = session.execute(
        select(Event.kind, Event.idea_id, Event.at, Event.data)
        .where(Event.idea_id.in_(ideas), Event.kind.in_(_MOVED))
        .order_by(Event.id)
    )
    times: Counter[tuple[str, int]] = Counter()
    last: dict[tuple[str, int], datetime] = {}
    for row in rows:
        if row.kind == "ParkedLonger" or row.data.get("person_id") == actor.id:
            times[row.kind, row.idea_id] += 1
            last[row.kind, row.idea_id] = row.at
    return times, last


_SOURCES: tuple[tuple[frozenset[Kind], Callable[[Session, Actor, Window], list[Entry]]], ...] = (
    (frozenset({Kind.MILESTONE}), _milestones),
    (frozenset({Kind.HAND_IN, Kind.PROMISE}), _passages),
    (frozenset({Kind.INFORMATION}), _requests),
    (frozenset({Kind.REVIEW, Kind.RETURN}), _reviews_and_returns),
    (frozenset({Kind.GATE, Kind.MEETING}), gates),
    (frozenset({Kind.ANSWERS}), partial(answers_owed, outside=True)),
)
