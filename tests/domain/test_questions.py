"""Designing questions: conditions, order, keys, and whom a change touches."""

import doctest
from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from accelerator.domain import questions
from accelerator.domain.answers import (
    Asked,
    Condition,
    Given,
    Kind,
    Option,
    asked_now,
    frozen,
    lacks_of,
)
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.questions import Effect, effect_of, new_key, require_askable, require_order

LABEL = Bilingual("設問", "Question")
OPTIONS = tuple(Option(key, Bilingual(key, key)) for key in "abc")
KEYS = ["q0", "q1", "q2", "q3", "q4"]


@st.composite
def stages(draw: st.DrawFn, *, ordered: bool = True) -> list[Asked]:
    """A stage whose questions hang on each other; `ordered`: only on earlier ones."""
    found = []
    for i, key in enumerate(KEYS):
        sources = KEYS[:i] if ordered else KEYS
        condition = None
        if sources and draw(st.booleans()):
            chosen = draw(st.frozensets(st.sampled_from("abc"), min_size=1))
            condition = Condition(draw(st.sampled_from(sources)), chosen)
        kind = draw(st.sampled_from([Kind.CHOICE, Kind.SEVERAL]))
        found.append(Asked(key, kind, LABEL, draw(st.booleans()), None, OPTIONS, condition))
    return found


ANSWERS = st.dictionaries(
    st.sampled_from(KEYS),
    st.one_of(
        st.sampled_from("abcx").map(lambda value: Given(value=value)),
        st.lists(st.sampled_from("abc"), unique=True).map(lambda value: Given(value=value)),
    ),
)


def test_the_examples_hold() -> None:
    assert doctest.testmod(questions).failed == 0


@for_all(stages(ordered=False), ANSWERS)
def test_what_is_not_asked_is_neither_required_nor_frozen_nor_lost(
    asked: list[Asked], given: dict[str, Given]
) -> None:
    kept = dict(given)
    now = asked_now(asked, given)
    assert {lack.field.removeprefix("answer_") for lack in lacks_of(asked, given)} <= now
    assert {answer["key"] for answer in frozen(asked, given)} == now
    assert given == kept


@for_all(stages(), ANSWERS)
def test_a_question_is_asked_when_its_own_source_is_asked_and_answered_so(
    asked: list[Asked], given: dict[str, Given]
) -> None:
    now = asked_now(asked, given)
    for question in asked:
        condition = question.condition
        if condition is None:
            assert question.key in now
            continue
        value = given.get(condition.question, Given()).value or []
        met = not condition.any_of.isdisjoint([value] if isinstance(value, str) else value)
        assert (question.key in now) == (met and condition.question in now)


@for_all(stages(), ANSWERS, st.sampled_from(KEYS), st.data())
def test_no_idea_that_was_ready_lacks_something_unannounced(
    before: list[Asked], given: dict[str, Given], key: str, data: st.DataObject
) -> None:
    """Whoever could hand in before a change and cannot after it is named by some effect."""
    after = [
        replace(
            one, required=data.draw(st.booleans()), options=OPTIONS[: data.draw(st.integers(2, 3))]
        )
        if one.key == key
        else one
        for one in before
    ]
    if lacks_of(before, given) or not lacks_of(after, given):
        return
    assert {effect_of(before, after, one, given) for one in KEYS} - {None, Effect.REWORDED}


@for_all(stages(), ANSWERS, st.sampled_from(KEYS))
def test_removing_touches_exactly_those_who_answered(
    before: list[Asked], given: dict[str, Given], key: str
) -> None:
    after = [one for one in before if one.key != key]
    answered = key in asked_now(before, given) and bool(given.get(key, Given()))
    assert effect_of(before, after, key, given) is (Effect.NOT_ASKED if answered else None)


def test_effects_are_told_apart() -> None:
    long = Asked("q", Kind.LONG, LABEL, required=False, word_limit=50)
    written = {"q": Given(Bilingual(en="one two three four five six"))}
    cases = [
        (replace(long, required=True), {}, Effect.MUST_ANSWER),
        (replace(long, required=True), written, None),
        (replace(long, word_limit=5), written, Effect.TOO_LONG),
        (replace(long, label=Bilingual("別", "Other")), written, Effect.REWORDED),
        (replace(long, label=Bilingual("別", "Other")), {}, None),
    ]
    for now, given, effect in cases:
        assert effect_of([long], [now], "q", given) is effect
    assert effect_of([], [replace(long, required=True)], "q", {}) is Effect.MUST_ANSWER
    assert effect_of([], [long], "q", {}) is None


def test_a_question_stands_below_the_one_it_hangs_on() -> None:
    source = Asked("s", Kind.CHOICE, LABEL, options=OPTIONS)
    below = Asked("b", Kind.SHORT, LABEL, condition=Condition("s", frozenset("a")))
    require_order([source, below])
    require_order([below])  # its source is gone: nothing hangs on it
    with pytest.raises(DomainError) as caught:
        require_order([below, source])
    assert caught.value.code == "before_its_condition"
    with pytest.raises(DomainError) as caught:
        require_order([replace(source, kind=Kind.SHORT), below])
    assert caught.value.code == "no_choice"


@pytest.mark.parametrize(
    ("kind", "few", "enough"),
    [(Kind.CHOICE, 1, 2), (Kind.SEVERAL, 1, 2), (Kind.TABLE, 0, 1), (Kind.MONEY, 0, 1)],
)
def test_each_kind_has_what_it_needs(kind: Kind, few: int, enough: int) -> None:
    require_askable(Asked("q", kind, LABEL, options=OPTIONS[:enough]))
    with pytest.raises(DomainError) as caught:
        require_askable(Asked("q", kind, LABEL, options=OPTIONS[:few]))
    assert caught.value.field == "options"


@for_all(st.text(max_size=60), st.lists(st.text("abq_-123", max_size=12), max_size=20))
def test_keys_are_new_and_short(label: str, taken: list[str]) -> None:
    key = new_key(Bilingual("", label), taken)
    assert key not in taken
    assert 0 < len(key) <= 40


def test_a_question_without_words_is_none():
    with pytest.raises(DomainError) as refused:
        require_askable(Asked("q", Kind.SHORT, Bilingual()))
    assert refused.value.field == "label_ja"
