"""The wording of the levels: complete in both languages, in the glossary's words."""

import re
from pathlib import Path

import pytest
import yaml

import accelerator
from accelerator.domain.readiness import Dimension

PATH = Path(accelerator.__file__).parent / "content" / "readiness.yaml"
CONTENT = yaml.safe_load(PATH.read_text(encoding="utf-8"))
TEXTS = {
    f"{key}.{level['level']}.{part}": level[part]
    for key, dimension in CONTENT.items()
    for level in dimension["levels"]
    for part in ("title", "text", "evidence")
} | {f"{key}.{part}": CONTENT[key][part] for key in CONTENT for part in ("name", "question")}


def test_six_dimensions_in_order_with_nine_levels_each():
    assert list(CONTENT) == [dimension.value for dimension in Dimension]
    for dimension in CONTENT.values():
        assert set(dimension) == {"name", "question", "levels"}
        assert [level["level"] for level in dimension["levels"]] == list(range(1, 10))
        for level in dimension["levels"]:
            assert set(level) == {"level", "title", "text", "evidence"}


@pytest.mark.parametrize("key", TEXTS)
def test_each_text_stands_in_both_languages(key):
    text = TEXTS[key]
    assert set(text) == {"ja", "en"}
    assert re.search(r"[ぁ-んァ-ヶ一-龠]", text["ja"])
    assert text["en"].isascii()
    assert not re.search(r"[,.:;()]", text["ja"])  # punctuation is full-width
    ends_a_sentence = {side: text[side].endswith(end) for side, end in (("ja", "。"), ("en", "."))}
    title = key.endswith(("title", "name"))
    if key.endswith("question"):
        assert text["en"].endswith("?")
        assert ends_a_sentence["ja"]
    else:
        assert set(ends_a_sentence.values()) == {not title}
    for side, limit in (("ja", 22), ("en", 42)):
        assert not title or len(text[side]) <= limit
    assert len(text["ja"]) <= 90
    assert len(text["en"]) <= 170


def test_a_level_is_told_in_polite_japanese():
    for key, text in TEXTS.items():
        if key.endswith(".text"):
            assert re.search(r"(ます|ません|です|ました)。$", text["ja"]), key


@pytest.mark.parametrize("side", ["ja", "en"])
def test_no_text_comes_twice(side):
    told = [text[side] for text in TEXTS.values()]
    assert len(told) == len(set(told))


def test_the_words_of_stages_are_kept_for_stages():
    assert [key for key, text in TEXTS.items() if re.search("検証|実証|コホート", text["ja"])] == []
