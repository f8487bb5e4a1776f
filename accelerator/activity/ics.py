"""Calendars as files: entries in the reader's words, in the zone where their days end."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from accelerator.domain.agenda import Entry, Kind
from accelerator.domain.bilingual import Bilingual
from accelerator.i18n import N_, gettext, language, ngettext, speaking

if TYPE_CHECKING:
    from icalendar import Calendar, Event, Timezone

# What is due by the end of a day stands in the day's last hour: there is no midnight on which the
# clocks change, and no doubt to which day it belongs.
_FROM, _TO = time(23), time(23, 59)
_REFRESH = timedelta(hours=4)
_STEP = timedelta(minutes=1)
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_TITLES = {
    Kind.MILESTONE: N_("Milestone: %(name)s – %(title)s"),
    Kind.HAND_IN: N_("Hand in: %(title)s"),
    Kind.PROMISE: N_("Answer promised: %(title)s"),
    Kind.INFORMATION: N_("Answer what was asked: %(title)s"),
    Kind.REVIEW: N_("Review: %(title)s"),
    Kind.RETURN: N_("Parked idea comes back: %(title)s"),
    Kind.MEETING: N_("Gate meeting: %(name)s, %(cohort)s"),
    Kind.GATE: N_("Gate: %(name)s, %(cohort)s"),
    Kind.INTAKE_OPENS: N_("Intake opens: %(cohort)s"),
    Kind.INTAKE_CLOSES: N_("Intake closes: %(cohort)s"),
    Kind.HAND_INS: N_("Hand-in: %(name)s, %(cohort)s"),
    Kind.REVIEW_BY: N_("Reviews by: %(name)s, %(cohort)s"),
}


def calendar(
    entries: Sequence[Entry], *, reader: str, base_url: str, name: str = "", zone: str = ""
) -> bytes:
    """Write a calendar in a reader's language; the same entries give the same bytes.

    `name` and `zone` are a feed's; a calendar in a mail has neither.
    """
    import icalendar

    with speaking(reader):
        made = icalendar.Calendar()
        made.add("prodid", "-//Accelerator//Calendar//EN")
        made.add("version", "2.0")
        made.add("calscale", "GREGORIAN")
        made.add("method", "PUBLISH")
        if name:
            _describe_feed(made, name, zone)
        for found in sorted({entry.zone for entry in entries if not entry.whole_day} | {zone}):
            if found:
                made.add_component(_zone(found, *_years(entries)))
        house = urlsplit(base_url).hostname or "localhost"
        for entry in entries:
            made.add_component(_event(icalendar.Event(), entry, base_url, house))
        return bytes(made.to_ical())


def _describe_feed(made: "Calendar", name: str, zone: str) -> None:
    """Say what calendar programs show of a feed, in the old way and the new one."""
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", zone)
    made.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT4H")


def _years(entries: Sequence[Entry]) -> tuple[int, int]:
    years = [entry.on.year for entry in entries] or [2026]
    return min(years), max(years) + 1


@lru_cache(maxsize=256)
def _zone(name: str, first: int, last: int) -> "Timezone":
    """Describe a time zone with its changes of clocks in these years, each by itself.

    Of several changes in one part, programs that are widely used forget the first.
    """
    import icalendar

    made = icalendar.Timezone()
    made.add("tzid", name)
    zone, start = ZoneInfo(name), datetime(first, 1, 1, tzinfo=UTC)
    moments = [start, *_changes(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC))]
    for moment in moments:
        after = moment.astimezone(zone)
        before = after if moment is start else (moment - _STEP).astimezone(zone)
        part = icalendar.TimezoneDaylight() if after.dst() else icalendar.TimezoneStandard()
        part.add("dtstart", (moment + (before.utcoffset() or timedelta())).replace(tzinfo=None))
        part.add("tzoffsetfrom", before.utcoffset())
        part.add("tzoffsetto", after.utcoffset())
        part.add("tzname", after.tzname())
        made.add_component(part)
    return made


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the moments at which a zone's clocks change."""
    day = first
    while day < last:
        following = day + timedelta(days=1)
        low, high = day, following
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > _STEP:
                middle = low + (high - low) // 2 // _STEP * _STEP
                same = middle.astimezone(zone).utcoffset() == day.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high
        day = following


def _event(made: "Event", entry: Entry, base_url: str, house: str) -> "Event":
    made.add("uid", f"{entry.uid}@{house}")
    made.add("dtstamp", entry.changed_at)
    made.add("last-modified", entry.changed_at)
    made.add("sequence", entry.sequence)
    made.add("summary", title(entry))
    begins, ends = _span(entry)
    made.add("dtstart", begins)
    made.add("dtend", ends)
    made.add("transp", "OPAQUE" if entry.begins_at else "TRANSPARENT")
    link = base_url + entry.path
    made.add("description", "\n".join([*_details(entry), link]))
    made.add("url", link)
    return made


def _span(entry: Entry) -> tuple[date, date]:
    zone = ZoneInfo(entry.zone)
    if entry.begins_at is not None:
        begins = entry.begins_at.astimezone(zone)
        return begins, (entry.begins_at + timedelta(minutes=entry.minutes)).astimezone(zone)
    if entry.whole_day:
        return entry.on, entry.on + timedelta(days=1)
    at: Callable[[time], datetime] = lambda clock: datetime.combine(entry.on, clock, zone)  # noqa: E731
    return at(_FROM), at(_TO)


def title(entry: Entry) -> str:
    """Say in one line what an entry is, in the language spoken now."""
    values = {
        "title": _words(entry.title) or entry.code, "name": _words(entry.name),
        "cohort": _words(entry.cohort),
    }  # fmt: skip
    if entry.kind is Kind.ANSWERS:
        return ngettext(
            "%(num)s answer promised: %(name)s, %(cohort)s",
            "%(num)s answers promised: %(name)s, %(cohort)s",
            entry.count,
            **values,
        )
    if entry.kind is Kind.REVIEWS:
        return ngettext(
            "%(num)s review due: %(name)s, %(cohort)s",
            "%(num)s reviews due: %(name)s, %(cohort)s",
            entry.count,
            **values,
        )
    return gettext(_TITLES[entry.kind], **values)


def _details(entry: Entry) -> list[str]:
    """Say what the title leaves out: whose it is, and what it belongs to."""
    stage = _words(entry.name) if entry.kind in (Kind.HAND_IN, Kind.PROMISE) else ""
    place = " · ".join(part for part in (entry.code, _words(entry.cohort), stage) if part)
    lines = [place] if entry.code else []
    if entry.who:
        lines.append(gettext("It is with %(who)s.", who=entry.who))
    if not entry.whole_day and entry.begins_at is None:
        lines.append(gettext("By the end of the day in %(zone)s.", zone=entry.zone))
    return lines


def _words(text: Bilingual) -> str:
    """Return a text as one line: calendar programs do not agree on where else a line would end."""
    return _BREAKS.sub(" ", text.pick(language())).strip()
