"""What another way of counting does to the scores of ideas, before it holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from accelerator.domain.readiness.assessing import Assessment

SEEN = 0.5  # points; scores are shown without decimals


@dataclass(frozen=True, slots=True)
class Move:
    """One idea's score, before and after."""

    idea: int
    before: float
    after: float

    @property
    def by(self) -> float:
        """Points gained; below 0 where they are lost."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Moves:
    """All ideas whose score moves by half a point or more, the furthest first, and who stays."""

    moved: tuple[Move, ...]
    same: int

    @property
    def risen(self) -> int:
        """How many gain."""
        return sum(move.by > 0 for move in self.moved)

    @property
    def fallen(self) -> int:
        """How many lose."""
        return len(self.moved) - self.risen


def moves(before: Mapping[int, Assessment], after: Mapping[int, Assessment]) -> Moves:
    """Compare the scores of the same ideas under two policies."""
    both = [Move(idea, one.score, after[idea].score) for idea, one in before.items()]
    moved = sorted((m for m in both if abs(m.by) >= SEEN), key=lambda m: (-abs(m.by), m.idea))
    return Moves(tuple(moved), len(both) - len(moved))
