"""Take decisions back before their teams are told: everything is as it was before."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from accelerator.activity.events.gates import DecisionUndone
from accelerator.activity.record import record_all
from accelerator.deciding.announcing import decisions, said
from accelerator.domain import gates as rules
from accelerator.domain.batches import ItemState
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.stages import PassageState
from accelerator.i18n import N_
from accelerator.storage.tables import BatchItem, Cohort, Decision, Idea, Passage, Stage
from accelerator.storage.visibility import outside_team


def undo(session: Session, *, actor: Actor, idea: Idea, now: datetime) -> tuple[str, str]:
    """Take a decision back before the team is told; return the codes of cohort and stage."""
    rows = session.execute(decisions().where(Decision.passage_id == idea.passage_id)).all()
    if not rows:
        raise DomainError("no_decision", N_("There is no decision to undo."))
    rules.require_undoable(rows[0].Decision.announced_at)
    _take_back(session, rows, actor=actor, now=now)
    return rows[0].Cohort.code, rows[0].Stage.key


def undo_many(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    now: datetime,
    codes: Collection[str] = (),
    batch_id: int | None = None,
) -> list[str]:
    """Take back what was decided about these ideas, or by a batch; return the codes.

    Where the team was told meanwhile, nothing changes. Those the actor may not see are left alone.
    """
    wanted = decisions().where(
        Idea.cohort_id == cohort.id, Passage.stage_id == stage.id,
        Decision.announced_at.is_(None), outside_team(actor),
        Decision.batch_id == batch_id if batch_id is not None else Idea.code.in_(set(codes)),
    )  # fmt: skip
    rows = session.execute(wanted).all()
    _take_back(session, rows, actor=actor, now=now)
    return [row.Idea.code for row in rows]


def _take_back(session: Session, rows: Sequence[Any], *, actor: Actor, now: datetime) -> None:
    """Delete the decisions and let the ideas wait again; the log keeps what they said."""
    undone = []
    for decision, passage, idea, stage, cohort in rows:
        if passage.state == PassageState.DECIDED:
            passage.state = PassageState.HANDED_IN
        undone.append(
            DecisionUndone(
                actor_id=actor.id,
                programme_id=cohort.programme_id,
                subject=f"idea:{idea.code}",
                code=idea.code,
                stage=stage.key,
                outcome=decision.outcome,
                **said(decision),
                revisit_on=decision.revisit_on.isoformat() if decision.revisit_on else "",
                path=f"/cohorts/{cohort.code}/{stage.key}/gate",
            )
        )
        session.delete(decision)
    session.execute(
        update(BatchItem)
        .where(
            BatchItem.passage_id.in_([row.Passage.id for row in rows]),
            BatchItem.batch_id.in_([row.Decision.batch_id for row in rows]),
        )
        .values(state=ItemState.UNDONE)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    record_all(session, undone, now=now)
