"""The text of a programme's file becomes an outline, or faults with their lines.

No scalar is interpreted here: what is a number and what a text is the schema's to say, so that a
text "no" stays a text. Aliases, anchors, tags and further documents are refused before anything
is put together, which leaves nothing to blow up.
"""

import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from accelerator import content
from accelerator.domain.outline import Fault, Fields, Items, Node, Scalar, check
from accelerator.domain.outline.nodes import Entry
from accelerator.i18n import N_

MOST_BYTES = 1_000_000
MOST_EVENTS = 60_000
DEEPEST = 12
Found = tuple[dict[str, Any], tuple[Fault, ...]]
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Refused(Exception):
    """The file is not read further, for a fault."""

    def __init__(self, line: int, message: str, **values: object) -> None:
        super().__init__(message)
        self.fault = Fault(line, message, values)


def read_bytes(data: bytes) -> tuple[str, Found]:
    """Read a file as it was uploaded; the text comes back too, as far as there is any."""
    if len(data) > MOST_BYTES:
        return "", ({}, (_too_large(),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault(line, N_("The file is not in UTF-8. Save it as UTF-8 and try again."))
        return data.decode("utf-8-sig", "replace"), ({}, (fault,))
    return text, read_text(text)


def read_text(text: str) -> Found:
    """Read a text that somebody pasted, or a ready-made one."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        return {}, (_too_large(),)
    if odd := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        return {}, (Fault(line, N_("This line has a character that cannot stand in such a file.")),)
    try:
        node = _node(text.removeprefix("\ufeff"))
    except _Refused as refused:
        return {}, (refused.fault,)
    return check(node)


@lru_cache
def ready_made(key: str) -> dict[str, Any]:
    """Return a ready-made programme; raise ValueError if it has a fault, which no release has."""
    outline, faults = read_text(content.text(f"programmes/{key}"))
    if faults:
        raise ValueError(f"{key}, line {faults[0].line}: {faults[0].message}")
    return outline


def _too_large() -> Fault:
    values = {"most": MOST_BYTES // 1000}
    return Fault(1, N_("The file is larger than %(most)s KB. A programme needs far less."), values)


def _node(text: str) -> Node:
    import yaml

    try:
        events = _safe(yaml.parse(text, Loader=yaml.CSafeLoader))
        node = _made(next(events), events)
        deque(events, maxlen=0)  # what follows the document is refused too
    except StopIteration:
        raise _Refused(1, N_("The file is empty.")) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _Refused(
            mark.line + 1 if mark else 1,
            N_(
                "The file cannot be read from here on. Look at the indentation, the quotation"
                " marks, colons and brackets here and in the line before."
            ),
        ) from error
    return node


def _safe(events: Iterator[Any]) -> Iterator[Any]:
    """Pass on the events of one document without anything that repeats or makes things."""
    import yaml

    documents = depth = 0
    for number, event in enumerate(events):
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(line, N_("Anchors (&) and aliases (*) are not allowed."))
        if getattr(event, "tag", None):
            raise _Refused(line, N_("Tags (!) are not allowed."))
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if documents > 1:
            raise _Refused(line, N_("One file holds one programme: a second one begins here."))
        if depth > DEEPEST:
            raise _Refused(line, N_("This is nested too deeply for a programme."))
        if number > MOST_EVENTS:
            raise _Refused(line, N_("The file has more parts than any programme."))
        if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            yield event


def _made(event: Any, events: Iterator[Any]) -> Node:
    import yaml

    line = _line(event)
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(line, event.value, event.style is None or not event.style)
    if isinstance(event, yaml.SequenceStartEvent):
        nodes = []
        while not isinstance(one := next(events), yaml.SequenceEndEvent):
            nodes.append(_made(one, events))
        return Items(line, tuple(nodes))
    entries = []
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent):
            raise _Refused(_line(key), N_("The name of a field is wanted here."))
        entries.append(Entry(key.value, _line(key), _made(next(events), events)))
    return Fields(line, tuple(entries))


def _line(event: Any) -> int:
    """Return the line in which something begins, counted from 1."""
    line: int = event.start_mark.line
    return line + 1
