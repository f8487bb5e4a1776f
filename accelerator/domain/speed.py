"""How fast a stage is: when ideas leave it, by which way, counting those that are still inside.

A stop is a competing risk: an idea that was stopped can advance no more. One minus Kaplan-Meier
would treat it as still on its way and promise too much, so the share that advanced by a day is
the Aalen-Johansen cumulative incidence. Days are calendar days since the idea entered the stage.
Source: Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

MIDDLE, LONG = 0.5, 0.85  # shares by which a stage is spoken of
RUBBER_STAMP = 10  # decisions without a single stop, from which a gate is called one

Way = TypeVar("Way")


@dataclass(frozen=True, slots=True)
class Visit(Generic[Way]):
    """Ideas that stayed so many days in a stage; `left_by` is None while they are inside.

    Raises ValueError for days below 0 or no idea.
    """

    days: int
    left_by: Way | None
    ideas: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.days < 0 or self.ideas < 1:
            raise ValueError("a visit is of some ideas and not below 0 days")


@dataclass(frozen=True, slots=True)
class Step(Generic[Way]):
    """What holds from a day on: the share inside, and the share that left by each way."""

    day: int
    inside: float
    left: Mapping[Way, float]


@dataclass(frozen=True, slots=True)
class Ages:
    """How long the ideas inside have been there, in days."""

    ideas: int
    middle: int
    oldest: int


def curve(visits: Collection[Visit[Way]]) -> tuple[Step[Way], ...]:
    """Return the Aalen-Johansen curve: a step for each day on which an idea left.

    An idea still inside counts among those that could leave up to and with its last day.

    >>> seen = [(10, "advance"), (20, "stop"), (20, "advance"), (30, None), (40, "advance")]
    >>> found = curve([Visit(*one) for one in [*seen, (50, "stop")]])[-1]
    >>> {way: round(share, 6) for way, share in found.left.items()}
    {'advance': 0.583333, 'stop': 0.416667}
    """
    leaving: dict[int, dict[Way, int]] = defaultdict(lambda: defaultdict(int))
    gone: dict[int, int] = defaultdict(int)
    for visit in visits:
        gone[visit.days] += visit.ideas
        if visit.left_by is not None:
            leaving[visit.days][visit.left_by] += visit.ideas
    left: dict[Way, float] = dict.fromkeys((way for ways in leaving.values() for way in ways), 0.0)
    steps, inside, there = [], 1.0, sum(gone.values())
    for day in sorted(gone):
        if ways := leaving.get(day):
            for way, ideas in ways.items():
                left[way] += inside * ideas / there
            inside *= 1 - sum(ways.values()) / there
            steps.append(Step(day, inside, dict(left)))
        there -= gone[day]
    return tuple(steps)


def day_by(steps: Collection[Step[Way]], share: float) -> int | None:
    """Return the first day by which so large a share has left, by whatever way; None if never yet.

    >>> steps = curve([Visit(10, "advance"), Visit(20, "stop"), Visit(30, None), Visit(40, None)])
    >>> day_by(steps, 0.5), day_by(steps, 0.85)
    (20, None)
    """
    enough = share - 1e-9  # a product of fractions may miss a half by its last digit
    return next((step.day for step in steps if 1 - step.inside >= enough), None)


def ages(visits: Collection[Visit[Way]]) -> Ages | None:
    """Return how old what is inside is; the lower median. None where nothing is inside.

    >>> ages([Visit(3, None, 2), Visit(90, None), Visit(200, "stop")])
    Ages(ideas=3, middle=3, oldest=90)
    """
    inside = sorted((v for v in visits if v.left_by is None), key=lambda v: v.days)
    ideas = sum(visit.ideas for visit in inside)
    passed = 0
    for visit in inside:
        passed += visit.ideas
        if 2 * passed >= ideas:
            return Ages(ideas, visit.days, inside[-1].days)
    return None


def rubber_stamp(decided: int, turned_down: int) -> bool:
    """Say whether a gate has decided often enough, and stopped or parked nothing at all.

    >>> rubber_stamp(12, 0), rubber_stamp(12, 1), rubber_stamp(4, 0)
    (True, False, False)
    """
    return decided >= RUBBER_STAMP and turned_down == 0
