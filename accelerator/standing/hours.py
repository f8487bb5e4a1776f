"""When somebody may be written to: their country's working days, their absences, their hours."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.calendars import calendar_of
from accelerator.domain.workdays import Calendar, QuietHours, next_working_morning
from accelerator.storage.tables import Absence, Person

_MOST = 400
Spell = tuple[date, date, int | None]


@dataclass(frozen=True, slots=True)
class Hours:
    """A person's own time: days of absence are free days. `away` are the absences, in order."""

    zone: ZoneInfo
    country: str
    quiet: QuietHours
    away: tuple[Spell, ...] = ()

    def day(self, moment: datetime) -> date:
        """Return which day it is for this person."""
        return moment.astimezone(self.zone).date()

    def calendar(self, year: int) -> Calendar:
        """Return the days on which this person works."""
        return _without(self.country, year, self.away)

    def opens(self, moment: datetime) -> datetime:
        """Return the moment from which the person may be written to: now, or a working morning."""
        year = self.day(moment).year
        return next_working_morning(moment, self.zone, self.calendar(year), self.quiet)

    def hearing_between(self, first: date, last: date) -> set[int]:
        """Return who hears, on some of these days, on behalf of this person while away."""
        return {
            who
            for start, end, who in self.away
            if who is not None and start <= last and end >= first
        }


def hours_of(session: Session, people: Collection[int], *, now: datetime) -> dict[int, Hours]:
    """Return the hours of those of these people whose accounts are open, by their ids."""
    found: dict[int, Hours] = {}
    ids = sorted(people)
    for at in range(0, len(ids), _MOST):
        some = ids[at : at + _MOST]
        away = defaultdict(list)
        for row in session.execute(
            select(Absence.person_id, Absence.first_on, Absence.last_on, Absence.stand_in_id)
            .where(Absence.person_id.in_(some), Absence.last_on >= now.date() - timedelta(days=60))
            .order_by(Absence.first_on, Absence.id)
        ):
            away[row.person_id].append((row.first_on, row.last_on, row.stand_in_id))
        for person in session.execute(
            select(
                Person.id, Person.time_zone, Person.country, Person.quiet_from, Person.quiet_until
            ).where(Person.id.in_(some), Person.disabled_at.is_(None))
        ):
            quiet = QuietHours(person.quiet_from, person.quiet_until)
            spells = tuple(away.get(person.id, ()))
            found[person.id] = Hours(ZoneInfo(person.time_zone), person.country, quiet, spells)
    return found


@lru_cache(maxsize=4096)
def _without(country: str, year: int, away: tuple[Spell, ...]) -> Calendar:
    """Take days of absence out of a country's working days."""
    usual = calendar_of(country, year)
    if not away:
        return usual
    free = {
        first + timedelta(days=n) for first, last, _ in away for n in range((last - first).days + 1)
    }
    return Calendar(usual.holidays | free, usual.weekend)
