"""An outline as a file that people read and change: fields that say nothing new are left out."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.outline import PROGRAMME
from accelerator.domain.outline.schema import (
    CRITERION,
    LADDER,
    LEVEL_WORDS,
    MILESTONE,
    QUESTION,
    READINESS_WORDS,
    STAGE,
    STEP,
)

INLINE = 72
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_TAKEN = frozenset({"null", "true", "false"})
_ODD = "\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
_BLOCK = re.compile(rf"[^\s{_ODD}](?:[^{_ODD}]*[^\s{_ODD}])?")
_ESCAPED = re.compile(f"[{_ODD}]")
_BELOW = {
    "stages": STAGE,
    "readiness_words": READINESS_WORDS,
    "texts": LEVEL_WORDS,
    "ladders": LADDER,
    "steps": STEP,
    "questions": QUESTION,
    "criteria": CRITERION,
    "milestones": MILESTONE,
}
HEAD = """\
# A programme as one file. It can be changed here and imported again.
# Every text is {ja, en}. time_box_days, promise_days and offset_days are working days.
# reviewers_hidden: from the team; teams_hidden: from reviewers; peers_hidden: from each other.
# readiness_words: what levels mean where it differs from the usual words.
# minimums: the level of readiness to be proven at the gate. scale: marks go from 1 to this.
# ladders: how people are reminded where it differs from the usual; offset_days before are negative.
# anchor: entry counts from entering the stage, gate from the gate (before it: negative).

"""


def write(outline: Mapping[str, Any]) -> str:
    """Return the file of an outline; reading it gives the same outline."""
    return HEAD + "\n".join(_record(outline, PROGRAMME, "")) + "\n"


def _record(values: Mapping[str, Any], fields: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, field in fields.items():
        value: Any = values.get(name)
        if not field.required and (value is None or value in ({}, [], Bilingual())):
            continue
        if name in _BELOW:
            yield from _list(name, value or [], indent)
        elif isinstance(value, Bilingual):
            yield from _text(name, value, indent)
        elif name == "levels":
            yield f"{indent}{name}:"
            for level in value:
                yield from _item(_flow(level), list(_sides(level, indent + "    ")), indent)
        elif name == "options":
            yield f"{indent}{name}:"
            yield from (f"{indent}  - {_flow(option)}" for option in value)
        else:
            yield f"{indent}{name}: {_key(name, value)}"


def _list(name: str, values: list[Mapping[str, Any]], indent: str) -> Iterator[str]:
    if not values:
        yield f"{indent}{name}: []"
        return
    yield f"{indent}{name}:"
    for place, value in enumerate(values):
        lines = list(_record(value, _BELOW[name], indent + "    "))
        if name == "stages" and place:
            yield ""
        yield from _dashed(lines, indent)


def _dashed(lines: list[str], indent: str) -> Iterator[str]:
    yield f"{indent}  - {lines[0].strip()}"
    yield from lines[1:]


def _item(short: str, lines: list[str], indent: str) -> Iterator[str]:
    if len(short) <= INLINE + INLINE or not lines:
        yield f"{indent}  - {short}"
    else:
        yield from _dashed(lines, indent)


def _text(name: str, text: Bilingual, indent: str) -> Iterator[str]:
    short = _flow(text)
    if len(short) <= INLINE and "\\n" not in short:
        yield f"{indent}{name}: {short}"
    else:
        yield f"{indent}{name}:"
        yield from _sides(text, indent + "  ")


def _sides(text: Bilingual, indent: str) -> Iterator[str]:
    for code, side in text.as_dict().items():
        if "\n" in side and _BLOCK.fullmatch(side):
            yield f"{indent}{code}: |-"
            yield from (f"{indent}  {line}" if line else "" for line in side.split("\n"))
        elif side:
            yield f"{indent}{code}: {_quoted(side)}"


def _flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, Bilingual):
        value = {code: side for code, side in value.as_dict().items() if side}
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_word(k)}: {_key(k, v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_word, value)) + "]"
    return _quoted(value) if isinstance(value, str) else _number(value)


def _number(value: float | bool) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value).lower()


def _key(name: str, value: Any) -> str:
    """Return a value in a mapping: keys stay bare words, texts are quoted."""
    if isinstance(value, str) and name not in ("ja", "en"):
        return _word(value)
    return _flow(value)


def _word(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text not in _TAKEN else _quoted(text)


def _quoted(text: str) -> str:
    # JSON's strings are YAML's, once what YAML would fold or refuse is written by its number.
    return _ESCAPED.sub(lambda odd: f"\\u{ord(odd[0]):04x}", json.dumps(text, ensure_ascii=False))
