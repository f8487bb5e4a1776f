"""What a proposal of assignments is asked to do, how far it is, and what became of each pair."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum, auto
from typing import Any, Self

from accelerator.domain.errors import DomainError
from accelerator.i18n import N_

MOST_REVIEWS = 10
MOST_LOAD = 200
# Up to so many pairs of ideas and reviewers a proposal is solved while the manager waits.
AT_ONCE = 5_000


class ProposalState(StrEnum):
    """How far a proposal is."""

    WAITING = auto()
    SOLVING = auto()
    READY = auto()
    FAILED = auto()
    APPLIED = auto()
    UNDONE = auto()


UNDER_WAY = frozenset({ProposalState.WAITING, ProposalState.SOLVING})


class Outcome(StrEnum):
    """What applying, and then undoing, made of a pair; an empty text is: not applied yet."""

    DONE = auto()
    UNTICKED = auto()
    IDEA_GONE = auto()
    REVIEWER = auto()
    THERE = auto()
    CONFLICT = auto()
    DEPARTMENT = auto()
    ENOUGH = auto()
    FULL = auto()
    BEGUN = auto()
    UNDONE = auto()
    STAYED = auto()


OUTCOMES: dict[Outcome, str] = {
    Outcome.DONE: N_("assigned"),
    Outcome.UNTICKED: N_("not ticked"),
    Outcome.IDEA_GONE: N_("the idea waits for reviews no more"),
    Outcome.REVIEWER: N_("is no reviewer of this programme any more"),
    Outcome.THERE: N_("was asked already, or declined, meanwhile"),
    Outcome.CONFLICT: N_("has a conflict of interest by now"),
    Outcome.DEPARTMENT: N_("somebody of the same department was asked meanwhile"),
    Outcome.ENOUGH: N_("the idea got enough reviewers meanwhile"),
    Outcome.FULL: N_("has as many reviews as they can take by now"),
    Outcome.BEGUN: N_("has begun the review, so it stays"),
    Outcome.UNDONE: N_("undone"),
    Outcome.STAYED: N_("begun, submitted or changed since, so it stays as it is"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a manager asks of a proposal. Loads count the stage's reviews that exist already."""

    reviews: int = 3
    least: int = 0
    most: int = 10
    keep: bool = True
    apart: bool = True
    one_panel: bool = True
    skills: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"skills": list(self.skills)}

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """Read the JSON form."""
        return cls(**dict(value) | {"skills": tuple(value.get("skills", ()))})

    def require_sound(self) -> None:
        """Raise DomainError at the field for what no proposal could keep.

        >>> Settings(reviews=3, least=1, most=8).require_sound()
        """
        if not 1 <= self.reviews <= MOST_REVIEWS:
            text = N_("Choose from 1 to %(most)s reviews.")
            raise DomainError("reviews_range", text, field="reviews", most=MOST_REVIEWS)
        require_bounds(self.least, self.most)


def require_bounds(
    least: int | None, most: int | None, *, fields: tuple[str, str] = ("least", "most")
) -> None:
    """Raise DomainError at the field when a load is out of range or the least above the most."""
    for number, field in zip((least, most), fields, strict=True):
        if number is not None and not 0 <= number <= MOST_LOAD:
            text = N_("Choose from 0 to %(most)s reviews.")
            raise DomainError("load_range", text, field=field, most=MOST_LOAD)
    if least is not None and most is not None and least > most:
        text = N_("The least is more than the most.")
        raise DomainError("least_above_most", text, field=fields[0])


def bounds(
    settings: Settings, least: int | None, most: int | None, wish: int | None
) -> tuple[int, int]:
    """Return the least and most load of one reviewer.

    The manager's word counts before the reviewer's wish, and that before the settings; a least
    that only the settings ask for gives way to a smaller most.

    >>> bounds(Settings(least=2, most=10), None, None, 4), bounds(Settings(least=2), None, 1, 4)
    ((2, 4), (1, 1))
    """
    top = next((number for number in (most, wish) if number is not None), settings.most)
    return min(settings.least if least is None else least, top), top
