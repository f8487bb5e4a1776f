"""What readiness is made of: dimensions, levels, a programme's policy, evidence and votes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import inf
from types import MappingProxyType

LOWEST, HIGHEST = 1, 9
CENTURY = 36_525  # days


class Dimension(StrEnum):
    """The six sides from which an idea is looked at, in the order in which they are shown."""

    CUSTOMER = "customer"
    TECHNOLOGY = "technology"
    BUSINESS = "business"
    IP = "ip"
    TEAM = "team"
    FUNDING = "funding"


def _each(*values: float) -> Mapping[Dimension, float]:
    return MappingProxyType(dict(zip(Dimension, values, strict=True)))


@dataclass(frozen=True, slots=True)
class ReadinessPolicy:
    """What a programme may set; the version is stored with each computed score, "0" is the house's.

    `half_lives` are days: evidence counts in full for so long, and from then on loses half of its
    worth each time as many days pass. `allowance` is by how many levels the score may exceed the
    weakest link. Raises ValueError unless every dimension has a positive weight and a half-life
    between a day and a century, and the allowance is not negative.
    """

    version: str = "0"
    weights: Mapping[Dimension, float] = field(
        default_factory=lambda: _each(0.25, 0.20, 0.20, 0.10, 0.15, 0.10)
    )
    half_lives: Mapping[Dimension, float] = field(
        default_factory=lambda: _each(180, 365, 180, 365, 180, 90)
    )
    allowance: float = 2.0

    def __post_init__(self) -> None:
        if not set(self.weights) == set(self.half_lives) == set(Dimension):
            raise ValueError("every dimension needs a weight and a half-life")
        if not all(0 < weight < inf for weight in self.weights.values()):
            raise ValueError("weights are positive")
        if not all(1 <= days <= CENTURY for days in self.half_lives.values()):
            raise ValueError("a half-life is between a day and a century")
        if not self.allowance >= 0:
            raise ValueError("the weakest link cannot pull the score below itself")


DEFAULT_POLICY = ReadinessPolicy()


@dataclass(frozen=True, slots=True)
class Vote:
    """One verifier's word on a piece of evidence.

    `level` is optional: how far the verifier sees the whole dimension proven, 1 to 9.
    """

    verifier: int
    accepted: bool
    level: int | None = None

    def __post_init__(self) -> None:
        if self.level is not None:
            check_level(self.level)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that shows one level of one dimension, true on a day, with what verifiers said."""

    dimension: Dimension
    level: int
    true_on: date
    votes: tuple[Vote, ...] = ()

    def __post_init__(self) -> None:
        check_level(self.level)


def check_level(level: int) -> None:
    """Raise ValueError for what is no level."""
    if not LOWEST <= level <= HIGHEST:
        raise ValueError(f"a readiness level is from {LOWEST} to {HIGHEST}, not {level}")
