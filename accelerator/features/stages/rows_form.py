"""The rows of a page as one form: in the order they stand in, with new ones at the end."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import request
from wtforms import Form as PlainForm

from accelerator.domain.designing import moved
from accelerator.features.stages.forms import RowForm, Whole
from accelerator.features.stages.service.rows import NEW, Row
from accelerator.web.meanwhile import Meanwhile, meanwhile

MOST_NEW = 30


class RowsForm:
    """One small form for each row, under the row's key.

    The field `row` names the rows in the order of the page, and `act` what a button asks for:
    another row ("add"), a step ("up market"), another scale ("scale"); nothing means to save.
    Rows that somebody else added meanwhile stand behind; unless `saved` is asked for, what was
    posted stands over what is stored.
    """

    def __init__(
        self,
        kind: type[RowForm],
        rows: Any,
        data: Callable[[Any], dict[str, Any]],
        *,
        scale: int = 5,
        saved: bool = False,
    ) -> None:
        sent = request.form if request.method == "POST" and not saved else None
        options: dict[str, Any] = {} if sent is not None else {"formdata": None}
        self.whole = Whole(data={"scale": scale}, **options)
        self.act = sent.get("act", "") if sent is not None else ""
        stored = {row.key: row for row in (*rows.living, *rows.removed)}
        living = [row.key for row in rows.living]
        named = self._named(set(stored)) if sent is not None else living
        self.typed = frozenset(named)
        keys = [*named, *(key for key in living if key not in named)]
        if self.act == "add":
            taken = {key for key in keys if key.startswith(NEW)}
            keys.append(next(f"{NEW}{n}" for n in range(1, 10**6) if f"{NEW}{n}" not in taken))
        elif self.act.startswith(("up ", "down ")):
            word, _, key = self.act.partition(" ")
            keys = moved(keys, key, -1 if word == "up" else 1)
        self.forms: dict[str, RowForm] = {}
        for key in keys:
            row = stored.get(key)
            given = data(row) if row is not None else {}
            mine = sent if sent is not None and key in named else None
            self.forms[key] = kind(mine, row, prefix=f"row-{key}-", data=given)

    def _named(self, stored: set[str]) -> list[str]:
        new = [f"{NEW}{n}" for n in range(1, MOST_NEW + 1)]
        known = stored.union(new)
        return [key for key in dict.fromkeys(request.form.getlist("row")) if key in known]

    def __iter__(self) -> Iterator[PlainForm]:
        yield self.whole
        yield from self.forms.values()

    @property
    def scale(self) -> int:
        """Return how many marks the rubric has, within what can be shown."""
        found = self.whole.scale.data
        return found if isinstance(found, int) and 3 <= found <= 7 else 5  # noqa: PLR2004

    def wants_save(self) -> bool:
        """Say whether the form was sent to be saved, and not for another row or place."""
        return self.whole.is_submitted() and not self.act

    def validate(self) -> bool:
        """Check what was typed, but for new rows that are empty and rows that go."""
        checked: list[PlainForm] = [self.whole]
        checked += [form for key, form in self.forms.items() if self._counts(key, form)]
        return not [form for form in checked if not form.validate()]

    def rows(self) -> list[Row]:
        """Return the rows as they were typed; only when they are valid."""
        return [
            Row(key, {} if form.gone.data else form.values(self.scale), gone=form.gone.data)
            for key, form in self.forms.items()
            if form.gone.data or self._counts(key, form)
        ]

    def _counts(self, key: str, form: RowForm) -> bool:
        empty = key.startswith(NEW) and form.blank
        return key in self.typed and not form.gone.data and not empty

    def differences(self, saved: "RowsForm") -> list[Meanwhile]:
        """List the fields in which this form and what is saved now differ."""
        found = meanwhile([self.whole], [saved.whole])
        for key, form in self.forms.items():
            if key in saved.forms:
                found += meanwhile([form], [saved.forms[key]])
            elif not form.blank:
                name = form["name_en"].data or form["name_ja"].data
                label = str(form["name_en"].label.text)
                found.append(Meanwhile(form["name_en"].id, label, "", "", str(name)))
        return found
