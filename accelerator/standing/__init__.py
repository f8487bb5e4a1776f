"""Facts about many ideas at once, in a fixed number of queries."""

from accelerator.standing.place import Standing, standings

__all__ = ["Standing", "standings"]
