"""The milestones of one idea, and the page of one of them with all that happened to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accelerator.domain.anonymity import neutral_name
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.milestones import MilestoneState
from accelerator.features.milestones.queries.rows import PAGE, MilestoneRow, rows, statement
from accelerator.storage.tables import Attachment, Event, Idea, Milestone, MilestoneProof, Person

MOST_EVENTS = 200
DAYS = {"due_on", "asked_due_on", "was"}
TOGETHER = ("MilestonesShifted", "MilestonesMoved", "HandInMoved")


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A link or a file that shows a milestone."""

    id: int
    url: str
    attachment_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Something that happened to it; `data` are the facts of the event."""

    kind: str
    at: datetime
    who: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OnePage:
    """One milestone, what shows it, the others of its idea, and its history, newest first."""

    row: MilestoneRow
    others: tuple[MilestoneRow, ...]
    proofs: tuple[ProofRow, ...]
    history: tuple[HistoryRow, ...]


def of_idea(
    session: Session, idea_id: int, *, now: datetime, foresees: bool = True
) -> list[MilestoneRow]:
    """List an idea's milestones: the open ones by date first.

    What will probably be late is for the team and its managers; reviewers judge what is there.
    """
    found = session.execute(
        statement()
        .where(Milestone.idea_id == idea_id)
        .order_by(Milestone.state != MilestoneState.OPEN, Milestone.due_on, Milestone.id)
        .limit(4 * PAGE)
    ).all()
    made = rows(session, found, now)
    if not foresees:
        for row in made:
            row.late_chance = None
    return made


def page(
    session: Session, milestone: Milestone, *, sees_team: bool, foresees: bool, now: datetime
) -> OnePage:
    """Load the page of one milestone; five queries."""
    idea = session.get_one(Idea, milestone.idea_id)
    listed = of_idea(session, idea.id, now=now, foresees=foresees)
    row = next(one for one in listed if one.id == milestone.id)
    return OnePage(
        row,
        tuple(
            one for one in listed if one.id != row.id and one.state is not MilestoneState.DROPPED
        ),
        tuple(_proofs(session, milestone, idea, sees_team=sees_team)),
        tuple(_history(session, milestone)) if sees_team else (),
    )


def _proofs(
    session: Session, milestone: Milestone, idea: Idea, *, sees_team: bool
) -> list[ProofRow]:
    found = session.execute(
        select(MilestoneProof, Attachment.name)
        .outerjoin(Attachment, Attachment.id == MilestoneProof.attachment_id)
        .where(MilestoneProof.milestone_id == milestone.id, Attachment.removed_at.is_(None))
        .order_by(MilestoneProof.id)
    )
    return [
        ProofRow(
            one.id, one.url, one.attachment_id,
            name or ""
            if sees_team
            else neutral_name(name or "", idea.code, one.attachment_id or one.id),
        )
        for one, name in found
    ]  # fmt: skip


def _history(session: Session, milestone: Milestone) -> list[HistoryRow]:
    """Return what happened to it alone, and where its day moved together with others."""
    own = f"milestone:{milestone.id}"
    other = aliased(Person)
    found = session.execute(
        select(Event, Person, other)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(other, other.id == Event.data["person_id"].as_integer())
        .where(
            Event.idea_id == milestone.idea_id,
            (Event.subject == own) | Event.kind.in_(TOGETHER),
        )
        .order_by(Event.id.desc())
        .limit(MOST_EVENTS)
    )
    history = []
    for event, person, whom in found:
        data = event.data
        if event.subject != own:
            moved = [one for one in data.get("milestones", ()) if one.get("id") == milestone.id]
            if not moved:
                continue
            data = data | moved[0]
        who = person.display_name if person is not None else ""
        facts = _read(data) | {"whom": whom.display_name if whom is not None else ""}
        history.append(HistoryRow(event.kind, event.at, who, facts))
    return history


def _read(data: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of an event with days as days and names in both languages."""
    found = dict(data)
    for name in DAYS & found.keys():
        found[name] = date.fromisoformat(found[name]) if found[name] else None
    if "before" in found:
        found["before"] = Bilingual.of(found["before"])
    if "needs" in found:
        found["needs"] = [Bilingual.of(one) for one in found["needs"]]
    return found
