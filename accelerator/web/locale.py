"""Language, theme and time zone of a request: the person's own, else the browser's."""

from flask import g, request

from accelerator.i18n import DEFAULT, LANGUAGES, set_language
from accelerator.web.identity import actor_or_none

COOKIE = "language"
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


def choose() -> None:
    """Set the language of this request; registered to run before each one."""
    set_language(DEFAULT)
    if request.endpoint == "static":
        return
    person = actor_or_none()
    theme = person.theme if person else request.cookies.get(THEME_COOKIE, "")
    g.theme = theme if theme in THEMES else "auto"
    chosen = person.language if person else request.cookies.get(COOKIE, "")
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT
    set_language(chosen)


def zone() -> str:
    """Return the time zone in which this reader's moments are shown."""
    person = actor_or_none()
    return person.time_zone if person else "Asia/Tokyo"
