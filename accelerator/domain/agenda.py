"""What stands in a calendar: one entry, and which days a calendar shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from accelerator.domain.bilingual import Bilingual

# What is long past or far ahead stays out; a feed is read every few hours.
PAST, AHEAD = timedelta(days=30), timedelta(days=400)
NOTHING = Bilingual()


class Kind(StrEnum):
    """What an entry is about."""

    MILESTONE = "milestone"
    HAND_IN = "hand-in"
    PROMISE = "promise"
    INFORMATION = "information"
    REVIEW = "review"
    RETURN = "return"
    MEETING = "meeting"
    GATE = "gate"
    ANSWERS = "answers"
    REVIEWS = "reviews"
    INTAKE_OPENS = "intake-opens"
    INTAKE_CLOSES = "intake-closes"
    HAND_INS = "hand-ins"
    REVIEW_BY = "review-by"


# These are days; all others are due by the end of a day, or begin at a moment.
_WHOLE_DAYS = frozenset({Kind.GATE, Kind.RETURN, Kind.INTAKE_OPENS})


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with a date, whose days end in `zone`.

    `number` names the thing among its kind and never changes. `sequence` grows with every change
    of the date, `changed_at` is the last one known of. A meeting begins at a moment and lasts so
    many `minutes`.
    """

    kind: Kind
    number: str
    on: date
    zone: str
    path: str
    sequence: int
    changed_at: datetime
    title: Bilingual = NOTHING
    name: Bilingual = NOTHING
    cohort: Bilingual = NOTHING
    code: str = ""
    who: str = ""
    count: int = 0
    begins_at: datetime | None = None
    minutes: int = 0

    @property
    def uid(self) -> str:
        """Return what calendars know it by, wherever it stands; the house's name comes after it."""
        return f"{self.kind}-{self.number}"

    @property
    def whole_day(self) -> bool:
        """Say whether it is a day and no moment."""
        return self.kind in _WHOLE_DAYS


@dataclass(frozen=True, slots=True)
class Window:
    """The days whose entries are wanted, both included."""

    first: date
    last: date

    @classmethod
    def around(cls, now: datetime) -> "Window":
        """Return the days of a calendar that is read now."""
        today = now.date()
        return cls(today - PAST, today + AHEAD)

    def holds(self, column: Any) -> Any:
        """Return the clause, of any library, that a date lies in it."""
        return column.between(self.first, self.last)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries by their days; always in the same order, so that nothing seems new."""
    return sorted(entries, key=lambda entry: (entry.on, entry.kind, entry.number))
