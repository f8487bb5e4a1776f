"""How numbers of many ideas are spread: the middle and the half around it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean, the median, and the quartiles between which the middle half lies."""

    ideas: int
    mean: float
    low: float
    middle: float
    high: float


def spread(values: Collection[float]) -> Spread | None:
    """Return how values are spread; None for none. Quartiles are interpolated between values.

    >>> spread([10, 20, 30, 40, 50])
    Spread(ideas=5, mean=30.0, low=20, middle=30, high=40)
    """
    if not values:
        return None
    ordered = sorted(values)
    return Spread(
        len(ordered),
        sum(ordered) / len(ordered),
        _at(ordered, 0.25),
        _at(ordered, 0.5),
        _at(ordered, 0.75),
    )


def _at(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    if below == place:
        return ordered[below]
    return ordered[below] + (place - below) * (ordered[below + 1] - ordered[below])
