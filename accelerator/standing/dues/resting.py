"""What rests: ideas on which nobody works, and evidence that soon counts for less."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import Session

from accelerator import content
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.idle import is_over, parks_on
from accelerator.domain.ladder import LEAST_IDLE, Due
from accelerator.domain.notices import INBOX, Kind
from accelerator.domain.stages import LIVING, IdeaState, PassageState
from accelerator.standing.dues.found import LEAD, MANAGER, ZONES, Look, with_idea
from accelerator.standing.dues.roles import Roles
from accelerator.standing.dues.task import TEMPLATE, Task
from accelerator.standing.readiness import assessments
from accelerator.storage.tables import Answer, Delivery, Event, Idea, Passage, TeamMember

_MOST = 400
_LONG_PAST = timedelta(days=400)  # no step comes later


def idle(look: Look) -> list[Task]:
    """An idea that waits for its team counts from the last day on which the team did something.

    One that is with us, handed in or decided, is never idle. Of a draft only its owner hears.
    """
    first = min(
        (step.offset_days for ladder in look.roles.ladders(Kind.IDLE) for step in ladder.steps),
        default=None,
    )
    if first is None:
        return []
    rows = _still(look, first - look.days - ZONES)
    active = last_active(look.session, [row.idea_id for row in rows])
    found = []
    for row in rows:
        since = idle_since(look, row, active)
        people = {LEAD: look.roles.first(row, row.owner_id)}
        parks: str | None = None
        if row.state == IdeaState.ACTIVE:
            days = look.roles.programmes[row.programme_id].idle_days
            people[MANAGER] = look.roles.managers(row)
            parks = parks_on(since, days, look.today(row.time_zone)).isoformat()
        else:
            people[LEAD] = look.roles.open(row.owner_id)
        due = Due(Kind.IDLE, row.idea_id, since, since, False, people)
        paths = dict.fromkeys((LEAD, MANAGER), f"/ideas/{row.code}")
        private = row.state == IdeaState.DRAFT
        facts = {"parks_on": parks}
        found.append(look.task(row, due, paths, facts=facts, private=private))
    return found


@dataclass(frozen=True, slots=True)
class Resting:
    """An idea on which nobody works: since when, for how long, and when it will be parked.

    Nobody was told yet where it is not `told`; it is parked some time after it was.
    """

    code: str
    title: Bilingual
    owner_id: int
    since: date
    days: int
    parks_on: date
    told: bool


def resting(
    session: Session, *, now: datetime, programme_id: int | None = None, idea_id: int | None = None
) -> list[Resting]:
    """List the ideas on which nobody has worked for 30 days, the longest first.

    Those of a programme, or one alone. Drafts are their owners' own affair.
    """
    only = None if idea_id is None else {str(Kind.IDLE): (idea_id,)}
    look = Look(session, Roles(session), now, only=only, programme_id=programme_id)
    rows = [row for row in _still(look, LEAST_IDLE - ZONES) if row.state == IdeaState.ACTIVE]
    active = last_active(session, [row.idea_id for row in rows])
    since = {
        row.idea_id: start
        for row in rows
        if (look.today(row.time_zone) - (start := idle_since(look, row, active))).days >= LEAST_IDLE
    }
    said = _said(session, since)
    found = []
    for row in (row for row in rows if row.idea_id in since):
        start, today = since[row.idea_id], look.today(row.time_zone)
        idle_days = look.roles.programmes[row.programme_id].idle_days
        named = said[row.idea_id]
        ends = parks_on(start, idle_days, today)
        if named:
            ends = max(start + timedelta(days=idle_days), *named)
        days = (today - start).days
        found.append(Resting(row.code, row.title, row.owner_id, start, days, ends, bool(named)))
    return sorted(found, key=lambda one: (one.since, one.code))


@dataclass(frozen=True, slots=True)
class Rest:
    """An idea whose days without activity are over."""

    idea_id: int
    since: date


def over(session: Session, *, now: datetime) -> tuple[list[Rest], dict[int, datetime]]:
    """Return the ideas to be parked, and what is newly known of when teams were active.

    Nothing is parked unless its team was told of the day, and that day has come.
    """
    look = Look(session, Roles(session), now)
    rows = _still(look, LEAST_IDLE - ZONES)
    active = last_active(session, [row.idea_id for row in rows])
    since = {row.idea_id: idle_since(look, row, active) for row in rows}
    said = _said(session, since)
    rests = [
        Rest(row.idea_id, since[row.idea_id])
        for row in rows
        if row.state == IdeaState.ACTIVE
        and is_over(
            since[row.idea_id], look.roles.programmes[row.programme_id].idle_days,
            said[row.idea_id], look.today(row.time_zone),
        )
    ]  # fmt: skip
    known = {row.idea_id: row.active_at for row in rows}
    return rests, {
        idea: at for idea, at in active.items() if known[idea] is None or at > known[idea]
    }


def _still(look: Look, days: int) -> list[Any]:
    """Load the ideas that wait for their teams and where nothing is known of for so many days."""
    bound = look.now - timedelta(days=days if look.only is None else 0)
    wanted = (
        with_idea(Idea.id, Idea.state, Idea.active_at, Passage.entered_at)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(
            Idea.state.in_(LIVING),
            Passage.state == PassageState.OPEN,
            Passage.entered_at <= bound,
            or_(Idea.active_at.is_(None), Idea.active_at <= bound),
            *look.wanted(Kind.IDLE, Idea.id),
        )
    )
    return list(look.rows(wanted))


def _said(session: Session, since: Mapping[int, date]) -> dict[int, set[date]]:
    """Return the days that were named to each team since it rests."""
    found: dict[int, set[date]] = defaultdict(set)
    ids = sorted(since)
    for at in range(0, len(ids), _MOST):
        abouts = [f"idea:{idea}" for idea in ids[at : at + _MOST]]
        for told in session.scalars(
            select(Delivery.data).where(
                Delivery.about.in_(abouts),
                Delivery.kind == Kind.IDLE,
                Delivery.template == TEMPLATE,
                Delivery.channel == INBOX,
            )
        ):
            line = told["line"]
            idea, parks = line["subject_id"], line.get("parks_on")
            if parks and line["due_on"] == since[idea].isoformat():
                found[idea].add(date.fromisoformat(parks))
    return found


def idle_since(look: Look, row: Any, active: dict[int, datetime]) -> date:
    """Return from which day an idea counts as idle; a pause of its reminders counts as work."""
    moments = [row.entered_at, row.active_at, active.get(row.idea_id)]
    since = look.day(max(moment for moment in moments if moment is not None), row)
    return max(since, row.reminders_paused_until or since)


def last_active(session: Session, ideas: Collection[int]) -> dict[int, datetime]:
    """Return when the team of each idea last did something that was written down."""
    found: dict[int, datetime] = {}
    ids = sorted(ideas)
    for at in range(0, len(ids), _MOST):
        some = ids[at : at + _MOST]
        done = (
            select(Event.idea_id, func.max(Event.at).label("at"))
            .join(
                TeamMember,
                (TeamMember.idea_id == Event.idea_id) & (TeamMember.person_id == Event.actor_id),
            )
            .where(Event.idea_id.in_(some), TeamMember.state == "accepted")
            .group_by(Event.idea_id)
        )
        written = (
            select(Answer.idea_id, func.max(Answer.updated_at).label("at"))
            .where(Answer.idea_id.in_(some))
            .group_by(Answer.idea_id)
        )
        both: Sequence[Any] = session.execute(union_all(done, written)).all()
        for idea, when in both:
            found[idea] = max(found.get(idea, when), when)
    return found


def evidence(look: Look) -> list[Task]:
    """The lead hears before a level counts for less; how much is asked once somebody is told."""
    found = []
    for row in look.rows(
        with_idea(Idea.evidence_falls_on).where(
            Idea.state == IdeaState.ACTIVE,
            Idea.evidence_falls_on <= look.until(Kind.EVIDENCE),
            Idea.evidence_falls_on >= look.now.date() - _LONG_PAST,
            *look.wanted(Kind.EVIDENCE, Idea.id),
        )
    ):
        people = {LEAD: look.roles.first(row, row.owner_id), MANAGER: look.roles.managers(row)}
        # What was given so late that the notice came too late is told of all the same.
        due = Due(Kind.EVIDENCE, row.idea_id, row.evidence_falls_on, date.min, False, people)
        paths = dict.fromkeys((LEAD, MANAGER), f"/ideas/{row.code}/readiness")
        found.append(look.task(row, due, paths))
    return found


def falls(session: Session, tasks: Iterable[Task], *, today: date) -> dict[int, dict[str, Any]]:
    """Return by idea which dimension falls on its day, and by how many points the score does."""
    days = {task.idea_id: task.due.due_on for task in tasks if task.due.kind == Kind.EVIDENCE}
    if not days:
        return {}
    found: dict[int, dict[str, Any]] = {}
    for idea, assessed in assessments(session, sorted(days), today=today).items():
        for fall in assessed.falls:
            if fall.on == days[idea]:
                found[idea] = {
                    "dimension": dict(content.load("readiness")[str(fall.dimension)]["name"]),
                    "points": round(fall.points, 1),
                }
                break
    return found
