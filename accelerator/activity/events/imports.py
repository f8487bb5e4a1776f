"""What happens when ideas are brought in from a table."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual

# One message for each owner, however many ideas are theirs.
BROUGHT_IN = Hears(Receivers.PERSON, "ideas_brought_in")


@dataclass(frozen=True, kw_only=True)
class IdeaImported(Event):
    """A row of a table became an idea; `row` is its number in the file."""

    code: str
    external_id: str
    row: int


@dataclass(frozen=True, kw_only=True)
class IdeasImported(Event):
    """A manager brought ideas into a cohort, all of a file or nothing."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.MANAGERS, "ideas_imported", channels=("inbox",)),
    )

    cohort: Bilingual
    cohort_code: str
    count: int
    handed_in: bool
    imported_by: str
