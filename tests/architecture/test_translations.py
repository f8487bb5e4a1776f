"""Japanese and English are equal: every text has its Japanese, and no Japanese lacks its text."""

import re
from collections import defaultdict

from tests.architecture.sources import ROOT
from tests.architecture.texts import catalogues, translations, used
from tests.architecture.words import never_in_japanese, others

JAPANESE = "ぁ-んァ-ヶー一-龠々。、「」）"
HALF_WIDTH = re.compile(f"[{JAPANESE}][:(?!]|[:)][{JAPANESE}]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%(?!\(|%)")


def holes(text):
    return {match.group(1) or match.group() for match in PLACEHOLDER.finditer(text)}


def test_every_text_has_its_japanese():
    there = {english for _, english, japanese, _ in translations() if japanese.strip()}
    missing = [f"{text.place} {key!r}" for key, text in used().items() if key not in there]
    assert not missing, "\n".join(missing)


def test_no_japanese_is_left_over():
    unused = [
        f"{path.name}:{message.lineno} {english!r}"
        for path, english, _, message in translations()
        if english not in used()
    ]
    assert not unused, "\n".join(unused)


def test_a_text_is_translated_in_one_way():
    ways = defaultdict(set)
    for path, english, japanese, _ in translations():
        ways[english].add((japanese, path.name))
    assert {
        english: sorted(found)
        for english, found in ways.items()
        if len({japanese for japanese, _ in found}) > 1
    } == {}


def test_no_translation_is_a_guess_or_a_leftover():
    fuzzy = [english for _, english, _, message in translations() if message.fuzzy]
    obsolete = [path.name for path, catalogue in catalogues().items() if catalogue.obsolete]
    assert (fuzzy, obsolete) == ([], [])


def test_placeholders_are_the_same_in_both_languages():
    wrong = []
    for path, english, japanese, message in translations():
        if isinstance(message.id, str):
            least = most = holes(english)
        else:
            singular, plural = map(holes, message.id)
            least, most = singular & plural, singular | plural
        if not least <= holes(japanese) <= most:
            wrong.append(f"{path.name}:{message.lineno} {english!r} → {japanese!r}")
    assert wrong == []


def test_punctuation_beside_japanese_is_full_width():
    assert [
        f"{path.name}:{message.lineno} {japanese!r}"
        for path, _, japanese, message in translations()
        if HALF_WIDTH.search(PLACEHOLDER.sub("一", japanese))
    ] == []


def test_a_counted_text_is_counted_in_both_languages():
    plurals = {english: message.id for _, english, _, message in translations()}
    assert [
        f"{text.place} {text.singular!r}"
        for english, text in used().items()
        if text.plural and english in plurals and plurals[english] != (text.singular, text.plural)
    ] == []


def test_the_words_are_the_products_own():
    english = {text.place: found for text in used().values() if (found := others(text.singular))}
    never = never_in_japanese()
    japanese = [
        f"{path.name}:{message.lineno} {word}"
        for path, _, text, message in translations()
        for word in never
        if word in text
    ]
    assert never
    assert (english, japanese) == ({}, [])


def test_a_catalogue_is_named_after_its_language():
    assert all(str(catalogue.locale) == "ja" for catalogue in catalogues().values())
    assert {path.parent for path in (ROOT / "accelerator/i18n").rglob("*.po")} <= {
        ROOT / "accelerator/i18n/ja"
    }
