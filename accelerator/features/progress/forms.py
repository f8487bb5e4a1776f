"""Which list of a round is shown, and which reviews are given to others."""

from typing import Any

from wtforms import IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, NumberRange, Optional

from accelerator.features.progress.queries import Narrowed
from accelerator.web.forms import Form, storable, stored_number

SHOWN = (
    "", "none", "short", "open", "done", "late", "declined", "asked", "accepted", "drafted",
)  # fmt: skip
LONGEST = 60


class ListForm(Form):
    """What the reader asked for; nothing is a fine answer, and what is unreadable counts as it."""

    class Meta(Form.Meta):
        """Reading changes nothing, so no token is needed."""

        csrf = False

    by = SelectField(default="ideas", choices=["ideas", "reviewers", "reviews"])
    show = SelectField(default="", choices=list(SHOWN))
    idea = StringField(validators=[Optional(), Length(max=LONGEST), storable])
    reviewer = IntegerField(validators=[Optional(), NumberRange(1, 2**31 - 1)])
    after = StringField(validators=[Optional(), Length(max=LONGEST), storable])

    def narrowed(self) -> Narrowed:
        """Return which list is asked for."""
        return Narrowed(
            by=self._read("by") or "ideas",
            show=self._read("show") or "",
            idea=self._read("idea") or "",
            reviewer=self._read("reviewer") or 0,
            after=self._read("after") or "",
        )

    def _read(self, name: str) -> Any:
        field = self._fields[name]
        return None if field.errors else field.data


class GiveForm(Form):
    """The moves that are ticked, each an assignment and who takes it: "12-7"."""

    selected = SelectMultipleField(validate_choice=False)

    def moves(self) -> dict[int, int]:
        """Return who takes which assignment; what cannot be read is left out."""
        found = {}
        for text in self.selected.data or ():
            review, _, taker = str(text).partition("-")
            if stored_number(review) and stored_number(taker):
                found[stored_number(review)] = stored_number(taker)
        return found
