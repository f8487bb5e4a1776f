"""What changed between two texts, by words in Latin script and by characters in Japanese."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum, auto

_JAPANESE = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_TOKEN = re.compile(rf"[{_JAPANESE}]|\s+|[^\W{_JAPANESE}]+|[^\s\w]|_")
_SENTENCE = re.compile(r"[^。.!?！？\n]*[。.!?！？\n]+|[^。.!?！？\n]+")
MOST_TOKENS = 1500


class Change(StrEnum):
    """What happened to a piece of text."""

    SAME = auto()
    GONE = auto()
    NEW = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with what happened to it."""

    change: Change
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """Return the pieces that lead from one text to the other.

    All pieces but the new ones make the old text, all but the gone ones the new text. Texts of
    more than 1,500 words are compared by sentences, so that the work stays bounded.

    >>> [(str(p.change), p.text) for p in differences("a cell", "a better cell")]
    [('same', 'a '), ('new', 'better '), ('same', 'cell')]
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(before), len(after)) > MOST_TOKENS:
        before, after = _SENTENCE.findall(old), _SENTENCE.findall(new)
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Change.SAME, "".join(before[i:j])))
            continue
        if j > i:
            pieces.append(Piece(Change.GONE, "".join(before[i:j])))
        if m > k:
            pieces.append(Piece(Change.NEW, "".join(after[k:m])))
    return pieces
