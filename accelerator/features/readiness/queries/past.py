"""Why an idea's readiness was what it was on a past day, from what was known then."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.readiness import (
    Assessment,
    Change,
    Dimension,
    DimensionText,
    changes,
)
from accelerator.standing.readiness import assessments
from accelerator.standing.wordings import model_at, texts_of
from accelerator.storage.tables import Cohort, Event, Idea, ReadinessScore

MOST_EVENTS = 50
SAID = (
    "LevelClaimed", "EvidenceGiven", "EvidenceWithdrawn", "EvidenceVerified",
    "NotApplicableAsked", "NotApplicableApproved",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """Something that happened to the readiness on that day; who did it is not told."""

    kind: str
    at: datetime
    dimension: dict[str, str]
    level: int | None
    accepted: bool | None


@dataclass(frozen=True, slots=True)
class PastView:
    """A day's score with its parts, what moved it, and how it was counted then."""

    on: date
    today: date
    assessment: Assessment
    before: Assessment
    changes: tuple[Change, ...]
    texts: tuple[DimensionText, ...]
    model_number: int
    model_since: datetime | None
    stored: float | None
    said: tuple[Said, ...]
    earlier: date | None
    later: date | None

    def name(self, dimension: Dimension) -> DimensionText:
        """Return the wording of a dimension."""
        return next(text for text in self.texts if text.dimension is dimension)

    @property
    def recounted(self) -> bool:
        """Say whether the way of counting changed on that day."""
        return self.before.policy_version != self.assessment.policy_version


def of_day(session: Session, idea: Idea, on: date, *, now: datetime) -> PastView | None:
    """Load a past day; None for a day before the idea was there, or one that is to come."""
    zone_name, programme_id, row = session.execute(
        select(Cohort.time_zone, Cohort.programme_id, ReadinessScore)
        .outerjoin(ReadinessScore, (ReadinessScore.idea_id == idea.id) & (ReadinessScore.on == on))
        .where(Cohort.id == idea.cohort_id)
    ).one()
    zone = ZoneInfo(zone_name)
    today = now.astimezone(zone).date()
    first = idea.created_at.astimezone(zone).date()
    if not first <= on <= today:
        return None
    start, end = (datetime.combine(on + timedelta(days=n), time(), zone) for n in (0, 1))
    as_of = row.at if row is not None else min(end - timedelta(microseconds=1), now)
    yesterday = start - timedelta(microseconds=1)
    found = assessments(session, [idea.id], today=on, as_of=as_of)[idea.id]
    before = assessments(
        session, [idea.id], today=on - timedelta(days=1), as_of=yesterday
    )[idea.id]  # fmt: skip
    model = model_at(session, programme_id, as_of)
    return PastView(
        on=on,
        today=today,
        assessment=found,
        before=before,
        changes=changes(before, found),
        texts=texts_of(model.wording if model else None),
        model_number=model.number if model else 0,
        model_since=model.made_at if model else None,
        stored=row.score if row is not None else None,
        said=_said(session, idea, start, end),
        earlier=on - timedelta(days=1) if on > first else None,
        later=on + timedelta(days=1) if on < today else None,
    )


def _said(session: Session, idea: Idea, start: datetime, end: datetime) -> tuple[Said, ...]:
    rows = session.execute(
        select(Event.kind, Event.at, Event.data)
        .where(Event.idea_id == idea.id, Event.at >= start, Event.at < end, Event.kind.in_(SAID))
        .order_by(Event.id)
        .limit(MOST_EVENTS)
    )
    return tuple(
        Said(
            row.kind, row.at, row.data["dimension"], row.data.get("level"),
            row.data.get("accepted"),
        )
        for row in rows
    )  # fmt: skip
