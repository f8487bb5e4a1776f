"""What the levels mean: the house's wording, and what a programme words in its own way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.readiness.model import Dimension
from accelerator.i18n import N_

PARTS = ("title", "text", "evidence")


@dataclass(frozen=True, slots=True)
class LevelText:
    """The wording of one level: what became true, a sentence on it, and the evidence wanted."""

    level: int
    title: Bilingual
    text: Bilingual
    evidence: Bilingual


@dataclass(frozen=True, slots=True)
class DimensionText:
    """The wording of one dimension."""

    dimension: Dimension
    name: Bilingual
    question: Bilingual
    levels: tuple[LevelText, ...]


def worded(house: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[DimensionText, ...]:
    """Return the wording of all dimensions: the house's, with a programme's own texts in it.

    `house` is the content file; `own` has, per dimension, a question and texts by level, and only
    those that differ. Names of dimensions are the house's everywhere.
    """
    return tuple(_dimension(Dimension(key), house[key], own.get(key, {})) for key in Dimension)


def differing(house: DimensionText, wanted: DimensionText) -> dict[str, Any]:
    """Return what a programme words in its own way, as it is stored; empty where nothing differs.

    >>> from accelerator.domain.bilingual import Bilingual as B
    >>> ours = DimensionText(Dimension.IP, B("知財", "IP"), B("何を", "What?"), ())
    >>> differing(ours, DimensionText(Dimension.IP, ours.name, B("誰の", "Whose?"), ()))
    {'question': {'ja': '誰の', 'en': 'Whose?'}}
    """
    found: dict[str, Any] = {}
    if wanted.question != house.question:
        found["question"] = wanted.question.as_dict()
    levels = {}
    for ours, theirs in zip(house.levels, wanted.levels, strict=True):
        own = {
            p: getattr(theirs, p).as_dict() for p in PARTS if getattr(theirs, p) != getattr(ours, p)
        }
        if own:
            levels[str(ours.level)] = own
    return found | ({"levels": levels} if levels else {})


def changed_levels(before: DimensionText, after: DimensionText) -> Iterator[int]:
    """Yield the levels whose wording differs."""
    for was, now in zip(before.levels, after.levels, strict=True):
        if was != now:
            yield was.level


def require_worded(wanted: DimensionText, languages: tuple[str, ...]) -> None:
    """Raise DomainError at the first text that is missing in a language of the programme."""
    texts = [("question", wanted.question)]
    texts += [(f"{part}{one.level}", getattr(one, part)) for one in wanted.levels for part in PARTS]
    for name, text in texts:
        for language in languages:
            if not text.side(language):
                raise DomainError(
                    "text_missing", N_("Write this in each language of the programme."),
                    field=f"{name}_{language}",
                )  # fmt: skip


def _dimension(key: Dimension, house: Mapping[str, Any], own: Mapping[str, Any]) -> DimensionText:
    levels = own.get("levels", {})
    return DimensionText(
        key,
        Bilingual.of(house["name"]),
        Bilingual.of(own.get("question") or house["question"]),
        tuple(_level(level, levels.get(str(level["level"]), {})) for level in house["levels"]),
    )


def _level(house: Mapping[str, Any], own: Mapping[str, Any]) -> LevelText:
    return LevelText(
        house["level"], *(Bilingual.of(own.get(part) or house[part]) for part in PARTS)
    )
