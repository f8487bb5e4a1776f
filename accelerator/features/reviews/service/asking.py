"""Managers ask for reviews, and take their lists out of the house."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from accelerator.activity.events.exports import Exported
from accelerator.activity.events.reviews import AssignmentRemoved, ReviewAssigned
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import AssignmentState
from accelerator.features.reviews.queries.assign import Pair, Plan, plan
from accelerator.features.reviews.queries.workspace import facts
from accelerator.i18n import N_
from accelerator.standing.assignments import ask
from accelerator.storage.tables import Assignment, Cohort, Stage


def assign_reviewers(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Collection[str],
    reviewer_ids: Collection[int],
    due_on: date,
    now: datetime,
) -> Plan:
    """Ask each reviewer to review each idea; conflicts are refused, what exists is left alone.

    Each reviewer hears once, of all their new ideas together.
    """
    found = plan(
        session, actor=actor, cohort=cohort, stage=stage, codes=codes, reviewer_ids=reviewer_ids
    )
    added = _add(session, found.new, actor=actor, due_on=due_on, now=now)
    by_reviewer = sorted(added, key=lambda pair: (pair.reviewer_id, pair.idea_id))
    for reviewer_id, pairs in groupby(by_reviewer, key=lambda pair: pair.reviewer_id):
        _tell(session, list(pairs), reviewer_id, actor=actor, stage=stage, due_on=due_on, now=now)
    return Plan(new=tuple(added), kept=found.kept, refused=found.refused)


def _add(
    session: Session, pairs: Sequence[Pair], *, actor: Actor, due_on: date, now: datetime
) -> list[Pair]:
    """Add the assignments; one that another manager made a moment ago is not made again."""
    wanted = [(pair.idea_id, pair.passage_id, pair.reviewer_id) for pair in pairs]
    made = ask(session, wanted, asked_by_id=actor.id, due_on=due_on, now=now)
    return [pair for pair in pairs if (pair.passage_id, pair.reviewer_id) in made]


def _tell(
    session: Session,
    pairs: list[Pair],
    reviewer_id: int,
    *,
    actor: Actor,
    stage: Stage,
    due_on: date,
    now: datetime,
) -> None:
    alone = pairs[0] if len(pairs) == 1 else None
    record(
        session,
        ReviewAssigned(
            actor_id=actor.id,
            programme_id=stage.programme_id,
            idea_id=alone.idea_id if alone else None,
            person_id=reviewer_id,
            path=f"/ideas/{alone.code}/review" if alone else "/reviews",
            stage=stage.name,
            ideas=[{"code": pair.code, "title": pair.title.as_dict()} for pair in pairs],
            due_on=due_on.isoformat(),
        ),
        now=now,
    )


def remove_assignment(
    session: Session, *, actor: Actor, assignment: Assignment, now: datetime
) -> None:
    """No longer ask for a review; one that was submitted stays, it is part of the decision."""
    if assignment.state == AssignmentState.SUBMITTED:
        raise DomainError(
            "review_submitted", N_("This review was submitted already; it cannot be removed.")
        )
    if assignment.state == AssignmentState.REMOVED:
        return
    assignment.state = AssignmentState.REMOVED
    found = facts(session, assignment)
    record(
        session,
        AssignmentRemoved(
            actor_id=actor.id,
            programme_id=found.cohort.programme_id,
            idea_id=found.idea.id,
            person_id=assignment.reviewer_id,
            path="/reviews",
            code=found.idea.code,
            title=found.idea.title,
        ),
        now=now,
    )


def record_export(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, now: datetime
) -> None:
    """Write down that somebody takes the reviews of a stage out of the house."""
    record(
        session,
        Exported(
            actor_id=actor.id,
            programme_id=cohort.programme_id,
            what="reviews",
            about=f"{cohort.code} {stage.key}",
        ),
        now=now,
    )
