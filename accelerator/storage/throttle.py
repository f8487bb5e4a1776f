"""How often something may be tried: counted in the database, so all processes count together."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Throttle


def hit(session: Session, key: str, *, limit: int, window: int, now: datetime) -> int:
    """Count one try; return 0 while it is allowed, else the seconds until the window ends.

    `window` is in seconds. The count survives only if the caller's transaction commits, so a
    route that refuses returns its answer and does not raise.
    """
    second = int(now.timestamp())
    start = second - second % window
    count = session.execute(
        insert_into(session, Throttle)
        .values(key=key, window=start, count=1)
        .on_conflict_do_update(
            index_elements=[Throttle.key, Throttle.window], set_={"count": Throttle.count + 1}
        )
        .returning(Throttle.count)
    ).scalar_one()
    if count == 1:
        session.execute(delete(Throttle).where(Throttle.key == key, Throttle.window < start))
    return 0 if count <= limit else start + window - second
