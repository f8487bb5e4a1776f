"""What a file says before anybody knows what it means: scalars, lists and fields with lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

MOST_FAULTS = 100
NOTHING = frozenset({"", "~", "null"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written; `plain` is without quotation marks. Lines count from 1."""

    line: int
    text: str
    plain: bool = True

    @property
    def nothing(self) -> bool:
        """Say whether it stands for no value."""
        return self.plain and self.text in NOTHING


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    nodes: "tuple[Node, ...]" = ()


class Entry(NamedTuple):
    """One field: its name, the line of its name, its value."""

    key: str
    line: int
    node: "Node"


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields in the order of the file; a name may stand there twice."""

    line: int
    entries: tuple[Entry, ...] = ()

    def line_of(self, *path: str) -> int:
        """Return the line of a field, or of a field in it; this one's where there is none."""
        for entry in self.entries:
            if path and entry.key == path[0]:
                below = entry.node
                return below.line_of(*path[1:]) if isinstance(below, Fields) else entry.line
        return self.line


Node: TypeAlias = Scalar | Items | Fields


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line; the sentence is translated where it is shown."""

    line: int
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Faults:
    """The faults found so far, up to a hundred: nobody mends more at once."""

    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, message: str, **values: object) -> None:
        """Note a fault."""
        if len(self.found) < MOST_FAULTS:
            self.found.append(Fault(line, message, values))

    def sorted(self) -> tuple[Fault, ...]:
        """Return the faults in the order of the file."""
        return tuple(sorted(self.found, key=lambda fault: fault.line))
