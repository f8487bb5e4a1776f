"""Differences lead from one text to the other, whatever the texts are."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain import differences as module
from accelerator.domain.differences import Change, differences

TEXTS = st.one_of(st.text(max_size=80), st.text("ab 電池の、。\n.", max_size=80))


def sides(pieces) -> tuple[str, str]:
    old = "".join(p.text for p in pieces if p.change is not Change.NEW)
    new = "".join(p.text for p in pieces if p.change is not Change.GONE)
    return old, new


def test_the_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


@given(TEXTS, TEXTS)
def test_the_pieces_make_both_texts(old: str, new: str) -> None:
    pieces = differences(old, new)
    assert sides(pieces) == (old, new)
    assert all(piece.text for piece in pieces)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert {piece.change for piece in differences(text, text)} <= {Change.SAME}


def test_japanese_is_compared_by_characters() -> None:
    pieces = differences("電池を再利用する", "電池を再生する")
    assert [(str(p.change), p.text) for p in pieces] == [
        ("same", "電池を再"),
        ("gone", "利用"),
        ("new", "生"),
        ("same", "する"),
    ]


@pytest.mark.parametrize("unit", ["電池は高い。", "Cells are dear. "])
def test_long_texts_are_compared_by_sentences(unit: str) -> None:
    old, new = unit * 1000, unit * 500 + "New. " + unit * 500
    pieces = differences(old, new)
    assert sides(pieces) == (old, new)
    changed = "".join(p.text for p in pieces if p.change is not Change.SAME)
    assert "New." in changed
    assert len(changed) < 30
