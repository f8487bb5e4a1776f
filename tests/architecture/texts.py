"""Every text a person sees, taken from the code and the templates, and its Japanese."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from tests.architecture.sources import ROOT, below, place

KEYWORDS = {
    "_": None,
    "gettext": None,
    "N_": None,
    "lazy_gettext": None,
    "_l": None,
    "ngettext": (1, 2),
}
JINJA = {
    "extensions": "jinja2.ext.do",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}


@dataclass(frozen=True)
class Text:
    """One English text, with its plural where it counts something, and a place that shows it."""

    singular: str
    plural: str | None
    place: str


@cache
def used() -> dict[str, Text]:
    """Return each text under its singular."""
    texts: dict[str, Text] = {}
    for path in below("accelerator", ".py"):
        texts.update((text.singular, text) for text in extract(path, "python"))
    for path in below("templates", ".html", ".txt"):
        texts.update((text.singular, text) for text in extract(path, "jinja2"))
    return texts


def extract(path: Path, method: str) -> Iterator[Text]:
    """Yield the texts of one file."""
    options = JINJA if method == "jinja2" else {}
    for line, message, _, _ in extract_from_file(method, path, KEYWORDS, options=options):
        singular, plural = message if isinstance(message, tuple) else (message, None)
        yield Text(singular, plural, place(path, line))


@cache
def catalogues() -> dict[Path, Catalog]:
    """Return the Japanese catalogues."""
    found = {}
    for path in sorted((ROOT / "accelerator/i18n/ja").glob("*.po")):
        with path.open("rb") as file:
            found[path] = read_po(file, abort_invalid=True)
    return found


def translations() -> Iterator[tuple[Path, str, str, Message]]:
    """Yield file, English singular, Japanese and the whole message."""
    for path, catalogue in catalogues().items():
        for message in catalogue:
            if message.id:
                english = message.id if isinstance(message.id, str) else message.id[0]
                both = message.string if isinstance(message.string, str) else message.string[0]
                yield path, english, both, message
