"""Judges pick: a pair once, the last one can be taken back, nothing once the round is closed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity.events.pairwise import PickMade, PickUndone
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.features.pairwise.queries.facts import contenders
from accelerator.features.pairwise.queries.judging import may_judge
from accelerator.i18n import N_
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Cohort, Final, Pick, Stage

PAIR = 2


def pick(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    final: Final,
    shown: tuple[str, str],
    better: str,
    now: datetime,
) -> None:
    """Keep which of two ideas is the better to a judge; an empty `better` means they cannot tell.

    A pair picked already, in another window, stays as it was picked first.
    """
    _require_open(final)
    allowed = {
        idea.code: idea.passage_id for idea in may_judge(session, actor, contenders(session, final))
    }
    if len(set(shown)) != PAIR or not set(shown) <= allowed.keys() or better not in {*shown, ""}:
        raise DomainError(
            "no_such_pair", N_("This pair can no longer be compared; here is another one.")
        )
    lower, higher = sorted(allowed[code] for code in shown)
    added = session.execute(
        insert_into(session, Pick)
        .values(
            final_id=final.id, judge_id=actor.id, lower_id=lower, higher_id=higher,
            better_id=allowed.get(better), picked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Pick.id)
    ).all()  # fmt: skip
    if not added:
        raise DomainError("picked_already", N_("You compared these two already."))
    record(
        session,
        PickMade(
            actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
            stage=stage.key, shown=list(shown), better=better,
        ),
        now=now,
    )  # fmt: skip


def undo(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, final: Final, now: datetime
) -> list[str]:
    """Take the judge's last pick back and return the codes of its pair; none where none is left."""
    _require_open(final)
    last = session.scalars(
        select(Pick)
        .where(Pick.final_id == final.id, Pick.judge_id == actor.id)
        .order_by(Pick.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return []
    codes = {idea.passage_id: idea.code for idea in contenders(session, final)}
    shown = [codes[last.lower_id], codes[last.higher_id]]
    session.delete(last)
    record(
        session,
        PickUndone(
            actor_id=actor.id, programme_id=cohort.programme_id, cohort=cohort.code,
            stage=stage.key, shown=shown, better=codes.get(last.better_id or 0, ""),
        ),
        now=now,
    )  # fmt: skip
    return shown


def _require_open(final: Final) -> None:
    if final.closed_at is not None:
        raise DomainError("final_closed", N_("This final round is closed; thank you."))
