"""How days, moments, numbers and spans read in each language."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_name

from accelerator.i18n import gettext, language, ngettext

_DAY = {"en": "EEE d MMM yyyy", "ja": "yyyy年M月d日(EEE)"}
_SHORT_DAY = {"en": "EEE d MMM", "ja": "M月d日(EEE)"}
_MOMENT = {"en": "EEE d MMM yyyy HH:mm", "ja": "yyyy年M月d日(EEE) HH:mm"}
_NEAR_DAYS = 21


def day(value: date, *, short: bool = False) -> str:
    """Write a calendar day with its weekday: Fri 27 Nov 2026, 2026年11月27日(金)."""
    return _day(value, language(), short)


def moment(value: datetime, zone: str) -> str:
    """Write a moment on the clock of a zone, and name the zone: Fri 27 Nov 2026 23:59 JST."""
    return _moment(value.replace(second=0, microsecond=0), zone, language())


def clock_time(value: datetime, zone: str) -> str:
    """Write the time of day only: 10:42."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


def zone_name(local: datetime) -> str:
    """Name the zone of a local moment in the shortest way people know: JST, CET, GMT+3."""
    name = local.tzname() or "UTC"
    if name.isalpha():
        return name
    return str(get_timezone_name(local, width="short", locale=_locale("en")))


def near(value: date, today: date) -> str:
    """Say how far a day is from today, while it is near; else the day itself."""
    days = (value - today).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days == -1:
        return gettext("yesterday")
    if 0 < days <= _NEAR_DAYS:
        return ngettext("in %(num)s day", "in %(num)s days", days)
    if -_NEAR_DAYS <= days < 0:
        return ngettext("%(num)s day ago", "%(num)s days ago", -days)
    return day(value)


def number(value: float, digits: int = 0) -> str:
    """Write a number with its thousands and a fixed count of decimals."""
    return f"{value:,.{digits}f}"


# A page shows the same few days and minutes again and again; each takes Babel a while to write.
@lru_cache(maxsize=2048)
def _day(value: date, code: str, short: bool) -> str:
    return format_date(value, (_SHORT_DAY if short else _DAY)[code], locale=_locale(code))


@lru_cache(maxsize=2048)
def _moment(value: datetime, zone: str, code: str) -> str:
    local = value.astimezone(ZoneInfo(zone))
    text = format_datetime(local, _MOMENT[code], locale=_locale(code))
    return f"{text} {zone_name(local)}"


@lru_cache
def _locale(code: str) -> Locale:
    return Locale.parse({"en": "en_GB", "ja": "ja_JP"}[code])
