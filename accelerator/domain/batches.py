"""What can become of a batch of decisions, and of one idea in it."""

from enum import StrEnum, auto


class BatchState(StrEnum):
    """Where a batch stands."""

    WAITING = auto()  # to be decided, or under way
    DONE = auto()
    CANCELLED = auto()


class ItemState(StrEnum):
    """What became of one idea of a batch."""

    WAITING = auto()
    DECIDED = auto()
    SKIPPED = auto()  # it did not wait at the gate any more when its turn came
    FAILED = auto()
    CANCELLED = auto()
    UNDONE = auto()
