"""What the pages of ladders show."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity.reminders import sentence
from accelerator.calendars import calendar_of
from accelerator.domain.ladder import DEFAULTS, KINDS, Ladder, Step, Unit, steps_of
from accelerator.domain.notices import Kind
from accelerator.domain.people import display_name
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState
from accelerator.i18n import LANGUAGES, speaking
from accelerator.standing.dues import Owed, Resting, coming, lines, resting
from accelerator.storage.tables import Cohort, Idea, Milestone, Person, Programme, TeamMember
from accelerator.storage.tables import Ladder as LadderRow
from accelerator.storage.visibility import outside_team

DAYS, PAGE = 30, 50


@dataclass(frozen=True, slots=True)
class LadderView:
    """How a programme reminds of one kind; `version` is 0 where the house's ladder holds."""

    kind: Kind
    ladder: Ladder
    version: int

    @property
    def own(self) -> bool:
        """Say whether the programme set it."""
        return self.version > 0


def ladders(session: Session, programme: Programme) -> list[LadderView]:
    """List the ladders of a programme, one of each kind; one query."""
    rows = {
        row.kind: row
        for row in session.scalars(select(LadderRow).where(LadderRow.programme_id == programme.id))
    }
    return [
        LadderView(
            kind, Ladder(steps_of(rows[kind].steps), rows[kind].optional), rows[kind].version
        )
        if kind in rows
        else LadderView(kind, DEFAULTS[kind], 0)
        for kind in KINDS
    ]


def example(session: Session, actor: Actor, programme: Programme) -> dict[str, Any]:
    """Return what a reminder of the programme could be about: its idea touched last; one query."""
    row = session.execute(
        select(Idea.title, Idea.code, Milestone.name, Person.family_name, Person.given_name)
        .join(Cohort, Cohort.id == Idea.cohort_id)
        .outerjoin(Milestone, (Milestone.idea_id == Idea.id) & (Milestone.state == "open"))
        .join(Person, Person.id == Idea.owner_id)
        .where(
            Cohort.programme_id == programme.id,
            Idea.state == IdeaState.ACTIVE,
            outside_team(actor),
        )
        .order_by(Milestone.id.is_(None), Idea.updated_at.desc(), Milestone.id)
        .limit(1)
    ).first()
    made_up = {
        "title": {"ja": "新しい電池", "en": "A better cell"},
        "code": "S27-0001",
        "name": {"ja": "顧客への聞き取り", "en": "Customer interviews"},
        "who": "山田 花子",
    }
    if row is None:
        return made_up
    return {
        "title": row.title.as_dict(),
        "code": row.code,
        "name": row.name.as_dict() if row.name else made_up["name"],
        "who": display_name(row.family_name, row.given_name),
    }


def preview(
    kind: Kind,
    step: Step,
    about: dict[str, Any],
    programme: Programme,
    *,
    today: date,
    country: str,
) -> dict[str, str]:
    """Say a step about an example in both languages, as if it were told today."""
    due_on = today - timedelta(days=step.offset_days)
    if step.unit is Unit.WORKING:
        due_on = calendar_of(country, today.year).add(today, -step.offset_days)
    idle = today + timedelta(days=programme.idle_days - step.offset_days)
    line = about | {
        "kind": str(kind),
        "to": str(step.to),
        "on": today.isoformat(),
        "due_on": due_on.isoformat(),
        "words": step.words.as_dict(),
        "programme": programme.name.as_dict(),
        "parks_on": idle.isoformat(),
        "dimension": {"ja": "顧客", "en": "Customer"},
        "points": 3.2,
    }
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = sentence(line)
    return said


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that somebody would hear, on their own day."""

    on: date
    kind: Kind
    person: str
    text: str
    path: str
    mail: bool
    hook: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A page of what would be told; `notices` in all, in `messages` mails, to `people`."""

    rows: tuple[Heard, ...]
    notices: int
    messages: int
    people: int
    next: int | None


def rehearsal(
    session: Session,
    actor: Actor,
    programme: Programme,
    *,
    kind: str = "",
    who: str = "",
    start: int = 0,
    now: datetime,
) -> Rehearsal:
    """Work out who would hear of what in the next 30 days if nothing were done meanwhile.

    Drafts are their owners' own affair, and nobody learns who reviews their own idea.
    """
    found = coming(session, now=now, days=DAYS, programme_id=programme.id)
    mine = _own_ideas(session, actor)
    found = [
        one
        for one in found
        if not one.task.private
        and (one.task.due.kind != Kind.REVIEW or one.task.idea_id not in mine)
        and kind in ("", one.task.due.kind)
    ]
    names = _names(session, {one.reminder.person for one in found})
    if who:
        wanted = who.casefold()
        found = [one for one in found if wanted in names[one.reminder.person].casefold()]
    found.sort(key=lambda one: (one.reminder.on, names[one.reminder.person], one.reminder.key))
    shown = found[start : start + PAGE]
    return Rehearsal(
        rows=tuple(
            _heard(one, line, names)
            for one, line in zip(shown, lines(session, shown, now=now), strict=True)
        ),
        notices=len(found),
        messages=len({(o.reminder.person, o.reminder.on) for o in found if _mailed(o)}),
        people=len({one.reminder.person for one in found}),
        next=start + PAGE if len(found) > start + PAGE else None,
    )


@dataclass(frozen=True, slots=True)
class IdleRow:
    """An idea on which nobody works, with its lead's name."""

    idea: Resting
    lead: str


def idle(session: Session, programme: Programme, *, now: datetime) -> list[IdleRow]:
    """List what rests in a programme, the longest first."""
    found = resting(session, programme_id=programme.id, now=now)
    names = _names(session, {one.owner_id for one in found})
    return [IdleRow(one, names[one.owner_id]) for one in found]


def _mailed(one: Owed) -> bool:
    return "mail" in one.reminder.step.channels


def _heard(one: Owed, line: dict[str, Any], names: dict[int, str]) -> Heard:
    reminder = one.reminder
    return Heard(
        reminder.on, Kind(reminder.kind), names[reminder.person], sentence(line), line["path"],
        _mailed(one), "hook" in reminder.step.channels,
    )  # fmt: skip


def _own_ideas(session: Session, actor: Actor) -> set[int]:
    owned = select(Idea.id).where(Idea.owner_id == actor.id)
    joined = select(TeamMember.idea_id).where(
        TeamMember.person_id == actor.id, TeamMember.state.in_(("accepted", "pending"))
    )
    return set(session.scalars(owned.union(joined)))


def _names(session: Session, people: set[int]) -> dict[int, str]:
    rows = session.execute(
        select(Person.id, Person.family_name, Person.given_name).where(Person.id.in_(people))
    )
    return {row.id: display_name(row.family_name, row.given_name) for row in rows}
