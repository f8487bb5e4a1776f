"""What a review must hold, and what it is worth."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import accelerator.domain.scoring  # noqa: F401 - NumPy takes longer to load than an example may
from accelerator.domain.errors import DomainError
from accelerator.domain.reviews import (
    Incomplete,
    Line,
    ReviewText,
    is_late,
    is_open,
    require_complete,
    require_due,
    score,
    shows_others,
)

RUBRIC = [
    Line("value", 60, counted=True),
    Line("reach", 40, counted=True),
    Line("fun", 9, counted=False),
]


def lacks(text):
    try:
        require_complete(text, RUBRIC)
    except Incomplete as error:
        return [one.field for one in error.errors]
    return []


def test_everything_that_lacks_is_said_at_once():
    assert lacks(ReviewText()) == ["mark-value", "mark-reach", "confidence", "recommendation"]
    assert lacks(ReviewText({"value": 3, "fun": 5}, 1)) == ["mark-reach", "recommendation"]


def test_an_abstention_is_an_answer_but_not_for_everything():
    assert lacks(ReviewText({"value": 3, "reach": None}, 1, "stop")) == []
    assert lacks(ReviewText({"value": None, "reach": None, "fun": 5}, 1, "stop")) == ["mark-value"]


marks = st.dictionaries(st.sampled_from(["value", "reach", "fun"]), st.none() | st.integers(1, 5))


@given(marks)
def test_a_complete_review_has_a_score_between_its_marks(given_marks):
    text = ReviewText(given_marks, 2, "advance")
    counted = [given_marks.get(key) for key in ("value", "reach")]
    known = [mark for mark in counted if mark is not None]
    if not lacks(text):
        assert min(known) <= score(text, RUBRIC) <= max(known)
    if not known:
        assert score(text, RUBRIC) is None


@given(marks)
def test_what_only_shows_never_moves_the_score(given_marks):
    without = {key: mark for key, mark in given_marks.items() if key != "fun"}
    assert score(ReviewText(given_marks), RUBRIC) == score(ReviewText(without), RUBRIC)


def test_a_text_survives_its_json():
    text = ReviewText({"value": None, "reach": 4}, 3, "park", "気に入りました", "…")
    assert ReviewText.of(text.as_dict()) == text


def test_a_day_ends_on_the_cohorts_clock():
    due = date(2026, 12, 1)
    assert not is_late(datetime(2026, 12, 1, 14, 59, 59, tzinfo=UTC), due, "Asia/Tokyo")
    assert is_late(datetime(2026, 12, 1, 15, 0, tzinfo=UTC), due, "Asia/Tokyo")
    assert not is_late(datetime(2026, 12, 2, 7, 59, tzinfo=UTC), due, "America/Los_Angeles")
    with pytest.raises(DomainError) as error:
        require_due(due, "Asia/Tokyo", datetime(2026, 12, 2, tzinfo=UTC))
    assert error.value.field == "due_on"


@pytest.mark.parametrize(
    ("idea", "passage", "open_"),
    [
        ("active", "handed_in", True),
        ("active", "decided", False),
        ("withdrawn", "handed_in", False),
    ],
)
def test_reviews_are_open_until_the_gate_has_decided(idea, passage, open_):
    assert is_open(idea, passage) is open_


@pytest.mark.parametrize(
    ("rule", "mine", "shown"),
    [
        ("never", True, False),
        ("after_mine", False, False),
        ("after_mine", True, True),
        ("always", False, True),
    ],
)
def test_when_others_reviews_show(rule, mine, shown):
    assert shows_others(rule, mine_submitted=mine) is shown
