"""From the marks of one review to one mark."""

from collections.abc import Mapping
from math import fsum, isfinite

from accelerator.domain.scoring.policy import Criterion


def collapse(
    marks: Mapping[Criterion, float | None], weights: Mapping[Criterion, float]
) -> float | None:
    """Return the weighted mean of one review's marks, or None when nothing that counts is answered.

    Criteria of one review are not independent (halo), so a review speaks once: z = Σ w·mark, the
    weights renormalised over the criteria that count (weight above 0) and were answered (a mark
    that is not None). A criterion without a weight is shown and does not count.

    `marks` and the result are in the units of the rubric; weights need not sum to one.
    Raises ValueError for a negative or infinite weight and for a counted mark that is not finite.

    >>> collapse({"market": 4, "team": 2, "fun": 5}, {"market": 3, "team": 1, "fun": 0})
    3.5
    >>> collapse({"market": 4, "team": None}, {"market": 3, "team": 1})
    4.0
    >>> collapse({"fun": 5}, {"market": 1}) is None
    True
    """
    if not all(isfinite(weight) and weight >= 0 for weight in weights.values()):
        raise ValueError("a weight is a finite number, not below 0")
    counted = [
        (weight, mark)
        for criterion, weight in weights.items()
        if weight > 0 and (mark := marks.get(criterion)) is not None
    ]
    if not all(isfinite(mark) for _, mark in counted):
        raise ValueError("a mark is a finite number")
    if not counted:
        return None
    return fsum(w * mark for w, mark in counted) / fsum(w for w, _ in counted)
