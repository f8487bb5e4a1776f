"""Asking a team for more: which fields open again, by when, and never twice at once."""

from collections.abc import Collection
from datetime import date

from accelerator.domain.errors import DomainError
from accelerator.domain.stages import IdeaState, PassageState, Place, is_asked
from accelerator.i18n import N_


def may_ask(place: Place) -> bool:
    """Say whether a team can be asked for more: its idea waits at a gate, and it is not asked yet.

    >>> may_ask(Place(IdeaState.ACTIVE, PassageState.HANDED_IN))
    True
    """
    at_gate = place.idea is IdeaState.ACTIVE and place.passage is PassageState.HANDED_IN
    return at_gate and not is_asked(place)


def require_askable(place: Place) -> None:
    """Raise unless the team can be asked for more now."""
    if is_asked(place):
        raise DomainError("asked_already", N_("The team is asked for more already: see below."))
    if not may_ask(place):
        raise DomainError(
            "not_at_gate", N_("Only a team whose idea waits at a gate can be asked for more.")
        )


def require_request(
    fields: Collection[str],
    text: str,
    due_on: date | None,
    *,
    known: Collection[str],
    today: date,
) -> date:
    """Raise unless a request names fields that exist, says what is missing, and a day to come."""
    if not fields or not set(fields) <= set(known):
        raise DomainError(
            "no_fields", N_("Mark at least one field that shall open again."), field="opens"
        )
    if not text:
        raise DomainError("no_words", N_("Say what you would like to know."), field="text")
    if due_on is None or due_on <= today:
        raise DomainError("due_past", N_("Name a day to come."), field="due_on")
    return due_on
