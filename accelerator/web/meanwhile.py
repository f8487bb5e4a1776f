"""What somebody else saved while a form stood open: both texts, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass

from wtforms import Field, Form


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """One field in which what was typed differs from what is saved now."""

    id: str
    label: str
    theirs: str
    mine: str


def meanwhile(mine: Iterable[Form], saved: Iterable[Form]) -> list[Meanwhile]:
    """List the fields that differ between the forms as posted and the same forms as saved now."""
    return [
        Meanwhile(field.id, str(field.label.text), _shown(now), _shown(field))
        for typed, fresh in zip(mine, saved, strict=True)
        for field, now in zip(typed, fresh, strict=True)
        if field.short_name not in ("version", "csrf_token") and field.data != now.data
    ]


def _shown(field: Field) -> str:
    data = "" if field.data is None else field.data
    words = {choice.value: choice.label for choice in getattr(field, "choices", None) or ()}
    return str(words.get(data, data))
