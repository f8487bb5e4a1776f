"""The words a manager may change: placeholders are known, and a team never reads a bare no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.activity.letters import drafts
from accelerator.domain.gates import Unsound
from accelerator.domain.stages import Outcome
from accelerator.domain.wording import (
    LONGEST_TEXT,
    NEEDED,
    NEEDED_FOR,
    PLACEHOLDERS,
    Wording,
    fill,
    require_whole,
)

WHOLE = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)


def wrong(subject, text, outcome=Outcome.ADVANCE):
    try:
        require_whole({"en": Wording(subject, text)}, outcome)
    except Unsound as error:
        return {(each.field, each.code) for each in error.errors}
    return set()


@pytest.mark.parametrize("outcome", Outcome)
def test_the_usual_words_are_whole_in_both_languages(outcome):
    found = drafts("decision_announced")
    assert sorted(found) == ["en", "ja"]
    require_whole(found, outcome)


@pytest.mark.parametrize("outcome", Outcome)
def test_what_a_team_must_read_cannot_be_taken_out(outcome):
    for name in NEEDED + NEEDED_FOR.get(outcome, ()):
        less = WHOLE.replace(f"{{{name}}}", "")
        assert wrong("S", less, outcome) == {("text_en", "placeholder_missing")}


@pytest.mark.parametrize(
    ("subject", "text", "found"),
    [
        ("Hello {title} {code}", WHOLE, set()),
        ("Hello {reason}", WHOLE, {("subject_en", "placeholder_unknown")}),
        ("two\nlines", WHOLE, {("subject_en", "subject_lines")}),
        ("", WHOLE, {("subject_en", "empty")}),
        ("S", WHOLE + "{name}", {("text_en", "placeholder_unknown")}),
        ("S", WHOLE + "{}", {("text_en", "placeholder_unknown")}),
        ("S", WHOLE + "{Title}", {("text_en", "placeholder_unknown")}),
        ("S", WHOLE + " { } ", {("text_en", "placeholder_unknown")}),
        ("S", WHOLE + " 50 % { open", set()),
        ("S", WHOLE + "x" * LONGEST_TEXT, {("text_en", "too_long")}),
    ],
)
def test_placeholders_are_checked(subject, text, found):
    assert wrong(subject, text) == found


@given(st.dictionaries(st.sampled_from(sorted(PLACEHOLDERS)), st.text(), min_size=1))
def test_what_is_filled_in_is_never_filled_again(pieces):
    text = "\n".join(f"{{{name}}}" for name in pieces)
    parts = [piece.strip() for piece in pieces.values() if piece.strip() and "\n" not in piece]
    filled = fill(text, pieces)
    assert all(part in filled for part in parts)
