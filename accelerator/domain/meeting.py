"""Decide by exception: what is clear is confirmed together, what is disputed is talked about.

Before a meeting each decider votes in silence. What the reviews, the proven readiness and the
votes agree on is clear; everything else belongs on the meeting's list, with the reasons why.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum, auto

from accelerator.domain.errors import DomainError
from accelerator.i18n import N_

MOST_ITEMS = 50  # of one meeting; a day has no room for more
LONGEST_ITEM = 120  # minutes


class Choice(StrEnum):
    """What a decider votes before the meeting."""

    GO = auto()
    DISCUSS = auto()
    STOP = auto()


class Group(StrEnum):
    """Where an idea stands before the meeting."""

    GO = auto()
    DISCUSS = auto()
    STOP = auto()


class Why(StrEnum):
    """Why an idea is to be discussed."""

    UNREVIEWED = auto()
    BORDER = auto()
    READINESS = auto()
    WISHED = auto()
    SPLIT = auto()
    AGAINST = auto()


WHY: dict[Why, str] = {
    Why.UNREVIEWED: N_("nobody has reviewed it"),
    Why.BORDER: N_("the reviews leave it open"),
    Why.READINESS: N_("a minimum of readiness is not proven"),
    Why.WISHED: N_("a decider wants to talk about it"),
    Why.SPLIT: N_("the votes differ"),
    Why.AGAINST: N_("a vote stands against the reviews"),
}


@dataclass(frozen=True, slots=True)
class Sorted:
    """The group of an idea; what is discussed has reasons, what is clear has none."""

    group: Group
    why: tuple[Why, ...] = ()


def sort(zone: str, votes: Iterable[Choice], *, voters: int, unmet: bool) -> Sorted:
    """Sort one idea by its ranking's zone ("go", "discuss", "stop", "none"), minimums and votes.

    `voters` counts the gate's deciders. Where the reviews leave it open, votes make it clear only
    when more than half of them voted, more than one did, and all the same. Nothing is a clear go
    while a minimum is not proven.

    >>> sort("go", [Choice.GO], voters=3, unmet=False).group
    <Group.GO: 'go'>
    >>> sort("go", [Choice.GO, Choice.STOP], voters=3, unmet=False).why
    (<Why.SPLIT: 'split'>,)
    """
    cast = list(votes)
    kinds = set(cast)
    wished = zone if zone in (Group.GO, Group.STOP) else ""
    agreed = len(kinds) == 1 and len(cast) > max(1, voters / 2)
    if zone == Group.DISCUSS and agreed:
        wished = str(next(iter(kinds)))
    why = []
    if zone not in set(Group):
        why.append(Why.UNREVIEWED)
    elif wished not in (Group.GO, Group.STOP):
        why.append(Why.BORDER)
    if Choice.DISCUSS in kinds:
        why.append(Why.WISHED)
    if {Choice.GO, Choice.STOP} <= kinds:
        why.append(Why.SPLIT)
    elif wished and kinds & ({Choice.GO, Choice.STOP} - {wished}):
        why.append(Why.AGAINST)
    if unmet and wished != Group.STOP:
        why.append(Why.READINESS)
    if why:
        return Sorted(Group.DISCUSS, tuple(why))
    return Sorted(Group(wished))


def shows_votes(*, mine: bool, started: bool) -> bool:
    """Say whether somebody sees others' votes on an idea: once they voted, or the meeting began.

    >>> shows_votes(mine=False, started=False)
    False
    """
    return mine or started


def require_silent(*, started: bool) -> None:
    """Raise once the meeting has begun: then people talk, and votes stay as they were cast."""
    if started:
        raise DomainError(
            "meeting_began", N_("The meeting has begun, so votes can no longer be cast.")
        )


def require_away(must_leave: Collection[int], away: Collection[int]) -> None:
    """Raise unless everybody with a conflict is said to be out before the item opens."""
    if not set(must_leave) <= set(away):
        raise DomainError(
            "not_left",
            N_("Say of everybody named here that they are out, then open the item."),
            field="away",
        )


def places_after(count: int, at: int, to: int) -> list[int]:
    """Return the order of `count` items after the one at `at` moved to `to`, both from 0.

    A place beyond the ends is the end.

    >>> places_after(4, 3, 1)
    [0, 3, 1, 2]
    """
    order = list(range(count))
    order.insert(max(0, min(to, count - 1)), order.pop(at))
    return order
