"""What happens to programmes as templates."""

from dataclasses import dataclass

from accelerator.activity.events.base import Event


@dataclass(frozen=True, kw_only=True)
class ProgrammeImported(Event):
    """A programme was made from a file."""

    stages: int
    questions: int


@dataclass(frozen=True, kw_only=True)
class ProgrammeCloned(Event):
    """A programme was made as the copy of another, with the roles of so many people."""

    source: str
    people: int
