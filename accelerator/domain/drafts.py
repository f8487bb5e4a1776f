"""Several people write one draft: whose text is kept when it is saved.

A form carries a stamp: the fingerprint of each field as the writer last saw it. A save then
changes only what its writer changed. Where somebody else changed the same field meanwhile, both
texts are shown and nothing is saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2s

from accelerator.domain.answers import Value

_SIZE = 5


@dataclass(frozen=True, slots=True)
class Merge:
    """What to save, and the fields in which two people wrote different things."""

    changes: dict[str, Value] = field(default_factory=dict)
    conflicts: frozenset[str] = frozenset()


def fingerprint(value: Value) -> str:
    """Return a short mark of a field's content; nothing, "" and [] are alike."""
    found = value or ""
    if isinstance(found, list):
        rows = [
            part if isinstance(part, str) else "\x1e".join(f"{k}\x1d{v}" for k, v in part.items())
            for part in found
        ]
        # What was chosen has no order; the rows of a table have one.
        plain = "\x1f".join(rows if isinstance(found[0], dict) else sorted(rows))
    else:
        plain = found
    return blake2s(plain.encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()


def stamp(fields: Mapping[str, Value]) -> str:
    """Return the stamp of a form that shows these fields."""
    return " ".join(f"{name}={fingerprint(value)}" for name, value in fields.items())


def restamp(old: str, fields: Mapping[str, Value]) -> str:
    """Return the stamp after a save: what the writer's form shows now."""
    marks = _read(old) | {name: fingerprint(value) for name, value in fields.items()}
    return " ".join(f"{name}={mark}" for name, mark in marks.items())


def merge(seen: str, stored: Mapping[str, Value], typed: Mapping[str, Value]) -> Merge:
    """Compare what the writer saw, what is stored, and what was typed.

    Without a mark for a field, its writer counts as having seen it empty, so that nothing that
    exists is overwritten unseen.

    >>> merge(stamp({"title": "a"}), {"title": "b"}, {"title": "c"}).conflicts
    frozenset({'title'})
    """
    marks = _read(seen)
    changes: dict[str, Value] = {}
    conflicts = set()
    for name, mine in typed.items():
        theirs = stored.get(name)
        now, mark, wanted = fingerprint(theirs), marks.get(name, fingerprint("")), fingerprint(mine)
        if wanted in (now, mark):
            continue
        if now == mark:
            changes[name] = mine
        else:
            conflicts.add(name)
    return Merge(changes, frozenset(conflicts))


def _read(seen: str) -> dict[str, str]:
    pairs = (part.rpartition("=") for part in seen.split())
    return {name: mark for name, equals, mark in pairs if equals}
