"""Park what nobody works on, once its team was told and the day has come, one idea at a time."""

from sqlalchemy import update

from accelerator import clock, logs
from accelerator.deciding import park_idle
from accelerator.jobs.lease import LeaseLost, Shift
from accelerator.standing.dues import over
from accelerator.storage.tables import Idea

log = logs.get("rest")


def rest(shift: Shift) -> int:
    """Note when teams were active last, and park what rests too long; return how many ideas."""
    now = clock.now()
    with shift.reading() as session:
        rests, active = over(session, now=now)
    if active:
        with shift.transaction() as session:
            for idea_id, at in active.items():
                session.execute(
                    update(Idea)
                    .where(Idea.id == idea_id)
                    .values(active_at=at)
                    .execution_options(synchronize_session=False)
                )
    parked = 0
    for one in rests:
        if shift.stopping():
            break
        try:
            with shift.transaction() as session:
                parked += park_idle(session, one, now=clock.now())
        except LeaseLost:
            raise
        except Exception:  # one that cannot be parked stops no other
            log.exception("an idea cannot be parked", idea=one.idea_id)
    return parked
