"""Designing questions: their keys, what they need to be asked, and whom a change touches."""

import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum, auto

from accelerator.domain.answers import (
    CHOSEN,
    WRITTEN,
    Asked,
    Given,
    Kind,
    Option,
    asked_now,
    lack_of,
)
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.i18n import N_

MOST_QUESTIONS = 100
MOST_OPTIONS = 30
LONGEST_KEY = 40
WITH_OPTIONS = CHOSEN | {Kind.MONEY, Kind.TABLE}
CURRENCIES = (
    Option("JPY", Bilingual("円", "JPY")),
    Option("USD", Bilingual("米ドル", "USD")),
    Option("EUR", Bilingual("ユーロ", "EUR")),
    Option("GBP", Bilingual("ポンド", "GBP")),
    Option("CNY", Bilingual("人民元", "CNY")),
    Option("SGD", Bilingual("シンガポールドル", "SGD")),
)


class Effect(StrEnum):
    """What a change of a question does to an idea that is being worked on."""

    MUST_ANSWER = auto()
    TOO_LONG = auto()
    NOT_OFFERED = auto()
    NOT_ASKED = auto()
    REWORDED = auto()


def new_key(label: Bilingual, taken: Collection[str], stem: str = "question") -> str:
    """Return a key that says what a question is about, where its English label does.

    >>> new_key(Bilingual("強み", "Why us?"), []), new_key(Bilingual("強み"), ["question-1"])
    ('why_us', 'question-2')
    """
    words = re.findall(r"[a-z0-9]+", label.en.lower())
    plain = "_".join(words)[:LONGEST_KEY].rstrip("_")
    if plain and plain not in taken:
        return plain
    start = f"{plain[: LONGEST_KEY - 4]}-" if plain else f"{stem}-"
    number = next(n for n in range(1, len(taken) + 2) if f"{start}{n}" not in taken)
    return f"{start}{number}"


def stepped(keys: Sequence[str], key: str, *, up: bool) -> list[str]:
    """Return keys in which one changed its place with its neighbour; unchanged at the ends.

    >>> stepped(["a", "b", "c"], "b", up=True), stepped(["a", "b"], "b", up=False)
    (['b', 'a', 'c'], ['a', 'b'])
    """
    found = list(keys)
    here = found.index(key) if key in found else -1
    there = here - 1 if up else here + 1
    if here >= 0 and 0 <= there < len(found):
        found[here], found[there] = found[there], found[here]
    return found


def require_askable(asked: Asked) -> None:
    """Raise unless a question has what its kind needs."""
    if not asked.label:
        raise DomainError("no_label", N_("Write this in at least one language."), field="label_ja")
    least = {Kind.CHOICE: 2, Kind.SEVERAL: 2, Kind.TABLE: 1, Kind.MONEY: 1}.get(asked.kind, 0)
    if len(asked.options) < least:
        text = {
            Kind.TABLE: N_("A table needs at least one column."),
            Kind.MONEY: N_("Offer at least one currency."),
        }
        raise DomainError(
            "few_options",
            text.get(asked.kind, N_("Offer at least two answers to choose from.")),
            field="options",
        )


def require_order(asked: Sequence[Asked]) -> None:
    """Raise unless each question stands after the one it hangs on, and that one offers a choice."""
    seen: dict[str, Asked] = {}
    present = {question.key: question for question in asked}
    for question in asked:
        condition = question.condition
        if condition is not None and condition.question in present:
            source = seen.get(condition.question)
            if source is None:
                raise DomainError(
                    "before_its_condition",
                    N_(
                        "“%(question)s” is asked only after an answer to “%(source)s”, so it "
                        "stands below it. Nothing was moved."
                    ),
                    question=question.label,
                    source=present[condition.question].label,
                )
            if source.kind not in CHOSEN:
                raise DomainError(
                    "no_choice",
                    N_("Choose a question that offers a choice."),
                    field="condition_question",
                )
        seen[question.key] = question


def hangs_on(asked: Sequence[Asked], key: str) -> list[Asked]:
    """Return the questions whose condition names a question."""
    return [one for one in asked if one.condition is not None and one.condition.question == key]


def effect_of(
    before: Sequence[Asked], after: Sequence[Asked], key: str, given: Mapping[str, Given]
) -> Effect | None:
    """Return what it does to an idea's answers that a stage's questions change at `key`.

    Only what the question itself asks is looked at; where it leads, its followers are asked again
    with their own keys.
    """
    was = next((one for one in before if one.key == key), None)
    now = next((one for one in after if one.key == key), None)
    answer = given.get(key, Given())
    was_asked = was is not None and key in asked_now(before, given)
    is_asked = now is not None and key in asked_now(after, given)
    if not is_asked or now is None:
        return Effect.NOT_ASKED if was_asked and answer else None
    lacks = lack_of(now, answer)
    if was_asked and was is not None and lacks == lack_of(was, answer):
        reworded = answer and (was.label, was.options) != (now.label, now.options)
        return Effect.REWORDED if reworded else None
    if not lacks:
        return None
    if not answer:
        return Effect.MUST_ANSWER
    return Effect.TOO_LONG if now.kind in WRITTEN else Effect.NOT_OFFERED
