"""Clear what has done its work: once tokens, counters, ended sign-ins, links of old mails."""

from datetime import timedelta

from sqlalchemy import delete, or_

from accelerator import clock
from accelerator.jobs.lease import Shift
from accelerator.storage.tables import MailedLink, OncePost, SignIn, Throttle

ONCE = timedelta(days=3)
COUNTERS = timedelta(days=2)
ENDED = timedelta(days=30)


def tidy(shift: Shift) -> int:
    """Delete what nobody will ask for any more; return how many rows."""
    now = clock.now()
    too_old = now - timedelta(days=shift.config.absolute_days) - ENDED
    statements = (
        delete(OncePost).where(OncePost.at < now - ONCE),
        delete(Throttle).where(Throttle.window < int((now - COUNTERS).timestamp())),
        delete(SignIn).where(or_(SignIn.ended_at < now - ENDED, SignIn.created_at < too_old)),
        delete(MailedLink).where(MailedLink.expires_at < now - ENDED),
    )
    deleted = 0
    for statement in statements:
        with shift.transaction() as session:
            deleted += session.execute(statement).rowcount  # type: ignore[attr-defined]
    return deleted
