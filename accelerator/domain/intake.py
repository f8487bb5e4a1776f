"""When a cohort takes ideas in: whole days of its own time zone, up to the end of the last one."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accelerator.domain.errors import DomainError
from accelerator.domain.workdays import due_instant
from accelerator.i18n import N_


@dataclass(frozen=True, slots=True)
class Intake:
    """The window in which a cohort takes ideas in, and how many it takes."""

    opens_on: date
    closes_on: date
    zone: ZoneInfo
    capacity: int = 1

    @property
    def closes_at(self) -> datetime:
        """Return the last second of the last day, in UTC."""
        return due_instant(self.closes_on, self.zone)

    def is_open(self, now: datetime) -> bool:
        """Say whether ideas may come in at a moment.

        >>> from datetime import UTC
        >>> tokyo = Intake(date(2027, 1, 1), date(2027, 1, 31), ZoneInfo("Asia/Tokyo"))
        >>> tokyo.is_open(datetime(2027, 1, 31, 14, 59, 59, tzinfo=UTC))
        True
        >>> tokyo.is_open(datetime(2027, 1, 31, 15, 0, tzinfo=UTC))
        False
        """
        return self.opens_on <= now.astimezone(self.zone).date() <= self.closes_on


def require_intake(intake: Intake, *, now: datetime, taken: int) -> None:
    """Raise DomainError unless the cohort takes one more idea now; `taken` counts those in it."""
    if now.astimezone(intake.zone).date() < intake.opens_on:
        raise DomainError("intake_not_open", N_("The intake of this cohort has not opened yet."))
    if not intake.is_open(now):
        raise DomainError(
            "intake_closed",
            N_(
                "The intake of this cohort has closed. Your draft is kept; ask the programme "
                "manager which cohort comes next."
            ),
        )
    if taken >= intake.capacity:
        raise DomainError(
            "cohort_full",
            N_(
                "This cohort is full: it takes %(capacity)s ideas, and all places are taken. "
                "Your draft is kept; ask the programme manager."
            ),
            capacity=intake.capacity,
        )
