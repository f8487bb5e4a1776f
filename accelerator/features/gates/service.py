"""Decide about several ideas: a few within the request, many in the background, idea by idea.

Each idea of a batch is decided in a transaction of its own, or not at all, and the batch says
which ones are left; so a run that ends at any step is taken up again where it stopped. The teams
hear nothing before the batch has come to its end and the time to undo it has passed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from accelerator.activity import letters as mail
from accelerator.activity import record
from accelerator.activity.events.gates import BatchBegun, BatchFinished
from accelerator.deciding import decide
from accelerator.deciding.making import (
    enter,
    lock_waiting,
    require_free,
    standing_of,
    today_of,
)
from accelerator.domain import gates as rules
from accelerator.domain.batches import BatchState, ItemState
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import Verdict
from accelerator.domain.policy import Actor
from accelerator.domain.wording import Wording, require_whole
from accelerator.i18n import N_
from accelerator.standing.deciders import deciders_of
from accelerator.storage.tables import (
    Batch,
    BatchItem,
    Cohort,
    Decision,
    Idea,
    Passage,
    Programme,
    Stage,
)

RUNS = 4  # that may end at one idea; then it is passed over
TEMPLATE = "decision_announced"


def window(session: Session, cohort: Cohort) -> timedelta:
    """Return how long a decision can be undone before it leaves."""
    minutes = session.scalar(
        select(Programme.undo_minutes).where(Programme.id == cohort.programme_id)
    )
    return timedelta(minutes=minutes or 0)


def begin(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Sequence[str],
    verdict: Verdict,
    announce_at: datetime | None,
    now: datetime,
    letters: Mapping[str, Wording] | None = None,
    left_out: Mapping[str, Sequence[int]] | None = None,
) -> Batch:
    """Decide about exactly these ideas, at once or in the background; raise when any may not be.

    `letters` are the words of the message as edited, by language; what equals the usual words is
    not kept.
    """
    chosen = sorted(set(codes))
    rules.require_batch(len(chosen))
    rules.require_sound(verdict, today=today_of(cohort, now))
    rules.require_window(announce_at, window=window(session, cohort), now=now)
    edited = edited_words(letters or {}, verdict)
    few = None
    if len(chosen) <= rules.WHILE_ONE_WAITS:
        few = lock_waiting(session, cohort, stage, chosen)
    found = standing_of(session, cohort, stage, chosen) if few is None else few
    require_free(session, found, chosen, actor=actor, stage=stage)
    out = left_out or {}
    batch = Batch(
        cohort_id=cohort.id, stage_id=stage.id, made_by_id=actor.id, made_at=now,
        state=BatchState.DONE if few else BatchState.WAITING, verdict=verdict.as_dict(),
        letters=edited, announce_at=announce_at, total=len(chosen),
        done=len(chosen) if few else 0, finished_at=now if few else None,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    state = ItemState.DECIDED if few else ItemState.WAITING
    _put_in(session, batch, {found[code].passage_id: out.get(code, ()) for code in chosen}, state)
    record(
        session,
        BatchBegun(
            actor_id=actor.id, programme_id=cohort.programme_id, subject=f"batch:{batch.id}",
            stage=stage.key, outcome=verdict.outcome, ideas=len(chosen),
            path=path_of(cohort, stage, batch),
        ),
        now=now,
    )  # fmt: skip
    if few:
        enter(
            session, few, actor=actor, cohort=cohort, stage=stage, verdict=verdict,
            announce_at=announce_at, now=now, batch_id=batch.id, left_out=out,
        )  # fmt: skip
    return batch


def _put_in(
    session: Session, batch: Batch, passages: Mapping[int, Sequence[int]], state: ItemState
) -> None:
    """Add the ideas of a batch, hundreds in one statement, with the comments left out of each."""
    item = BatchItem.__table__.c
    session.execute(
        insert(BatchItem).from_select(
            ["batch_id", "passage_id", "left_out", "state"],
            select(
                literal(batch.id), Passage.id, literal([], item.left_out.type), literal(state)
            )
            .where(Passage.id.in_(passages))
            .order_by(Passage.idea_id),
        )
    )  # fmt: skip
    for passage, reviews in passages.items():
        if reviews:
            session.execute(
                update(BatchItem)
                .where(BatchItem.batch_id == batch.id, BatchItem.passage_id == passage)
                .values(left_out=list(reviews))
            )


def cancel(session: Session, *, batch: Batch, now: datetime) -> None:
    """Leave the ideas alone that were not decided yet; what is decided can still be undone."""
    if batch.state != BatchState.WAITING:
        raise DomainError("batch_over", N_("Nothing is left to cancel: all ideas had their turn."))
    _finish(session, batch, BatchState.CANCELLED, now=now)


def take_up(session: Session, *, now: datetime) -> int | None:
    """Take the oldest batch that is not finished, and note the run; None when there is none.

    An idea at which several runs ended is passed over. A batch whose maker may not decide any
    more is cancelled.
    """
    batch = session.scalars(
        select(Batch)
        .where(Batch.state == BatchState.WAITING)
        .order_by(Batch.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if batch is None:
        return None
    stage = session.get_one(Stage, batch.stage_id)
    if batch.made_by_id not in {decider.id for decider in deciders_of(session, stage)}:
        batch.last_error = "not_decider"
        _finish(session, batch, BatchState.CANCELLED, now=now)
    batch.attempts += 1
    if batch.attempts > RUNS:
        pass_over(session, batch.id, problem="ended")
    return batch.id


def step(session: Session, batch_id: int, *, now: datetime) -> bool:
    """Decide about the next idea of a batch; say whether the batch goes on."""
    batch = session.get_one(Batch, batch_id, with_for_update=True, populate_existing=True)
    if batch.state != BatchState.WAITING:
        return False
    row = _next(session, batch)
    if row is None:
        _finish(session, batch, BatchState.DONE, now=now)
        return False
    item, code = row
    cohort = session.get_one(Cohort, batch.cohort_id)
    stage = session.get_one(Stage, batch.stage_id)
    at = batch.announce_at
    if at is not None:  # all leave together in the end
        at = max(at, now + timedelta(seconds=1))
    try:
        decide(
            session, actor=Actor(batch.made_by_id), cohort=cohort, stage=stage, codes=[code],
            verdict=Verdict.of(batch.verdict), announce_at=at, now=now, batch_id=batch.id,
            left_out={code: item.left_out},
        )  # fmt: skip
        item.state = ItemState.DECIDED
    except DomainError as refused:  # raised before anything is written
        item.state, item.problem = ItemState.SKIPPED, refused.code
    batch.done += 1
    batch.attempts = 0
    return True


def pass_over(session: Session, batch_id: int, *, problem: str) -> None:
    """Leave out the idea whose turn it is, because it cannot be decided."""
    batch = session.get_one(Batch, batch_id, with_for_update=True)
    row = _next(session, batch)
    if row is not None:
        row[0].state, row[0].problem = ItemState.FAILED, problem
        batch.done, batch.attempts, batch.last_error = batch.done + 1, 0, problem


def path_of(cohort: Cohort, stage: Stage, batch: Batch) -> str:
    """Return the address of a batch's page."""
    return f"/cohorts/{cohort.code}/{stage.key}/gate/batches/{batch.id}"


def _next(session: Session, batch: Batch) -> tuple[BatchItem, str] | None:
    row = session.execute(
        select(BatchItem, Idea.code)
        .join(Passage, Passage.id == BatchItem.passage_id)
        .join(Idea, Idea.id == Passage.idea_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.state == ItemState.WAITING)
        .order_by(BatchItem.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.BatchItem, row.code)


def _finish(session: Session, batch: Batch, state: BatchState, *, now: datetime) -> None:
    """End a batch: from now on its teams hear together, after the whole time to undo it."""
    batch.state, batch.finished_at = state, now
    if state is BatchState.CANCELLED:
        batch.cancelled_at = now
        session.execute(
            update(BatchItem)
            .where(BatchItem.batch_id == batch.id, BatchItem.state == ItemState.WAITING)
            .values(state=ItemState.CANCELLED)
            .execution_options(synchronize_session=False)
        )
    cohort = session.get_one(Cohort, batch.cohort_id)
    if batch.announce_at is not None:
        batch.announce_at = max(batch.announce_at, now + window(session, cohort))
        session.execute(
            update(Decision)
            .where(Decision.batch_id == batch.id, Decision.announced_at.is_(None))
            .values(announce_at=batch.announce_at)
            .execution_options(synchronize_session=False)
        )
    stage = session.get_one(Stage, batch.stage_id)
    decided = session.scalar(
        select(func.count()).where(
            BatchItem.batch_id == batch.id, BatchItem.state == ItemState.DECIDED
        )
    )
    record(
        session,
        BatchFinished(
            programme_id=cohort.programme_id, person_id=batch.made_by_id,
            subject=f"batch:{batch.id}", stage=stage.name, decided=decided or 0,
            left=batch.total - (decided or 0), cancelled=state is BatchState.CANCELLED,
            path=path_of(cohort, stage, batch),
        ),
        now=now,
    )  # fmt: skip


def edited_words(letters: Mapping[str, Wording], verdict: Verdict) -> dict[str, dict[str, str]]:
    """Check the words of the message, and return those that were changed."""
    require_whole(letters, verdict.outcome)
    usual = mail.drafts(TEMPLATE) if letters else {}
    return {
        language: {"subject": words.subject, "text": words.text}
        for language, words in letters.items()
        if words != usual[language]
    }
