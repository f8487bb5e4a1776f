"""Language, theme and time zone of a request: the person's own, else the browser's."""

from flask import g, request

from accelerator.i18n import DEFAULT, LANGUAGES, set_language
from accelerator.web.identity import actor_or_none

COOKIE = "language"
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


def choose() -> None:
    """Set the language of this request; registered to run before each one."""
    set_language(_asked_for())  # stands even when the database cannot say who asks
    g.theme = _known(request.cookies.get(THEME_COOKIE, ""))
    person = None if request.endpoint == "static" else actor_or_none()
    if person is not None:
        set_language(person.language)
        g.theme = _known(person.theme)


def _asked_for() -> str:
    """Return the language chosen in this browser, else the one the browser prefers."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT


def _known(theme: str) -> str:
    return theme if theme in THEMES else "auto"


def zone() -> str:
    """Return the time zone in which this reader's moments are shown."""
    person = actor_or_none()
    return person.time_zone if person else "Asia/Tokyo"
