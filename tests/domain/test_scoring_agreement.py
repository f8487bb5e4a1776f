"""Krippendorff's α and the intraclass correlation: the published examples and the edges."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.scoring import Scale, Scored, intraclass, krippendorff
from tests.domain.test_scoring_severity import panels, scored

# Krippendorff 2011, four coders and twelve units.
CODERS = {
    "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
}
PUBLISHED = [
    Scored(unit, coder, mark)
    for coder, marks in CODERS.items()
    for unit, mark in enumerate(marks)
    if mark is not None
]
# Shrout and Fleiss 1979, six targets and four judges.
JUDGES = [(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)]


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (Scale.NOMINAL, 0.743),
        (Scale.ORDINAL, 0.815),
        (Scale.INTERVAL, 0.849),
        (Scale.RATIO, 0.797),
    ],
)
def test_published_example_of_four_coders_and_twelve_units(scale, expected):
    assert krippendorff(PUBLISHED, scale) == pytest.approx(expected, abs=5e-4)


def pairwise(reviews, scale):
    """α as the definition has it: from all pairs, one by one."""
    units = {}
    for review in reviews:
        units.setdefault(review.idea, []).append(review.mark)
    units = [marks for marks in units.values() if len(marks) > 1]
    marks = [mark for unit in units for mark in unit]
    count = {value: marks.count(value) for value in marks}

    def difference(a, b):
        if scale is Scale.NOMINAL:
            return a != b
        if scale is Scale.INTERVAL:
            return (a - b) ** 2
        if scale is Scale.RATIO:
            return ((a - b) / (a + b)) ** 2 if a + b else 0
        between = [n for value, n in count.items() if min(a, b) <= value <= max(a, b)]
        return (sum(between) - (count[a] + count[b]) / 2) ** 2

    observed = sum(difference(a, b) / (len(u) - 1) for u in units for a in u for b in u)
    expected = sum(difference(a, b) for a in marks for b in marks)
    return 1 - (len(marks) - 1) * observed / expected if expected else None


@given(panels, st.sampled_from(Scale))
def test_alpha_equals_its_definition(panel, scale):
    reviews = scored(panel)
    expected = pairwise(reviews, scale)
    found = krippendorff(reviews, scale)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))


@pytest.mark.parametrize("scale", Scale)
def test_alpha_is_undefined_without_pairs_or_difference(scale):
    assert krippendorff([], scale) is None
    assert krippendorff([Scored("A", 1, 3), Scored("B", 2, 4)], scale) is None
    assert krippendorff([Scored("A", by, 0.1) for by in range(3)], scale) is None


def test_ratio_scale_has_a_true_zero():
    zeros = [Scored("A", 1, 0), Scored("A", 2, 0), Scored("B", 1, 4), Scored("B", 2, 4)]
    assert krippendorff(zeros, Scale.RATIO) == 1
    with pytest.raises(ValueError, match="ratio scale"):
        krippendorff([Scored("A", 1, -1), Scored("A", 2, 1)], Scale.RATIO)
    with pytest.raises(ValueError, match="finite"):
        krippendorff([Scored("A", 1, math.nan)], Scale.ORDINAL)


def test_published_intraclass_correlation():
    reviews = [Scored(t, j, mark) for t, row in enumerate(JUDGES) for j, mark in enumerate(row)]
    assert intraclass(reviews) == pytest.approx(0.17, abs=5e-3)


def test_intraclass_with_unequal_numbers_of_reviews():
    """A (1, 3), B (6): MSB = 32/3, MSW = 2, n₀ = 3 − 5/3 = 4/3."""
    reviews = [Scored("A", 1, 1), Scored("A", 2, 3), Scored("B", 1, 6)]
    assert intraclass(reviews) == pytest.approx((32 / 3 - 2) / (32 / 3 + 2 / 3))


def test_intraclass_is_undefined_without_ideas_reviews_or_difference():
    assert intraclass([]) is None
    assert intraclass([Scored("A", 1, 3), Scored("A", 2, 4)]) is None
    assert intraclass([Scored("A", 1, 3), Scored("B", 2, 4)]) is None
    assert intraclass([Scored(idea, by, 3) for idea in "AB" for by in (1, 2)]) is None
