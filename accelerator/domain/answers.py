"""Answers to a stage's questions: how long they are, how they read, and what is still missing.

A draft keeps whatever was typed. Only handing in asks whether an answer is one.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, auto
from urllib.parse import urlsplit

from accelerator.domain.bilingual import Bilingual
from accelerator.i18n import N_

_JAPANESE = "\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_IS_JAPANESE = re.compile(f"[{_JAPANESE}]")
_LATIN_WORD = re.compile(rf"[^\W_{_JAPANESE}]+(?:['’.-][^\W_{_JAPANESE}]+)*")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
_SCHEMES = ("http", "https")
TITLE_LIMIT = 30
SUMMARY_LIMIT = 80


class Kind(StrEnum):
    """What sort of answer a question asks for."""

    SHORT = auto()
    LONG = auto()
    CHOICE = auto()
    SEVERAL = auto()
    NUMBER = auto()
    DATE = auto()
    LINK = auto()


WRITTEN = frozenset({Kind.SHORT, Kind.LONG})
Value = str | list[str] | None


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from."""

    key: str
    label: Bilingual


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as far as its answer cares. A limit is in words."""

    key: str
    kind: Kind
    label: Bilingual
    required: bool = False
    word_limit: int | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What the team gave: a text in two languages, or a value as it was typed or chosen."""

    text: Bilingual = field(default_factory=Bilingual)
    value: Value = None


@dataclass(frozen=True, slots=True)
class Lack:
    """Something to mend before handing in: the field's name, its label, and the sentence."""

    field: str
    label: Bilingual
    message: str
    number: int = 0


def length(text: str) -> int:
    """Return a text's length in words; a Japanese character counts as half a word, rounded up.

    Space and punctuation count nothing, so one limit is equally long in both languages.

    >>> length("It's a better cell"), length("より良い電池"), length("AI で審査")
    (4, 3, 3)
    """
    japanese = len(_IS_JAPANESE.findall(text))
    return len(_LATIN_WORD.findall(text)) + math.ceil(japanese / 2)


def written_in(text: str, default: str) -> str:
    """Return the language a text is written in: "ja" when it has Japanese, "en" when Latin words.

    >>> written_in("電池", "en"), written_in("Cell", "ja"), written_in("", "ja")
    ('ja', 'en', 'ja')
    """
    if _IS_JAPANESE.search(text):
        return "ja"
    return "en" if _LATIN_WORD.search(text) else default


def lacks_of_head(title: Bilingual, summary: Bilingual) -> list[Lack]:
    """Return what the title and the summary lack."""
    return [
        *_lacks_of_text("title", Bilingual("タイトル", "Title"), title, TITLE_LIMIT),
        *_lacks_of_text("summary", Bilingual("概要", "Summary"), summary, SUMMARY_LIMIT),
    ]


def lack_of(asked: Asked, given: Given) -> list[Lack]:
    """Return what one answer lacks to be handed in; nothing when it is good."""
    name = f"answer_{asked.key}"
    if asked.kind in WRITTEN:
        needed = _lacks_of_text(name, asked.label, given.text, asked.word_limit)
        return needed if given.text or asked.required else []
    message = _fault(asked, given.value)
    return [Lack(name, asked.label, message)] if message else []


def _lacks_of_text(name: str, label: Bilingual, text: Bilingual, limit: int | None) -> list[Lack]:
    if not text:
        return [Lack(name, label, N_("This is still empty."))]
    over = max(length(text.ja), length(text.en)) - limit if limit else 0
    if over <= 0:
        return []
    return [Lack(name, label, N_("This is too long, by about %(number)s words."), over)]


def _fault(asked: Asked, value: Value) -> str:
    if not value:
        return N_("This is still empty.") if asked.required else ""
    keys = {option.key for option in asked.options}
    if asked.kind in (Kind.CHOICE, Kind.SEVERAL):
        chosen = [value] if isinstance(value, str) else value
        return "" if keys.issuperset(chosen) else N_("Choose one of the answers offered.")
    if not isinstance(value, str):
        return N_("This is still empty.")
    if asked.kind is Kind.NUMBER:
        return "" if number(value) is not None else N_("Write a number, for example 1200 or 3.5.")
    if asked.kind is Kind.DATE:
        return "" if day(value) else N_("Write a date, for example 2027-04-01.")
    return "" if is_link(value) else N_("Write a whole address that starts with https://.")


def number(typed: str) -> float | None:
    """Return the number somebody typed, full-width digits and thousands included, or None.

    >>> number("1,200"), number("３.5"), number("many")
    (1200.0, 3.5, None)
    """
    plain = typed.strip().replace(",", "").replace("，", "").replace("．", ".")
    if not _NUMBER.fullmatch(plain):
        return None
    return float(plain)


def day(typed: str) -> date | None:
    """Return the date somebody typed as year-month-day, or None."""
    try:
        return date.fromisoformat(typed.strip().replace("/", "-"))
    except ValueError:
        return None


def is_link(typed: str) -> bool:
    """Say whether something is a whole web address and nothing else."""
    try:
        parts = urlsplit(typed.strip())
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.hostname) and not re.search(r"\s", typed.strip())


def readable(asked: Asked, given: Given) -> Bilingual:
    """Return an answer as people read it: its text, or the labels of what was chosen."""
    if asked.kind in WRITTEN:
        return given.text
    if asked.kind in (Kind.CHOICE, Kind.SEVERAL):
        chosen = [given.value] if isinstance(given.value, str) else given.value or []
        labels = [option.label for option in asked.options if option.key in chosen]
        return Bilingual(
            "、".join(label.pick("ja") for label in labels),
            ", ".join(label.pick("en") for label in labels),
        )
    typed = given.value if isinstance(given.value, str) else ""
    return Bilingual(typed, typed)


def frozen(asked: Sequence[Asked], given: dict[str, Given]) -> list[dict[str, object]]:
    """Return the answers as a version keeps them, readable without the questions."""
    return [
        {
            "key": question.key,
            "kind": str(question.kind),
            "label": question.label.as_dict(),
            "text": readable(question, given.get(question.key, Given())).as_dict(),
            "value": given.get(question.key, Given()).value,
        }
        for question in asked
    ]
