"""The working days of countries, from the library of holidays."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from accelerator.config import CompanyDays
from accelerator.domain.workdays import Calendar

# Where the holidays of the parts of a country differ, those of the part where most people live.
_HOME = {"GB": "ENG"}


_company: tuple[CompanyDays, ...] = ()


def keep_company_days(days: tuple[CompanyDays, ...]) -> None:
    """Count the days on which the company is closed as no working days, from now on."""
    global _company  # noqa: PLW0603 - one company, one calendar; told once at the start
    if days != _company:
        _company = days
        calendar_of.cache_clear()


@lru_cache(maxsize=256)
def calendar_of(country: str, year: int) -> Calendar:
    """Return the working days of a country from the year before to five years after `year`.

    `country` is an ISO 3166 code of two letters; one that is not known has weekends only. In Japan
    nobody is expected at work from 29 December to 3 January, though the law names one day of it.
    """
    import holidays

    years = range(year - 1, year + 6)
    closed = set(_closed(country, years))
    try:
        found = holidays.country_holidays(country, subdiv=_HOME.get(country), years=years)
    except NotImplementedError:
        return Calendar(frozenset(closed))
    free = set(found) | closed
    if country == "JP":
        for y in years:
            free |= {date(y, 12, day) for day in (29, 30, 31)}
            free |= {date(y, 1, day) for day in (1, 2, 3)}
    return Calendar(frozenset(free), frozenset(found.weekend))


def _closed(country: str, years: range) -> Iterator[date]:
    """Yield the days on which the company is closed in a country."""
    for days in _company:
        for year in years if days.country == country else ():
            first, last = date(year, *days.first), date(year, *days.last)
            yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


@lru_cache(maxsize=64)
def _named(country: str, year: int, language: str) -> dict[date, str]:
    import holidays

    spoken = {"JP": {"en": "en_US", "ja": "ja"}}.get(country, {}).get(language, "en_US")
    try:
        return dict(
            holidays.country_holidays(
                country, subdiv=_HOME.get(country), years=year, language=spoken
            )
        )
    except NotImplementedError:
        return {}


def holiday_name(country: str, day: date, language: str) -> str:
    """Return what a holiday is called, or an empty text; in English where a country knows none."""
    return _named(country, day.year, language).get(day, "")
