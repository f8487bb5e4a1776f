"""The calendars somebody can have: their own, and those of cohorts where they hold a role."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor, Permission, Subject, can
from accelerator.storage.tables import Cohort, Feed, Programme

COHORTS = 100


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One calendar: its cohort, where it is one's, and since when it has an address."""

    cohort_code: str
    cohort: Bilingual
    programme: Bilingual
    feed_id: int
    made_at: datetime | None


def feeds(session: Session, actor: Actor) -> tuple[FeedRow, list[FeedRow]]:
    """List one's own calendar, and those of the cohorts one may see, the newest first."""
    mine = and_(Feed.person_id == actor.id, Feed.revoked_at.is_(None))
    own = session.scalar(select(Feed).where(mine, Feed.cohort_id.is_(None)))
    programmes = {programme for programme, _ in actor.roles}
    rows = session.execute(
        select(Cohort, Programme.name, Feed)
        .join(Programme, Programme.id == Cohort.programme_id)
        .outerjoin(Feed, and_(Feed.cohort_id == Cohort.id, mine))
        .where(or_(Cohort.programme_id.in_(programmes), Feed.id.is_not(None)))
        .order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
        .limit(COHORTS)
    ).all()
    return (
        FeedRow("", Bilingual(), Bilingual(), own.id if own else 0, own.made_at if own else None),
        [
            FeedRow(
                row.Cohort.code, row.Cohort.name, row.name, row.Feed.id if row.Feed else 0,
                row.Feed.made_at if row.Feed else None,
            )
            for row in rows
            if row.Feed or _may(actor, row.Cohort)
        ],
    )  # fmt: skip


def _may(actor: Actor, cohort: Cohort) -> bool:
    subject = Subject(programme_id=cohort.programme_id, preparing=cohort.preparing)
    wanted = (Permission.COHORT_VIEW, Permission.CALENDAR_COHORT)
    return all(can(permission, actor, subject).allowed for permission in wanted)
