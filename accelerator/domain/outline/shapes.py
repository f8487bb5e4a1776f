"""The shapes a value of an outline can have: each reads a node and notes what is wrong with it."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.outline.nodes import Faults, Fields, Items, Node, Scalar
from accelerator.i18n import N_

Shape = Callable[[Node, Faults], Any]
LANGUAGES = ("ja", "en")
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,20})?([eE][+-]?\d{1,2})?", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: its shape, and what holds where it is left out."""

    shape: Shape
    default: Any = None
    required: bool = False


def needed(shape: Shape) -> Field:
    """Return a field that cannot be left out."""
    return Field(shape, required=True)


def record(fields: Mapping[str, Field]) -> Shape:
    """Named fields, no others."""

    def read(node: Node, faults: Faults) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if not isinstance(node, Fields):
            faults.add(node.line, N_("Fields with names are wanted here: %(names)s."),
                       names=", ".join(fields))  # fmt: skip
            return found
        seen: dict[str, int] = {}
        for key, line, value in node.entries:
            if key in seen:
                faults.add(line, N_("“%(key)s” stands here twice, first in line %(first)s."),
                           key=_short(key), first=seen[key])  # fmt: skip
            elif key not in fields:
                faults.add(line, N_("“%(key)s” is not known here. Known are: %(names)s."),
                           key=_short(key), names=", ".join(fields))  # fmt: skip
            elif not (isinstance(value, Scalar) and value.nothing):
                found[key] = fields[key].shape(value, faults)
            seen.setdefault(key, line)
        for key, one in fields.items():
            if key not in found:
                found[key] = one.default() if callable(one.default) else one.default
                if one.required:
                    faults.add(node.line, N_("“%(key)s” is missing here."), key=key)
        return {key: found[key] for key in fields}

    return read


def many(shape: Shape, *, most: int, unique: str = "") -> Shape:
    """Make the shape of a list; with `unique`, no two of it have the same value in that field."""

    def read(node: Node, faults: Faults) -> list[Any]:
        if not isinstance(node, Items):
            faults.add(node.line, N_("A list is wanted here: lines that begin with “-”."))
            return []
        if len(node.nodes) > most:
            faults.add(node.line, N_("This list has more than %(most)s parts."), most=most)
        found = [shape(one, faults) for one in node.nodes[:most]]
        seen: dict[str, int] = {}
        for one, value in zip(node.nodes, found, strict=False):
            key = value.get(unique) if unique and isinstance(value, dict) else None
            line = one.line_of(unique) if isinstance(one, Fields) else one.line
            if key is not None and key in seen:
                faults.add(line, N_("“%(key)s” stands here twice, first in line %(first)s."),
                           key=_short(str(key)), first=seen[key])  # fmt: skip
            elif key is not None:
                seen[key] = line
        return found

    return read


def text(most: int, *, required: bool = False) -> Shape:
    """Make the shape of a text in two languages, of at most so many characters each."""
    sides = record({code: Field(_written(most), "") for code in LANGUAGES})

    def read(node: Node, faults: Faults) -> Bilingual:
        if not isinstance(node, Fields):
            faults.add(node.line, N_("A text in both languages is wanted here: {ja: …, en: …}."))
            return Bilingual()
        found = Bilingual(**sides(node, faults))
        if required and not found:
            faults.add(node.line, N_("Write this in at least one language."))
        return found

    return read


def _written(most: int) -> Shape:
    def read(node: Node, faults: Faults) -> str:
        if not isinstance(node, Scalar):
            faults.add(node.line, N_("A text is wanted here."))
            return ""
        if len(node.text) > most:
            faults.add(node.line, N_("This text has more than %(most)s characters."), most=most)
        if _UNSTORABLE.search(node.text):
            faults.add(node.line, N_("This text has a character that cannot be stored."))
        return node.text

    return read


def word(pattern: str) -> Shape:
    """Make the shape of a key of letters, digits and strokes."""
    known = re.compile(pattern, re.ASCII)

    def read(node: Node, faults: Faults) -> str | None:
        if isinstance(node, Scalar) and known.fullmatch(node.text):
            return node.text
        faults.add(
            node.line,
            N_("A key is wanted here: at most 40 letters, digits, hyphens and underscores."),
        )
        return None

    return read


def whole(low: int, high: int) -> Shape:
    """Make the shape of a whole number between two others."""

    def read(node: Node, faults: Faults) -> int | None:
        if isinstance(node, Scalar) and node.plain and _WHOLE.fullmatch(node.text):
            value = int(node.text)
            if low <= value <= high:
                return value
        faults.add(node.line, N_("A whole number from %(low)s to %(high)s is wanted here."),
                   low=low, high=high)  # fmt: skip
        return None

    return read


def number(low: float, high: float) -> Shape:
    """Make the shape of a number between two others."""

    def read(node: Node, faults: Faults) -> float | None:
        if isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(node.text):
            value = float(node.text)
            if low <= value <= high:
                return value
        faults.add(node.line, N_("A number from %(low)s to %(high)s is wanted here."),
                   low=low, high=high)  # fmt: skip
        return None

    return read


def truth(node: Node, faults: Faults) -> bool | None:
    """Read true or false."""
    if isinstance(node, Scalar) and node.plain and node.text.lower() in ("true", "false"):
        return node.text.lower() == "true"
    faults.add(node.line, N_("Write true or false here."))
    return None


def one_of(choices: Collection[str]) -> Shape:
    """Make the shape of one word among several."""

    def read(node: Node, faults: Faults) -> str | None:
        if isinstance(node, Scalar) and node.text in choices:
            return node.text
        faults.add(node.line, N_("One of these is wanted here: %(names)s."),
                   names=", ".join(choices))  # fmt: skip
        return None

    return read


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST_SHOWN else key[:_LONGEST_SHOWN] + "…"
