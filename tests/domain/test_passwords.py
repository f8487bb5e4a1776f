"""Passwords: long enough, not common, not one's own name; any character counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.content import FOLDER
from accelerator.domain.errors import DomainError
from accelerator.domain.passwords import LONGEST, SHORTEST, check, normalised

COMMON = frozenset((FOLDER / "common_passwords.txt").read_text(encoding="utf-8").split())
ABOUT = ("Takahashi", "美咲", "misaki.takahashi@hoshino.example", "Ann", "")


@pytest.mark.parametrize(
    "password",
    [
        "vq8#mLpz",
        "correct horse battery staple",
        "くるまはあおいとりになる",
        "🚲🛶🚀🛸🚁🛵🚂🚃",
        "planning my garden, finally",
        "x" * 20 + "yzw" * 36,
        " leading and trailing ",
        "h\x00q\x01w\x02e\x03",
    ],
)
def test_what_is_hard_to_guess_is_accepted(password):
    check(password, about=ABOUT, common=COMMON)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "short"),
        ("vq8#mLp", "short"),
        ("ＡＢ", "short"),
        ("xyzq" * 33, "long"),
        ("﷽" * 8, "common"),
        ("good \ud800 enough", "unreadable"),
        ("password", "common"),
        ("PassWord", "common"),
        ("ｐａｓｓｗｏｒｄ", "common"),
        ("password2027!", "common"),
        ("1234password", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("abababababab", "common"),
        ("12345678", "common"),
        ("23456789", "common"),
        ("87654321", "common"),
        ("90123456", "common"),
        ("efghijklmnop", "common"),
        ("lkjhgfdsa", "common"),
        ("sakurasaku", "common"),
        ("my-takahashi-7", "own_name"),
        ("MISAKI's bicycle", "own_name"),
        ("美咲のパスワード", "own_name"),
        ("misaki.takahashi@hoshino.example", "own_name"),
    ],
)
def test_what_is_easy_to_guess_is_refused_at_its_field(password, code):
    with pytest.raises(DomainError) as raised:
        check(password, about=ABOUT, common=COMMON)
    assert (raised.value.code, raised.value.field) == (f"password_{code}", "password")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_only_the_rule_decides(password):
    try:
        check(password, about=(), common=())
    except DomainError:
        return
    assert SHORTEST <= len(normalised(password)) <= LONGEST


def test_the_list_is_long_and_in_the_form_it_is_compared_in():
    assert len(COMMON) > 1000
    assert {normalised(word).casefold() for word in COMMON} == COMMON
