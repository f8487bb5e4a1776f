"""Answers: equally long in both languages, kept as typed, and asked for only when handed in."""

import doctest
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain import answers
from accelerator.domain.answers import (
    Asked,
    Given,
    Kind,
    Option,
    day,
    frozen,
    is_link,
    lack_of,
    lacks_of_head,
    length,
    number,
    readable,
    written_in,
)
from accelerator.domain.bilingual import Bilingual

LABEL = Bilingual("設問", "Question")
OPTIONS = (Option("a", Bilingual("甲", "First")), Option("b", Bilingual("乙", "Second")))
KANA = st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x3096), max_size=60)
WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=8), max_size=30)


def asked(kind: Kind, **values: object) -> Asked:
    return Asked("q", kind, LABEL, **values)


def messages(kind: Kind, value: object, **values: object) -> list[str]:
    return [lack.message for lack in lack_of(asked(kind, **values), Given(value=value))]


def test_the_examples_hold() -> None:
    assert doctest.testmod(answers).failed == 0


@given(WORDS)
def test_latin_words_count_one_each(words: list[str]) -> None:
    assert length(" ".join(words)) == len(words)


@given(KANA)
def test_two_japanese_characters_count_as_one_word(text: str) -> None:
    assert length(text) == (len(text) + 1) // 2


@given(st.text(), st.text())
def test_a_text_is_at_most_as_long_as_its_parts(first: str, second: str) -> None:
    whole = length(f"{first} {second}")
    assert max(length(first), length(second)) <= whole <= length(first) + length(second)


@given(st.text("、。!?…・ 　\n\t,.;:", max_size=20))
def test_space_and_punctuation_count_nothing(text: str) -> None:
    assert length(text.replace("・", "")) == 0


@given(st.text(), st.sampled_from(["ja", "en"]))
def test_a_text_has_one_language(text: str, default: str) -> None:
    assert written_in(text, default) in ("ja", "en")
    assert written_in(text + "電", default) == "ja"


def test_title_and_summary_are_asked_for() -> None:
    assert [lack.field for lack in lacks_of_head(Bilingual(), Bilingual())] == ["title", "summary"]
    assert lacks_of_head(Bilingual(en="A"), Bilingual(ja="電")) == []
    (long,) = lacks_of_head(Bilingual(ja="電" * 70), Bilingual(en="Short"))
    assert (long.field, long.number) == ("title", 5)


@pytest.mark.parametrize("kind", [Kind.SHORT, Kind.LONG])
def test_a_written_answer_is_needed_and_limited(kind: Kind) -> None:
    needed = asked(kind, required=True, word_limit=3)
    assert [lack.field for lack in lack_of(needed, Given())] == ["answer_q"]
    assert lack_of(needed, Given(Bilingual(en="one two three"))) == []
    (over,) = lack_of(needed, Given(Bilingual(ja="電池電池電池", en="one two three four five")))
    assert over.number == 2
    assert lack_of(asked(kind, word_limit=3), Given()) == []
    assert lack_of(asked(kind), Given(Bilingual(en="word " * 999))) == []


@pytest.mark.parametrize("kind", [k for k in Kind if k not in {Kind.SHORT, Kind.LONG}])
@pytest.mark.parametrize("nothing", [None, "", []])
def test_nothing_is_enough_unless_required(kind: Kind, nothing: object) -> None:
    assert messages(kind, nothing) == []
    assert messages(kind, nothing, required=True) == ["This is still empty."]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.CHOICE, "a", "z"),
        (Kind.SEVERAL, ["a", "b"], ["a", "z"]),
        (Kind.NUMBER, "1,200.5", "about ten"),
        (Kind.NUMBER, "-3", "--3"),
        (Kind.DATE, "2027/04/01", "next week"),
        (Kind.LINK, "https://example.org/a?b=c", "javascript:alert(1)"),
        (Kind.LINK, "http://example.org", "https://exa mple.org"),
        (Kind.LINK, "https://日本.example", "http://[broken"),
        (Kind.NUMBER, "1", ["1"]),
    ],
)
def test_a_value_is_what_its_question_asks_for(kind: Kind, good: object, bad: object) -> None:
    assert messages(kind, good, options=OPTIONS) == []
    assert len(messages(kind, bad, options=OPTIONS)) == 1


@given(st.floats(-1e9, 1e9).map(lambda x: round(x, 3)))
def test_numbers_are_read_back(value: float) -> None:
    assert number(f"{value:,.3f}") == pytest.approx(value)


@given(st.dates())
def test_dates_are_read_back(value: date) -> None:
    assert day(value.isoformat()) == value
    assert day(f" {value.isoformat()} ") == value


@given(st.text())
def test_no_text_is_too_strange_to_be_judged(text: str) -> None:
    assert isinstance(is_link(text), bool)
    assert day(text) is None or isinstance(day(text), date)
    assert number(text) is None or isinstance(number(text), float)
    assert all(len(messages(kind, text, options=OPTIONS)) <= 1 for kind in Kind)


def test_answers_read_as_people_read() -> None:
    text = Bilingual("電池", "Cell")
    assert readable(asked(Kind.LONG), Given(text)) == text
    assert readable(asked(Kind.CHOICE, options=OPTIONS), Given(value="b")) == Bilingual(
        "乙", "Second"
    )
    chosen = readable(asked(Kind.SEVERAL, options=OPTIONS), Given(value=["b", "a"]))
    assert chosen == Bilingual("甲、乙", "First, Second")
    assert readable(asked(Kind.SEVERAL, options=OPTIONS), Given()) == Bilingual()
    assert readable(asked(Kind.NUMBER), Given(value="3")) == Bilingual("3", "3")
    assert readable(asked(Kind.NUMBER), Given(value=["3"])) == Bilingual()


def test_a_frozen_answer_needs_no_question() -> None:
    (row,) = frozen([asked(Kind.CHOICE, options=OPTIONS)], {"q": Given(value="a")})
    assert row == {
        "key": "q",
        "kind": "choice",
        "label": {"ja": "設問", "en": "Question"},
        "text": {"ja": "甲", "en": "First"},
        "value": "a",
    }
    assert frozen([asked(Kind.LONG)], {})[0]["text"] == {"ja": "", "en": ""}
