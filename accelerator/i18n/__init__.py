"""Languages: English is the source text, Japanese stands in one PO file per feature.

The current language is a context variable and not a part of the web request, because mails and
jobs speak to people too, each in the receiver's language. See ADR 0004.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LANGUAGES = {"en": "English", "ja": "日本語"}
DEFAULT = "en"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


def language() -> str:
    """Return the language spoken now: "en" or "ja"."""
    return _language.get()


def set_language(code: str) -> None:
    """Speak this language from here on in the present context; unknown ones become English."""
    _language.set(code if code in LANGUAGES else DEFAULT)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for the length of a block."""
    token = _language.set(code if code in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


def N_(message: str) -> str:  # noqa: N802 - the field's own name for it
    """Mark a text that is translated later, where it is shown."""
    return message


def gettext(message: str, **values: object) -> str:
    """Return the text in the language spoken now, with its placeholders filled."""
    text = message if _language.get() == "en" else _catalogue(_language.get()).get(message, message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """Return the text for a count; `%(num)s` is the count. Japanese has one form."""
    values.setdefault("num", f"{n:,}")
    return counted(singular, plural, n) % values


def counted(singular: str, plural: str, n: int) -> str:
    """Return the text for a count with its placeholders open: templates fill and escape them."""
    if _language.get() == "en":
        return singular if n == 1 else plural
    return _catalogue(_language.get()).get(singular, singular if n == 1 else plural)


def space() -> str:
    """Return what stands between two sentences: Japanese ones follow each other without a space."""
    return "" if _language.get() == "ja" else " "


class Lazy:
    """A text whose language is chosen when it is shown; for labels made at import time."""

    __slots__ = ("message", "values")

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return gettext(self.message, **self.values)

    def __mod__(self, values: object) -> str:
        return str(self) % values


def lazy_gettext(message: str, **values: object) -> str:
    """Return a Lazy text; typed as str because libraries that take labels only show them."""
    return Lazy(message, **values)  # type: ignore[return-value]


@lru_cache
def _catalogue(code: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    texts: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / code).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if not message.id or message.fuzzy:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                value = (
                    message.string
                    if isinstance(message.string, str)
                    else (message.string or ("",))[0]
                )
                if value:
                    texts[key] = value
    return texts
