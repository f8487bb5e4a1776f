"""Answers to a stage's questions: how long they are, how they read, and what is still missing.

A draft keeps whatever was typed. Only handing in asks whether an answer is one.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, auto
from typing import Any
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
    MONEY = auto()
    DATE = auto()
    LINK = auto()
    PERSON = auto()
    FILE = auto()
    TABLE = auto()


WRITTEN = frozenset({Kind.SHORT, Kind.LONG})
CHOSEN = frozenset({Kind.CHOICE, Kind.SEVERAL})
NAMING = frozenset({Kind.PERSON, Kind.FILE})
"""Their answers name people, or may: a blind round hides them, and nobody finds an idea by them."""
MOST_ROWS = 30
MOST_FILES = 5
TableRow = dict[str, str]
Value = str | list[str] | list[TableRow] | None


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from, a column of a table, or a currency."""

    key: str
    label: Bilingual


@dataclass(frozen=True, slots=True)
class Condition:
    """Ask only when another question of the stage was answered with one of these options."""

    question: str
    any_of: frozenset[str]

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Condition | None":
        """Read the JSON form."""
        return cls(stored["question"], frozenset(stored["any_of"])) if stored else None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"question": self.question, "any_of": sorted(self.any_of)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as far as its answer cares. A limit is in words."""

    key: str
    kind: Kind
    label: Bilingual
    required: bool = False
    word_limit: int | None = None
    options: tuple[Option, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What the team gave: a text in two languages, or a value as it was typed or chosen.

    People and files are given as the numbers of their rows, `names` says who and which they are;
    a name that nobody has stays the text that was typed.
    """

    text: Bilingual = field(default_factory=Bilingual)
    value: Value = None
    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.value)


@dataclass(frozen=True, slots=True)
class Lack:
    """Something to mend before handing in: the field's name, its label, and the sentence."""

    field: str
    label: Bilingual
    message: str
    number: int = 0

    @property
    def values(self) -> dict[str, int]:
        """Return what the sentence names; a word is two Japanese characters."""
        return {"number": self.number, "characters": 2 * self.number} if self.number else {}


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


def lacks_of(asked: Sequence[Asked], given: Mapping[str, Given]) -> list[Lack]:
    """Return what the answers lack to be handed in; what is not asked lacks nothing."""
    now = asked_now(asked, given)
    return [
        lack
        for question in asked
        if question.key in now
        for lack in lack_of(question, given.get(question.key, Given()))
    ]


def asked_now(asked: Iterable[Asked], given: Mapping[str, Given]) -> frozenset[str]:
    """Return the keys of the questions that the answers so far leave standing.

    A question whose condition's own question is not asked is not asked either. A condition on a
    question that is no longer there asks nothing. Conditions in a circle count as met.
    """
    questions = {question.key: question for question in asked}
    known: dict[str, bool] = {}

    def is_asked(key: str, above: frozenset[str]) -> bool:
        if key not in known:
            condition = questions[key].condition
            if condition is None or condition.question not in questions or key in above:
                return True
            answer = given.get(condition.question, Given())
            known[key] = not condition.any_of.isdisjoint(_keys(answer.value)) and is_asked(
                condition.question, above | {key}
            )
        return known[key]

    return frozenset(key for key in questions if is_asked(key, frozenset()))


def _keys(value: Value) -> list[str]:
    found = [value] if isinstance(value, str) else value or []
    return [key for key in found if isinstance(key, str)]


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
    message = N_(
        "This is too long, by about %(number)s words, or %(characters)s Japanese characters."
    )
    return [Lack(name, label, message, over)]


def _fault(asked: Asked, value: Value) -> str:
    if not value:
        return N_("This is still empty.") if asked.required else ""
    keys = {option.key for option in asked.options}
    if asked.kind in CHOSEN:
        return "" if keys.issuperset(_keys(value)) else N_("Choose one of the answers offered.")
    if asked.kind is Kind.PERSON:
        good = isinstance(value, list)
        return "" if good else N_("No employee has this name. Choose one of those offered.")
    if asked.kind in (Kind.FILE, Kind.TABLE):
        return ""
    if not isinstance(value, str):
        return N_("This is still empty.")
    return _fault_of_typed(asked.kind, value, keys)


def _fault_of_typed(kind: Kind, value: str, keys: Collection[str]) -> str:
    if kind is Kind.NUMBER:
        return "" if number(value) is not None else N_("Write a number, for example 1200 or 3.5.")
    if kind is Kind.MONEY:
        amount, currency = money(value)
        if number(amount) is None:
            return N_("Write an amount, for example 1,200,000.")
        return "" if currency in keys else N_("Choose one of the currencies offered.")
    if kind is Kind.DATE:
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


def money(value: str) -> tuple[str, str]:
    """Return the amount as it was typed, and its currency.

    >>> money("1,200,000 JPY"), money("soon")
    (('1,200,000', 'JPY'), ('soon', ''))
    """
    amount, _space, currency = value.rpartition(" ")
    return (amount, currency) if amount else (currency, "")


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
    """Return an answer as people read it: its text, its lines, or the labels of what was chosen."""
    if asked.kind in WRITTEN:
        return given.text
    if asked.kind in CHOSEN:
        chosen = _keys(given.value)
        labels = [option.label for option in asked.options if option.key in chosen]
        return Bilingual(
            "、".join(label.pick("ja") for label in labels),
            ", ".join(label.pick("en") for label in labels),
        )
    if asked.kind is Kind.TABLE:
        columns = [option.key for option in asked.options]
        text = "\n".join(
            " | ".join(row.get(column, "") for column in columns) for row in rows(given.value)
        )
        return Bilingual(text, text)
    if asked.kind in NAMING and isinstance(given.value, list):
        return Bilingual("、".join(given.names), ", ".join(given.names))
    typed = given.value if isinstance(given.value, str) else ""
    return _sum(asked, typed) if asked.kind is Kind.MONEY else Bilingual(typed, typed)


def _sum(asked: Asked, typed: str) -> Bilingual:
    amount, currency = money(typed)
    unit = next((option.label for option in asked.options if option.key == currency), None)
    if number(amount) is None or unit is None:
        return Bilingual(typed, typed)
    plain = f"{number(amount):,.2f}".removesuffix(".00")
    return Bilingual(f"{plain} {unit.pick('ja')}", f"{unit.pick('en')} {plain}")


def rows(value: Value) -> list[TableRow]:
    """Return the rows of a table's answer."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def frozen(asked: Sequence[Asked], given: Mapping[str, Given]) -> list[dict[str, object]]:
    """Return the answers as a version keeps them, readable without the questions.

    What was not asked is left out; its answer stays with the idea.
    """
    now = asked_now(asked, given)
    return [
        _kept(question, given.get(question.key, Given()))
        for question in asked
        if question.key in now
    ]


def _kept(asked: Asked, given: Given) -> dict[str, object]:
    kept: dict[str, object] = {
        "key": asked.key,
        "kind": str(asked.kind),
        "label": asked.label.as_dict(),
        "text": readable(asked, given).as_dict(),
        "value": given.value,
    }
    if asked.kind is Kind.TABLE:
        kept["columns"] = [{"key": o.key, "label": o.label.as_dict()} for o in asked.options]
    return kept
