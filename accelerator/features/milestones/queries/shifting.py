"""What the page before moving many dates shows: where each lands, and what teams will read."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accelerator.activity.letters import Reader, Words, words_of
from accelerator.domain.policy import Actor
from accelerator.features.milestones.service.shifting import Move, Plan, Wanted, messages, plan
from accelerator.storage.tables import (
    Cohort,
    Idea,
    Milestone,
    MilestoneDependency,
    Person,
    TeamMember,
)

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as one of its receivers will read it, in their language."""

    language: str
    to: str
    letter: Words


@dataclass(frozen=True, slots=True)
class Preview:
    """All that would move, the first of it shown, and the messages, one in each language.

    `out_of_order` would be due before something they wait for.
    """

    plan: Plan
    shown: tuple[Move, ...]
    samples: tuple[Sample, ...]
    out_of_order: frozenset[int]


def preview(
    session: Session,
    cohort: Cohort,
    wanted: Wanted,
    reason: str,
    *,
    actor: Actor,
    base_url: str,
    now: datetime,
) -> Preview:
    """Say what would happen; four queries."""
    found = plan(session, cohort, wanted, actor=actor, now=now)
    by_idea = {one.idea_id: one for one in messages(actor, cohort, found.moves, reason)}
    samples: dict[str, Sample] = {}
    for idea_id, person in session.execute(
        select(TeamMember.idea_id, Person)
        .join(Person, Person.id == TeamMember.person_id)
        .where(
            TeamMember.idea_id.in_(list(by_idea)[:SHOWN]),
            TeamMember.state == "accepted",
            Person.disabled_at.is_(None),
            Person.id != actor.id,
        )
        .order_by(TeamMember.idea_id, TeamMember.id)
    ):
        if person.language not in samples:
            reader = Reader(person.display_name, person.language, person.time_zone)
            data = by_idea[idea_id].data()
            written = words_of("milestones_shifted", data, reader, base_url=base_url)
            samples[person.language] = Sample(person.language, reader.name, written)
    days = {move.row.id: move.landing.due_on for move in found.moves}
    out_of_order = _out_of_order(session, cohort, days)
    return Preview(found, found.moves[:SHOWN], tuple(samples.values()), out_of_order)


def _out_of_order(session: Session, cohort: Cohort, days: dict[int, date]) -> frozenset[int]:
    """Return what would be due before something it waits for, or behind something that waits."""
    first, later = aliased(Milestone), aliased(Milestone)
    found: set[int] = set()
    for row in session.execute(
        select(later.id, first.id.label("needs"), later.due_on, first.due_on.label("needs_due_on"))
        .select_from(MilestoneDependency)
        .join(first, first.id == MilestoneDependency.needs_id)
        .join(later, later.id == MilestoneDependency.milestone_id)
        .join(Idea, Idea.id == later.idea_id)
        .where(Idea.cohort_id == cohort.id, first.state == "open", later.state == "open")
    ):
        if days.get(row.needs, row.needs_due_on) > days.get(row.id, row.due_on):
            found |= {row.id, row.needs} & days.keys()
    return frozenset(found)
