"""Time zones and countries, as a person chooses them."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale

_REGIONS = (
    "Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/",
    "Indian/", "Pacific/",
)  # fmt: skip


@lru_cache
def zones() -> tuple[str, ...]:
    """Return the names of all places that have a clock, and UTC."""
    return (*sorted(z for z in available_timezones() if z.startswith(_REGIONS)), "UTC")


@lru_cache
def countries(code: str) -> tuple[tuple[str, str], ...]:
    """Return (ISO 3166 code, name in a language), ordered by name; Japanese by code."""
    named = [
        (key, name)
        for key, name in Locale.parse(code).territories.items()
        if len(key) == 2 and key.isalpha() and key not in _NO_COUNTRIES  # noqa: PLR2004
    ]
    return tuple(sorted(named, key=lambda pair: pair[0] if code == "ja" else pair[1].casefold()))


def country_codes() -> frozenset[str]:
    """Return the codes of all countries."""
    return frozenset(key for key, _ in countries("en"))


_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
