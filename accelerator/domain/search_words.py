"""How texts are cut into words to be found: bigrams for Japanese, words for Latin script.

Japanese has no spaces, and most of its words have two characters; overlapping pairs find all of
them, where trigram indexes miss every two-character word.
"""

import re
import unicodedata

_CJK = "\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{_CJK}]+|[^\\W_]+", re.UNICODE)
_IS_CJK = re.compile(f"[{_CJK}]")
_SPLIT = re.compile(f"([{_CJK}]+)")
LONGEST = 60


def runs(text: str) -> list[list[str]]:
    """Cut a text into runs; the words of one run stand side by side and are found as a phrase.

    >>> runs("審査員 Review")
    [['審査', '査員'], ['review']]
    """
    found: list[list[str]] = []
    for part in _SPLIT.split(unicodedata.normalize("NFKC", text).casefold()):
        for run in _RUN.findall(part):
            if _IS_CJK.match(run):
                pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
                found.append(pairs)
            else:
                found.append([run[:LONGEST]])
    return found


def words(text: str) -> list[str]:
    """Return the words of a text to be indexed, in order; single characters stand alone too.

    >>> words("電池 cell")
    ['電池', 'cell']
    """
    return [word for run in runs(text) for word in run]
