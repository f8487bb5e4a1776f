"""Rows that hang on a stage, criteria and milestones: added, changed, ordered and removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accelerator.domain.designing import fresh_key
from accelerator.domain.drafts import fingerprint
from accelerator.domain.errors import Stale
from accelerator.features.stages.queries.one import Rows
from accelerator.i18n import N_
from accelerator.storage.tables import Stage

NEW = "new-"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it shall be; a key that begins with `new-` is a new row, `gone` removes it."""

    key: str
    values: Mapping[str, Any]
    gone: bool = False


def mark(rows: Sequence[Any], names: Sequence[str], *more: object) -> str:
    """Return the mark of what a form of rows showed; another one means somebody saved."""
    shown = [[row.key, *(getattr(row, name) for name in names)] for row in rows]
    return fingerprint(repr([shown, *more]))


def require_fresh(found: str, version: str) -> None:
    """Raise Stale unless the form showed what is saved."""
    if found != version:
        raise Stale(
            "stale", N_("Another manager saved this page after you opened it."),
            theirs={}, mine={}, version=found,
        )  # fmt: skip


def differences(rows: Rows, wanted: Sequence[Row]) -> list[str]:
    """Name what would change: "market:weight", "market:removed", "added", "order"."""
    known = {row.key: row for row in (*rows.living, *rows.removed)}
    living = [row.key for row in rows.living]
    found = []
    for each in wanted:
        row = known.get(each.key)
        if row is None:
            found += [] if each.gone else ["added"]
        elif each.gone:
            found += [f"{each.key}:removed"] if each.key in living else []
        elif each.key not in living:
            found.append(f"{each.key}:restored")
        else:
            found += [f"{each.key}:{n}" for n, v in each.values.items() if getattr(row, n) != v]
    stay = [each.key for each in wanted if not each.gone and each.key in living]
    if stay != [key for key in living if key in stay]:
        found.append("order")
    return found


def apply(
    session: Session,
    table: Any,
    stage: Stage,
    rows: Rows,
    wanted: Sequence[Row],
    *,
    word: str,
    now: datetime,
) -> None:
    """Bring the rows to what is wanted. Rows that are not named stay, behind those that are."""
    known = {row.key: row for row in (*rows.living, *rows.removed)}
    taken = set(known)
    placed = []
    for each in wanted:
        row = known.get(each.key)
        if row is None and not each.gone:
            key = fresh_key(each.values["name"].en, taken, word)
            taken.add(key)
            row = table(stage_id=stage.id, key=key, position=0)
            session.add(row)
        if row is None:
            continue
        row.removed_at = now if each.gone else None
        if not each.gone:
            for name, value in each.values.items():
                setattr(row, name, value)
        placed.append(row)
    placed += [row for row in rows.living if row not in placed]
    for position, row in enumerate(placed, start=1):
        row.position = position
    session.flush()
