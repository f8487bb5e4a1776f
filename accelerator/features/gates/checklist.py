"""The team ticks off what the gate asked for before the idea is handed in again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.i18n import N_
from accelerator.standing.rework import rework_of
from accelerator.storage.tables import Idea, Passage


def tick(
    session: Session,
    *,
    actor: Actor,
    idea: Idea,
    done: Collection[int],
    was: Collection[int],
    now: datetime,
) -> None:
    """Note which lines are done; a line keeps who ticked it first, and when.

    `was` are those that were done on the page: what a team mate ticked meanwhile stays.
    """
    passage = session.get_one(Passage, idea.passage_id)
    decision = rework_of(session, passage)
    at_work = idea.state == IdeaState.ACTIVE and passage.state == PassageState.OPEN
    if decision is None or not at_work:
        raise DomainError("no_checklist", N_("There is nothing to tick off now."))
    decision.checklist = [
        line
        if (at in done) == (at in was)
        else _line(line, ticked=at in done, actor=actor, now=now)
        for at, line in enumerate(decision.checklist)
    ]
    session.flush()


def _line(
    line: dict[str, object], *, ticked: bool, actor: Actor, now: datetime
) -> dict[str, object]:
    if not ticked:
        return line | {"done_at": None, "done_by": None}
    if line["done_at"]:
        return line
    return line | {"done_at": now.isoformat(), "done_by": actor.id}
