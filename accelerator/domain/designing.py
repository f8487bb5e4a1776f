"""How the stages of a programme are put in order, and what that means for ideas on their way.

Stages are named by their keys. A removed stage keeps its place in the order: ideas that stand in
it finish it and go on from there, and no other idea enters it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accelerator.domain.errors import DomainError
from accelerator.i18n import N_

LEAST_MARKS, MOST_MARKS = 3, 7
RESERVED = frozenset({"new", "order", "add"})
LONGEST_KEY = 40
_STARTS_NEW = "new-"


@dataclass(frozen=True, slots=True)
class Detour:
    """What changes for ideas in one stage: what comes next, what falls away, what is added."""

    stage: str
    next_was: str | None
    next_is: str | None
    left_out: tuple[str, ...]
    added: tuple[str, ...]


def way(order: Sequence[str], removed: Collection[str], here: str) -> tuple[str, ...]:
    """Return the stages that lie before an idea in stage `here`.

    >>> way(["spark", "validate", "pilot"], ["validate"], "spark")
    ('pilot',)
    """
    return tuple(one for one in order[order.index(here) + 1 :] if one not in removed)


def detours(
    was: tuple[Sequence[str], Collection[str]],
    now: tuple[Sequence[str], Collection[str]],
    standing: Collection[str],
) -> list[Detour]:
    """Compare two designs, each (order, removed), for the stages in which ideas are `standing`.

    A stage whose ideas go the same way as before is not named.

    >>> [d.next_is for d in detours((["a", "b"], []), (["a", "b"], ["b"]), ["a"])]
    [None]
    """
    found = []
    for here in now[0]:
        if here not in standing or here not in was[0]:
            continue
        before, after = way(*was, here), way(*now, here)
        if before != after:
            found.append(
                Detour(
                    here,
                    before[0] if before else None,
                    after[0] if after else None,
                    tuple(one for one in before if one not in after),
                    tuple(one for one in after if one not in before),
                )
            )
    return found


def arranged(order: Sequence[str], removed: Collection[str], wanted: Sequence[str]) -> list[str]:
    """Return the whole order once the living stages stand as `wanted`.

    A removed stage stays behind the living one it stood behind. Raises DomainError unless
    `wanted` names each living stage once: a list that somebody else changed meanwhile.

    >>> arranged(["a", "x", "b"], ["x"], ["b", "a"])
    ['b', 'a', 'x']
    """
    living = [one for one in order if one not in removed]
    if sorted(living) != sorted(wanted):
        raise DomainError("order_unknown", N_("The stages are others by now; look at them again."))
    followers: dict[str | None, list[str]] = {}
    leader: str | None = None
    for one in order:
        if one in removed:
            followers.setdefault(leader, []).append(one)
        else:
            leader = one
    found = followers.get(None, [])[:]
    for one in wanted:
        found += [one, *followers.get(one, [])]
    return found


def moved(order: Sequence[str], key: str, step: int) -> list[str]:
    """Return the order with one key moved a step up (-1) or down (1), as far as there is room.

    >>> moved(["a", "b", "c"], "c", -1), moved(["a", "b"], "a", -1)
    (['a', 'c', 'b'], ['a', 'b'])
    """
    found = list(order)
    if key in found:
        at = found.index(key)
        to = min(max(at + step, 0), len(found) - 1)
        found.insert(to, found.pop(at))
    return found


def fresh_key(name: str, taken: Collection[str], word: str) -> str:
    """Make a key from an English name, or from `word` where there is none; none that is taken.

    >>> fresh_key("Fit & finish!", ["fit-finish"], "stage"), fresh_key("検証", [], "stage")
    ('fit-finish-2', 'stage')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[: LONGEST_KEY - 4].strip("-")
    base = word if not plain or plain.startswith(_STARTS_NEW) or plain in RESERVED else plain
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def require_stage_left(living: int) -> None:
    """Raise when a programme would have no stage any more."""
    if living < 1:
        raise DomainError("last_stage", N_("A programme needs at least one stage."))


def require_weight(rubric: Sequence[Mapping[str, Any]]) -> None:
    """Raise unless something counts: a score without weights is no number. No rubric is fine."""
    weights = [row["weight"] if row["counted"] else 0 for row in rubric]
    if weights and sum(weights) <= 0:
        raise DomainError(
            "no_weight", N_("At least one counted criterion needs a weight above zero.")
        )


def on_scale(mark: float, most_was: int, most: int) -> float:
    """Return where a mark of 1 to `most_was` lies on a scale of 1 to `most`, for comparing only.

    The ends meet the ends, and the steps between are even.

    >>> on_scale(5, 5, 7), on_scale(3, 5, 7), on_scale(2.5, 5, 5)
    (7.0, 4.0, 2.5)
    """
    return 1 + (mark - 1) * (most - 1) / (most_was - 1)
