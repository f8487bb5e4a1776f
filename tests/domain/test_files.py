"""Names of files are clean on every system, and still tell what they were."""

import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain import files
from accelerator.domain.files import LONGEST_NAME, clean_name, suffix

ANY = st.text(st.characters(), max_size=300)


def test_the_examples_hold() -> None:
    assert doctest.testmod(files).failed == 0


@given(ANY)
def test_every_name_becomes_a_safe_one(given_name: str) -> None:
    name = clean_name(given_name)
    assert 0 < len(name) <= LONGEST_NAME
    assert not set(name) & set('/\\<>:"|?*\u202e\u2066\ufeff\n\t\x00')
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    assert name.strip(". ") == name


@given(ANY)
def test_a_clean_name_stays_as_it_is(given_name: str) -> None:
    assert clean_name(clean_name(given_name)) == clean_name(given_name)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\plans\\電池.pdf", "電池.pdf"),
        ("\u202egpj.exe.pdf", "gpj.exe.pdf"),
        ("か\u3099.pdf", "が.pdf"),
        ("a\u200db👩\u200d🔬.png", "a\u200db👩\u200d🔬.png"),
        ("a\r\nb.txt", "a b.txt"),
        ("..", "file"),
        ("", "file"),
        ("n" * 300 + ".xlsx", "n" * 250 + ".xlsx"),
        ("n" * 300, "n" * 255),
        ("n" * 280 + "." + "x" * 20, "n" * 255),
    ],
)
def test_known_tricks_are_undone(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


def test_a_suffix_needs_a_stem() -> None:
    assert (suffix("a.TAR.GZ"), suffix(".md"), suffix("a."), suffix("a")) == ("gz", "", "", "")
