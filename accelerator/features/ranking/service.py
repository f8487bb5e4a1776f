"""What a manager does from a ranking: ask for one more review, take the list out of the house."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.exports import Exported
from accelerator.activity.events.reviews import ReviewAssigned
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.i18n import N_
from accelerator.standing.asking import (
    Candidate,
    Pair,
    candidates,
    due_day,
    least_busy,
    passage_of,
)
from accelerator.standing.assignments import ask
from accelerator.storage.tables import Cohort, Stage


def ask_one_more(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    code: str,
    reviewer_id: int,
    now: datetime,
) -> tuple[Candidate, date]:
    """Ask one reviewer for one more review of an idea; they hear of it. Return who, by when.

    Raises DomainError when the idea waits no more, or the reviewer is not free to review it.
    """
    idea = passage_of(session, actor, cohort.id, stage.id, code)
    if idea is None:
        raise DomainError("not_waiting", N_("This idea does not wait for reviews any more."))
    people = candidates(session, stage.programme_id, only={reviewer_id})
    free = least_busy(session, [idea], people).get(idea.passage_id)
    pair = Pair(idea.idea_id, idea.passage_id, reviewer_id)
    due_on = due_day(session, cohort, stage, now)
    if free is None or not ask(session, [pair], asked_by_id=actor.id, due_on=due_on, now=now):
        raise DomainError(
            "not_free",
            N_("This reviewer cannot review the idea: asked already, in conflict, or gone."),
        )
    record(
        session,
        ReviewAssigned(
            actor_id=actor.id, programme_id=cohort.programme_id, idea_id=idea.idea_id,
            person_id=reviewer_id, path=f"/ideas/{idea.code}/review", stage=stage.name,
            ideas=[{"code": idea.code, "title": idea.title.as_dict()}],
            due_on=due_on.isoformat(),
        ),
        now=now,
    )  # fmt: skip
    return free, due_on


def record_export(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, now: datetime
) -> None:
    """Write down that somebody takes a ranking with its reviews out of the house."""
    record(
        session,
        Exported(
            actor_id=actor.id,
            programme_id=cohort.programme_id,
            what="ranking",
            about=f"{cohort.code} {stage.key}",
        ),
        now=now,
    )
