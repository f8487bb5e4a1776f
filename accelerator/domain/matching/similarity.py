"""How well reviewers fit ideas: words they share, skills that are asked for, what they wish.

Words are compared as TF-IDF vectors (sublinear, smoothed, of length one): single words and pairs of
neighbours in Latin script, two and three neighbouring characters in Japanese, where n-grams of
hiragana alone say nothing.

Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval (2008), section 6.4.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from accelerator.domain.matching.problem import Floats, Pair
from accelerator.domain.search_words import runs

_HIRAGANA = re.compile("[\u3041-\u309fー]+")
_JAPANESE = re.compile("[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_STOP = frozenset(
    re.findall(
        r"\w+",
        "a about after all also an and any are as at be been but by can could do for from had has "
        "have how i if in into is it its may more most no not of on one or other our out over so "
        "some such than that the their them then there these they this to too under up us was we "
        "were what when where which who will with without would you your",
    )
)
_WORD = re.compile("[\u3005-\u3007\u30a1-\u30ff\u3400-\u9fff\uf900-\ufaff]+")  # no hiragana
_KATAKANA = re.compile("[\u30a1-\u30ff]+")
# Words of which an English text consists whatever it is about; they count, but explain nothing.
_COMMON = """
a about after against all also an and any are as at be because been before between both but
by can could day days did do does each eight every few first five for four from had has have
he her here his how i if in into is it its last least less made make makes many may might
month months more most much need needs new nine no not of on one only or other others our
out over own per same second seven shall she should six so some such ten than that the their
them then there these they this those three to two under up use used uses using very was we
week weeks well were what when where which while who why will with within without would year
years you your
"""
COMMON = frozenset(_COMMON.split())
_PIECE = 2  # characters of the shortest Japanese term
MOST_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarityPolicy:
    """What each part weighs; the words' part lies between 0 and 1."""

    words: float = 1.0
    skills: float = 0.3  # of all that a reviewer declared, at most
    interested: float = 0.3
    avoids: float = -0.5


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a reviewer: texts in any language, and declared skills."""

    text: str = ""
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """What speaks for a pair: words shared, heaviest first, skills named, −1, 0 or 1 as wished."""

    words: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    wish: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Similarities:
    """The similarities of R reviewers and I ideas, and what is needed to say why."""

    values: Floats  # (R, I)
    terms: tuple[str, ...]
    reviewers: csr_array  # (R, terms)
    ideas: csr_array  # (I, terms)
    skills: Mapping[Pair, tuple[str, ...]]
    wishes: Mapping[Pair, int]

    def why(self, reviewer: int, idea: int) -> Why:
        """Return what speaks for one pair."""
        shared = self.reviewers[[reviewer]].multiply(self.ideas[[idea]]).tocoo()
        weights = {
            self.terms[term]: float(weight)
            for term, weight in zip(shared.coords[1], shared.data, strict=True)
        }
        pair = (reviewer, idea)
        return Why(_telling(weights), self.skills.get(pair, ()), self.wishes.get(pair, 0))


def _telling(weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return the heaviest few shared terms of which none is part of another.

    Japanese characters that stand together in both texts are put together again.
    """
    whole = {term: weight for term, weight in weights.items() if not _JAPANESE.match(term)}
    pieces = [t for t in sorted(weights) if len(t) == _PIECE and _WORD.fullmatch(t)]
    starting: dict[str, list[str]] = {}
    for piece in pieces:
        starting.setdefault(piece[0], []).append(piece)
    follows = {
        one: other
        for one in pieces
        for other in starting.get(one[1], ())
        if one + other[1] in weights
    }
    for start in sorted(set(pieces) - set(follows.values())):
        word, piece, weight = start, start, weights[start]
        while piece in follows:
            piece = follows.pop(piece)
            word, weight = word + piece[1], weight + weights[piece]
        whole[word] = weight
    kept: list[str] = []
    telling = [term for term in whole if _tells(term)]
    for term in sorted(telling, key=lambda term: (-whole[term], term)):
        if not any(term in other for other in kept):
            kept = [other for other in kept if other not in term] + [term]
    return tuple(kept[:MOST_WORDS])


def _tells(term: str) -> bool:
    """Say whether a term means something by itself: no common word, no shred of katakana.

    >>> [_tells(term) for term in ("two years", "pump two", "ター", "電池")]
    [False, True, False, True]
    """
    if _KATAKANA.fullmatch(term):
        return len(term) > _PIECE
    return not all(word in COMMON for word in term.split())


def terms_of(text: str) -> list[str]:
    """Return the terms of a text, in order and as often as they stand there.

    >>> terms_of("Solid-state cells")
    ['solid', 'state', 'solid state', 'cells', 'state cells']
    >>> terms_of("電池材料です")
    ['電池', '池材', '材料', '料で', '電池材', '池材料', '材料で', '料です']
    """
    found: list[str] = []
    before = ""
    for run in runs(text):
        if _JAPANESE.match(run[0]):
            grams = run + [a + b[-1] for a, b in pairwise(run)]
            found += [gram for gram in grams if not _HIRAGANA.fullmatch(gram)]
            before = ""
            continue
        word = run[0]
        if word in _STOP or len(word) == 1 or word.isdecimal():
            before = ""
            continue
        found.append(word)
        if before:
            found.append(f"{before} {word}")
        before = word
    return found


def similarities(
    reviewers: Sequence[Profile],
    ideas: Sequence[str],
    wishes: Mapping[Pair, int],
    policy: SimilarityPolicy | None = None,
) -> Similarities:
    """Compare R profiles with the texts of I ideas; `wishes` are 1 interested, −1 avoids.

    A declared skill counts where its words stand in the idea as they are; of several declared
    skills each further one counts half of the one before. Memory is O(R·I + words).

    >>> found = similarities([Profile("batteries", ("solid state",)), Profile("law")],
    ...                      ["Solid state batteries", "Contract law"], {(1, 0): -1})
    >>> found.values.round(2).tolist(), found.why(0, 0).skills
    ([[0.86, 0.0], [-0.5, 0.49]], ('solid state',))
    """
    policy = policy or SimilarityPolicy()
    of_reviewers = [terms_of(" . ".join((p.text, *p.skills))) for p in reviewers]
    of_ideas = [terms_of(text) for text in ideas]
    terms, matrix = _tf_idf([*of_reviewers, *of_ideas])
    left, right = matrix[: len(reviewers)], matrix[len(reviewers) :]
    values: Floats = policy.words * (left @ right.T).toarray()
    named = _named(reviewers, ideas)
    for pair, skills in named.items():
        values[pair] += policy.skills * (1 - 0.5 ** len(skills))
    for pair, wish in wishes.items():
        values[pair] += policy.interested if wish > 0 else policy.avoids if wish < 0 else 0.0
    return Similarities(values, terms, left, right, named, wishes)


def _tf_idf(texts: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], csr_array]:
    """Return the terms that several texts use, and a row of length one (or zero) for each text."""
    place: dict[str, int] = {}
    counts: list[dict[int, int]] = []
    for terms in texts:
        count: dict[int, int] = {}
        for term in terms:
            number = place.setdefault(term, len(place))
            count[number] = count.get(number, 0) + 1
        counts.append(count)
    columns = np.array([number for count in counts for number in count], dtype=np.int64)
    times = np.array([n for count in counts for n in count.values()], dtype=np.float64)
    rows = np.repeat(np.arange(len(counts)), [len(count) for count in counts])
    seen = np.bincount(columns, minlength=len(place))
    weights = (1 + np.log(times)) * (np.log((1 + len(texts)) / (1 + seen[columns])) + 1)
    lengths = np.sqrt(np.bincount(rows, weights**2, minlength=len(counts)))
    weights /= lengths[rows]
    shape = (len(counts), len(place))
    return tuple(place), csr_array((weights, (rows, columns)), shape=shape)


def _named(reviewers: Sequence[Profile], ideas: Sequence[str]) -> dict[Pair, tuple[str, ...]]:
    """Return the declared skills whose words stand in an idea."""
    folded = [f" {' '.join(_words(text))} " for text in ideas]
    wanted: dict[str, list[int]] = {}
    for reviewer, profile in enumerate(reviewers):
        for skill in dict.fromkeys(profile.skills):
            wanted.setdefault(skill, []).append(reviewer)
    found: dict[Pair, list[str]] = {}
    for skill, people in wanted.items():
        words = " ".join(_words(skill))
        if not words:
            continue
        phrase = words if _JAPANESE.search(words) else f" {words} "
        for idea, text in enumerate(folded):
            if phrase in text:
                for reviewer in people:
                    found.setdefault((reviewer, idea), []).append(skill)
    return {pair: tuple(skills) for pair, skills in found.items()}


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(r"[\w+#]+", plain)
