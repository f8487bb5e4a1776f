"""What somebody else saved while a form stood open: both texts, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass

from wtforms import Field, Form, HiddenField


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """One field in which what was typed differs from what is saved now.

    `language` is that of the text when the field is one side of a bilingual pair, else empty.
    """

    id: str
    label: str
    language: str
    theirs: str
    mine: str


def meanwhile(mine: Iterable[Form], saved: Iterable[Form]) -> list[Meanwhile]:
    """List the fields that differ between the forms as posted and the same forms as saved now."""
    return [
        Meanwhile(
            id=field.id,
            label=str(field.label.text),
            language=field.name[-2:] if field.name.endswith(("_ja", "_en")) else "",
            theirs=_shown(now),
            mine=_shown(field),
        )
        for typed, fresh in zip(mine, saved, strict=True)
        for field, now in zip(typed, fresh, strict=True)
        if not isinstance(field, HiddenField)
        and field.short_name != "version"
        and field.data != now.data
    ]


def _shown(field: Field) -> str:
    data = "" if field.data is None else field.data
    words = {choice.value: choice.label for choice in getattr(field, "choices", None) or ()}
    if not words:
        return str(data)
    return ", ".join(
        str(words.get(one, one)) for one in (data if isinstance(data, list) else [data])
    )
