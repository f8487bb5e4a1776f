"""The base of all forms: CSRF, the person's language, and errors of the rules at their fields."""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from math import isfinite
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from markupsafe import escape
from wtforms import Field, FieldList
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import Select

from accelerator.domain.answers import is_link
from accelerator.domain.errors import DomainError
from accelerator.i18n import N_, gettext, ngettext

# The messages of WTForms that our fields and validators can give; they are looked up in _Texts.
WTFORMS_TEXTS = (
    N_("This field is required."),
    N_("Field must be at least %(min)d character long."),
    N_("Field must be at least %(min)d characters long."),
    N_("Field cannot be longer than %(max)d character."),
    N_("Field cannot be longer than %(max)d characters."),
    N_("Field must be between %(min)d and %(max)d characters long."),
    N_("Field must be equal to %(other_name)s."),
    N_("Number must be at least %(min)s."),
    N_("Number must be at most %(max)s."),
    N_("Number must be between %(min)s and %(max)s."),
    N_("Invalid input."),
    N_("Invalid Choice: could not coerce."),
    N_("Not a valid choice."),
    N_("'%(value)s' is not a valid choice for this field."),
    N_("'%(value)s' are not valid choices for this field."),
    N_("Not a valid integer value."),
    N_("Not a valid decimal value."),
    N_("Not a valid float value."),
    N_("Not a valid date value."),
)


class _Texts:
    """WTForms' own messages in the person's language, from our catalogue."""

    def gettext(self, message: str) -> str:
        return gettext(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        # WTForms fills %(min)d and the like itself, so the placeholders must stay.
        return gettext(singular if n == 1 else plural) if n else ngettext(singular, plural, n)


class Form(FlaskForm):
    """A form whose limits are WTForms' and whose rules are the domain's."""

    class Meta:
        """Use our catalogue for WTForms' own messages."""

        def get_translations(self, _form: Any) -> _Texts:
            """Return the texts in the language spoken now."""
            return _Texts()

    whole_errors: ClassVar[tuple[str, ...]] = ()

    def refuse(self, error: DomainError) -> None:
        """Put a rule's error at its field, or on top of the form when it has none."""
        text = gettext(error.message, **error.values)
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors.append(text)
        else:
            field.errors = [*field.errors, text]

    def carry_out(self, change: Callable[[], object]) -> bool:
        """Do a change if the form holds; say whether it was done. A refusal stands at its field."""
        if not self.validate_on_submit():
            return False
        try:
            change()
        except DomainError as error:
            self.refuse(error)
            return False
        return True


class Rows(FieldList):
    """Rows of a form; one whose number no page of ours gave is passed over, however it is written.

    WTForms would take “²” for a number, and fail at it and at five thousand digits.
    """

    def _extract_indices(self, prefix: str, formdata: Collection[str]) -> Iterator[int]:
        start = f"{prefix}{self._field_separator}"
        for name in formdata:
            if name.startswith(start):
                number = name.removeprefix(start).partition(self._field_separator)[0]
                if number.isascii() and number.isdecimal() and len(number) <= 6:  # noqa: PLR2004
                    yield int(number)


class LongSelect(Select):
    """A select of hundreds of choices; WTForms would take longer for them than for the page."""

    @classmethod
    def render_option(cls, choice: SelectChoice, **_attributes: object) -> str:
        """Write one choice at once."""
        chosen = " selected" if choice.selected else ""
        label = escape(choice.label or choice.value)
        return f'<option{chosen} value="{escape(choice.value)}">{label}</option>'


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(_form: Any, field: Field) -> None:
    """Refuse what no database can keep: NUL and lone surrogates; a validator for text fields."""
    text = field.data
    if isinstance(text, str) and not is_storable(text):
        raise StopValidation(gettext("This text has a character that cannot be stored."))


def is_storable(text: str) -> bool:
    """Say whether a text has no NUL and no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def stripped(value: str | None) -> str:
    """A filter for text fields: no space around, line ends as one character."""
    return (value or "").replace("\r\n", "\n").strip()


def web_address(_form: Any, field: Field) -> None:
    """Accept http and https addresses only; anything else could be made to run."""
    if field.data and not is_link(field.data):
        raise ValidationError(gettext("Give an address that starts with https:// or http://."))


def finite(_form: Any, field: Field) -> None:
    """Refuse what is no number one could compare; a validator for numbers."""
    if field.data is not None and not isfinite(field.data):
        raise ValidationError(gettext("Not a valid float value."))


def known_years(_form: Any, field: Field) -> None:
    """Keep days where calendars are known and counting them ends; a validator for days."""
    if field.data is not None and not has_calendar(field.data):
        raise ValidationError(gettext("Choose a day between 2000 and 2100."))


def has_calendar(day: date) -> bool:
    """Say whether a day lies in the years whose holidays are known."""
    return 2000 <= day.year <= 2100  # noqa: PLR2004


def stored_number(text: str | None, *, digits: int = 9) -> int:
    """Return the number of a row that a form names; 0, which no row has, for anything else.

    `digits` are those that each number of the column's type can have.
    """
    known = text is not None and text.isascii() and text.isdecimal() and len(text) <= digits
    return int(text or 0) if known else 0
