"""What moved a score from one day to the next."""

from dataclasses import dataclass

from accelerator.domain.readiness.assessing import Assessment, Part
from accelerator.domain.readiness.model import Dimension

SEEN = 0.05  # levels; shown with one decimal


@dataclass(frozen=True, slots=True)
class Change:
    """One dimension before and after; None where it did not apply."""

    dimension: Dimension
    was: Part | None
    now: Part | None

    @property
    def faded(self) -> bool:
        """Whether only time went by: the same level counts for less."""
        return (
            self.was is not None
            and self.now is not None
            and (self.was.claimed, self.was.proven) == (self.now.claimed, self.now.proven)
            and self.now.effective < self.was.effective
        )


def changes(before: Assessment, after: Assessment) -> tuple[Change, ...]:
    """Return the dimensions that differ so much that one sees it, in order."""
    return tuple(
        Change(d, was, now)
        for d in Dimension
        if _differ(was := before.parts.get(d), now := after.parts.get(d))
    )


def _differ(was: Part | None, now: Part | None) -> bool:
    if was is None or now is None:
        return was is not now
    levels = (was.claimed, was.proven) != (now.claimed, now.proven)
    return levels or abs(was.effective - now.effective) >= SEEN
