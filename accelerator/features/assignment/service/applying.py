"""Apply what is ticked of a proposal, once; undo what of it nobody has begun."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from accelerator.activity.events.assignment import ProposalApplied, ProposalUndone
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.proposals import Outcome, ProposalState, Settings
from accelerator.domain.reviews import GONE, AssignmentState, require_due
from accelerator.features.assignment.queries.field import (
    bounds_of,
    capacities,
    programme_reviewers,
    waiting_ideas,
)
from accelerator.features.assignment.service.proposing import path_of
from accelerator.features.assignment.service.telling import About, tell_assigned, tell_removed
from accelerator.i18n import N_
from accelerator.standing.assignments import ask, batches, take_back
from accelerator.standing.conflicts import conflicts_between
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Idea,
    Person,
    Proposal,
    ProposedPair,
    Stage,
)


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed, in numbers."""

    assigned: int = 0
    removed: int = 0
    other: int = 0  # left out when applying, restored when undoing
    stayed: int = 0


def tick(session: Session, *, proposal: Proposal, shown: Collection[int], ticked: set[int]) -> None:
    """Accept those pairs of a page that are ticked, and no others of it."""
    _require(proposal, ProposalState.READY)
    for accepted in (True, False):
        ids = [pair for pair in shown if (pair in ticked) == accepted]
        _set(session, proposal, accepted, ProposedPair.id.in_(ids))


def tick_all(session: Session, *, proposal: Proposal, accepted: bool) -> None:
    """Accept every pair of a proposal, or none."""
    _require(proposal, ProposalState.READY)
    _set(session, proposal, accepted)


def _set(session: Session, proposal: Proposal, accepted: bool, *which: Any) -> None:
    session.execute(
        update(ProposedPair)
        .where(ProposedPair.proposal_id == proposal.id, *which)
        .values(accepted=accepted)
        .execution_options(synchronize_session=False)
    )


def _require(proposal: Proposal, state: ProposalState) -> None:
    if proposal.state != state:
        raise DomainError(
            "proposal_moved_on",
            N_("This proposal was applied, undone or cancelled meanwhile. Nothing was changed."),
        )


def apply(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    proposal: Proposal,
    due_on: date,
    now: datetime,
) -> Done:
    """Carry out the ticked pairs; whatever does not hold any more is left out, and said.

    Proposals of one cohort take turns, so that the second sees what the first has assigned.
    """
    _require(proposal, ProposalState.READY)
    require_due(due_on, cohort.time_zone, now)
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    pairs = session.scalars(
        select(ProposedPair)
        .where(ProposedPair.proposal_id == proposal.id)
        .order_by(ProposedPair.id)
    ).all()
    waiting = waiting_ideas(actor, cohort.id, stage.id).order_by(Idea.id).with_for_update(of=Idea)
    passages = {row.id: row.passage_id for row in session.execute(waiting)}
    outcomes: dict[int, Outcome] = {}
    keys = {(pair.passage_id, pair.reviewer_id): pair for pair in pairs}
    for pair in pairs:
        if not pair.accepted:
            outcomes[pair.id] = Outcome.UNTICKED
        elif passages.get(pair.idea_id) != pair.passage_id:
            outcomes[pair.id] = Outcome.IDEA_GONE
    gone = take_back(
        session, [key for key, pair in keys.items() if pair.removes and pair.id not in outcomes]
    )
    for key, pair in keys.items():
        if pair.removes and pair.id not in outcomes:
            outcomes[pair.id] = Outcome.DONE if key in gone else Outcome.BEGUN
    wanted = [pair for pair in pairs if pair.id not in outcomes]
    outcomes |= _judged(session, cohort, stage, proposal, wanted, passages)
    made = ask(
        session,
        [
            (pair.idea_id, pair.passage_id, pair.reviewer_id)
            for pair in wanted
            if outcomes[pair.id] == Outcome.DONE
        ],
        asked_by_id=actor.id, due_on=due_on, now=now,
    )  # fmt: skip
    for pair in wanted:
        if outcomes[pair.id] == Outcome.DONE and (pair.passage_id, pair.reviewer_id) not in made:
            outcomes[pair.id] = Outcome.THERE
    _note(session, outcomes)
    proposal.state, proposal.applied_by_id, proposal.applied_at = (
        ProposalState.APPLIED,
        actor.id,
        now,
    )
    added = [pair for pair in wanted if outcomes[pair.id] == Outcome.DONE]
    removed = [keys[key] for key in gone]
    about = About(actor, cohort, stage, now)
    tell_assigned(session, about, ((p.idea_id, p.reviewer_id) for p in added), due_on)
    tell_removed(session, about, ((p.idea_id, p.reviewer_id) for p in removed))
    left_out = Counter(outcomes.values())
    done = Done(
        len(added),
        len(removed),
        len(pairs) - len(added) - len(removed) - left_out[Outcome.UNTICKED],
    )
    record(
        session,
        ProposalApplied(
            **about.event(), subject=f"proposal:{proposal.id}",
            path=path_of(cohort, stage, proposal), stage=stage.name, assigned=done.assigned,
            removed=done.removed, left_out=done.other,
        ),
        now=now,
    )  # fmt: skip
    return done


def _judged(
    session: Session,
    cohort: Cohort,
    stage: Stage,
    proposal: Proposal,
    wanted: Collection[ProposedPair],
    passages: Mapping[int, int],
) -> dict[int, Outcome]:
    """Say of each pair whether it still holds: people, conflicts, counts and loads of now."""
    settings = Settings.of(proposal.settings)
    people = {
        person.id: person for person in session.scalars(programme_reviewers(stage.programme_id))
    }
    conflicts = conflicts_between(
        session, {pair.idea_id for pair in wanted}, {pair.reviewer_id for pair in wanted}
    )
    said = capacities(session, cohort.id, stage.id)
    there: dict[int, dict[int, str]] = defaultdict(dict)
    departments: dict[int, set[str]] = defaultdict(set)
    count: Counter[int] = Counter()
    loads: Counter[int] = Counter()
    for passage, reviewer, state, department in session.execute(
        select(Assignment.passage_id, Assignment.reviewer_id, Assignment.state, Person.department)
        .join(Person, Person.id == Assignment.reviewer_id)
        .where(Assignment.passage_id.in_(passages.values()))
    ):
        there[passage][reviewer] = state
        if state not in GONE:
            count[passage] += 1
            loads[reviewer] += 1
            departments[passage].add(department)
    found: dict[int, Outcome] = {}
    for pair in wanted:
        person = people.get(pair.reviewer_id)
        old = there[pair.passage_id].get(pair.reviewer_id, AssignmentState.REMOVED)
        if person is None:
            found[pair.id] = Outcome.REVIEWER
        elif (pair.idea_id, pair.reviewer_id) in conflicts:
            found[pair.id] = Outcome.CONFLICT
        elif old != AssignmentState.REMOVED:
            found[pair.id] = Outcome.THERE
        elif count[pair.passage_id] >= settings.reviews:
            found[pair.id] = Outcome.ENOUGH
        elif settings.apart and person.department and (
            person.department in departments[pair.passage_id]
        ):  # fmt: skip
            found[pair.id] = Outcome.DEPARTMENT
        elif loads[person.id] >= bounds_of(settings, said.get(person.id))[1]:
            found[pair.id] = Outcome.FULL
        else:
            found[pair.id] = Outcome.DONE
            count[pair.passage_id] += 1
            loads[person.id] += 1
            departments[pair.passage_id].add(person.department)
    return found


def undo(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    proposal: Proposal,
    now: datetime,
) -> Done:
    """Take back what was applied and not begun, and ask again for what was taken away.

    What a reviewer began, or a manager changed since, stays; the page says which.
    """
    _require(proposal, ProposalState.APPLIED)
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    pairs = session.scalars(
        select(ProposedPair).where(
            ProposedPair.proposal_id == proposal.id, ProposedPair.outcome == Outcome.DONE
        )
    ).all()
    waiting = waiting_ideas(actor, cohort.id, stage.id).order_by(Idea.id).with_for_update(of=Idea)
    passages = {row.id: row.passage_id for row in session.execute(waiting)}
    holds = [pair for pair in pairs if passages.get(pair.idea_id) == pair.passage_id]
    gone = take_back(
        session,
        [(pair.passage_id, pair.reviewer_id) for pair in holds if not pair.removes],
        asked_at=proposal.applied_at,
    )
    back = [pair for pair in holds if pair.removes]
    conflicts = conflicts_between(
        session, {pair.idea_id for pair in back}, {pair.reviewer_id for pair in back}
    )
    people = set(
        session.scalars(programme_reviewers(stage.programme_id).with_only_columns(Person.id))
    )
    about = About(actor, cohort, stage, now)
    restored: set[tuple[int, int]] = set()
    for due_on, some in _by_due(session, back).items():
        wanted = [
            (pair.idea_id, pair.passage_id, pair.reviewer_id)
            for pair in some
            if pair.reviewer_id in people and (pair.idea_id, pair.reviewer_id) not in conflicts
        ]
        made = ask(session, wanted, asked_by_id=actor.id, due_on=due_on, now=now)
        again = [(idea, who) for idea, passage, who in wanted if (passage, who) in made]
        tell_assigned(session, about, again, due_on)
        restored |= made
    outcomes = {
        pair.id: Outcome.UNDONE
        if (pair.passage_id, pair.reviewer_id) in (restored if pair.removes else gone)
        else Outcome.STAYED
        for pair in pairs
    }
    _note(session, outcomes)
    proposal.state, proposal.undone_by_id, proposal.undone_at = ProposalState.UNDONE, actor.id, now
    tell_removed(
        session,
        about,
        ((p.idea_id, p.reviewer_id) for p in pairs if (p.passage_id, p.reviewer_id) in gone),
    )
    stayed = sum(outcome == Outcome.STAYED for outcome in outcomes.values())
    done = Done(removed=len(gone), other=len(restored), stayed=stayed)
    record(
        session,
        ProposalUndone(
            **about.event(), subject=f"proposal:{proposal.id}",
            path=path_of(cohort, stage, proposal), stage=stage.name, removed=done.removed,
            restored=done.other, stayed=done.stayed,
        ),
        now=now,
    )  # fmt: skip
    return done


def _by_due(session: Session, pairs: Collection[ProposedPair]) -> dict[date, list[ProposedPair]]:
    """Sort the pairs that were taken away by the day until when they had been asked for."""
    by_key = {(pair.passage_id, pair.reviewer_id): pair for pair in pairs}
    found: dict[date, list[ProposedPair]] = defaultdict(list)
    for batch in batches(sorted(by_key)):
        for passage, reviewer, due_on in session.execute(
            select(Assignment.passage_id, Assignment.reviewer_id, Assignment.due_on).where(
                tuple_(Assignment.passage_id, Assignment.reviewer_id).in_(batch)
            )
        ):
            found[due_on].append(by_key[passage, reviewer])
    return found


def _note(session: Session, outcomes: Mapping[int, Outcome]) -> None:
    """Write down what became of each pair."""
    by_outcome: dict[Outcome, list[int]] = defaultdict(list)
    for pair, outcome in outcomes.items():
        by_outcome[outcome].append(pair)
    for outcome, ids in by_outcome.items():
        for batch in batches(ids):
            session.execute(
                update(ProposedPair)
                .where(ProposedPair.id.in_(batch))
                .values(outcome=outcome)
                .execution_options(synchronize_session=False)
            )
