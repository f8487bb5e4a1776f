"""The fields of a stage's questions: made from the questions, read from what was sent.

The form of an idea and the preview of a form draw the same fields (components/answers.html).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from wtforms import Field, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from accelerator.domain.answers import MOST_ROWS, Asked, Kind, TableRow, Value, day, money, rows
from accelerator.domain.bilingual import Bilingual
from accelerator.i18n import gettext, language
from accelerator.web.forms import Form, is_storable, storable

LONGEST_TEXT = 100_000
LONGEST_CELL = 1000
ROWS_AT_FIRST = 3
ROWS_TO_SPARE = 2


def one_line(text: str | None) -> str:
    """A filter: line ends become spaces, no space around."""
    return " ".join((text or "").splitlines()).strip()


def lines(text: str | None) -> str:
    """A filter: one kind of line end; the wide space that opens a Japanese paragraph stays."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n")


def name_of(asked: Asked) -> str:
    """Return the name of a question's field."""
    return f"answer_{asked.key}"


class DayField(StringField):
    """A day as it was typed; a browser's calendar shows only what is one."""

    def is_day(self) -> bool:
        """Say whether the control for days can show what was typed."""
        return not self.data or day(self.data) is not None


class MoneyField(StringField):
    """An amount and its currency, kept as one text: "1,200,000 JPY"."""

    def __init__(self, *args: Any, currencies: list[SelectChoice], **more: Any) -> None:
        super().__init__(*args, **more)
        self.currencies = currencies

    def process_formdata(self, valuelist: list[str]) -> None:
        """Join the two controls; no amount is no answer."""
        amount = one_line(valuelist[0]) if valuelist else ""
        keys = [choice.value for choice in self.currencies]
        sent = request.form.get(f"{self.name}-currency", "")
        self.data = f"{amount} {sent if sent in keys else keys[0]}" if amount and keys else amount

    @property
    def amount(self) -> str:
        """Return the amount as it was typed."""
        return money(self.data or "")[0]

    @property
    def currency(self) -> str:
        """Return the currency chosen, or the first one offered."""
        found = money(self.data or "")[1]
        return found or next((str(choice.value) for choice in self.currencies), "")


class RowsField(Field):
    """The rows of a table. Cells are named by row and column; empty rows are no rows."""

    def __init__(self, *args: Any, columns: list[SelectChoice], **more: Any) -> None:
        super().__init__(*args, **more)
        self.columns = columns

    def process_formdata(self, _valuelist: list[str]) -> None:
        """Read the cells that were sent."""
        self.data = [row for row in self._sent() if any(row.values())]

    def _sent(self) -> Iterable[TableRow]:
        for number in range(MOST_ROWS):
            row = {
                str(column.value): one_line(request.form.get(self.cell(number, column.value)))
                for column in self.columns
            }
            yield {key: text for key, text in row.items() if text}

    def cell(self, number: int, column: str) -> str:
        """Return the name of a cell."""
        return f"{self.name}-{number}-{column}"

    def lines(self) -> list[TableRow]:
        """Return the rows to draw, with empty ones to go on in."""
        filled = rows(self.data)
        wanted = min(max(len(filled) + ROWS_TO_SPARE, ROWS_AT_FIRST), MOST_ROWS)
        return filled + [{} for _ in range(wanted - len(filled))]

    def pre_validate(self, _form: Any) -> None:
        """Refuse cells that are too long or cannot be stored."""
        for row in rows(self.data):
            for text in row.values():
                if len(text) > LONGEST_CELL:
                    raise ValidationError(
                        gettext("A cell takes at most %(most)s characters.", most=1000)
                    )
                if not is_storable(text):
                    raise ValidationError(
                        gettext("This text has a character that cannot be stored.")
                    )


class FilesField(Field):
    """Files are attached one by one; the field stands for them in the form and its errors."""

    def process(self, *_args: Any, **_more: Any) -> None:
        """Files go their own way: they are no text of the form."""
        self.data = None


def field_of(asked: Asked, help_text: Bilingual) -> Field:
    """Make the field of one question, in the reader's language."""
    choices = [SelectChoice(option.key, option.label.pick(language())) for option in asked.options]
    text = {"validators": [Length(max=LONGEST_TEXT), storable], "filters": [one_line]}
    picked = {"choices": choices, "validate_choice": False}
    boxes = {"widget": ListWidget(prefix_label=False), "option_widget": CheckboxInput()}
    kinds: dict[Kind, tuple[type[Field], dict[str, Any]]] = {
        Kind.LONG: (TextAreaField, text | {"filters": [lines]}),
        Kind.CHOICE: (RadioField, picked),
        Kind.SEVERAL: (SelectMultipleField, picked | boxes),
        Kind.MONEY: (MoneyField, text | {"currencies": choices, "filters": []}),
        Kind.DATE: (DayField, text),
        Kind.TABLE: (RowsField, {"columns": choices}),
        Kind.FILE: (FilesField, {}),
    }
    made, more = kinds.get(asked.kind, (StringField, text))
    return made(asked.label.pick(language()), description=help_text.pick(language()), **more)


def form_of(
    questions: Iterable[tuple[Asked, Bilingual]],
    values: Mapping[str, Value] | None = None,
    base: type[Form] = Form,
) -> Any:
    """Make the form of questions and their help, filled with `values` or with what was posted."""
    fields = {name_of(asked): field_of(asked, help_text) for asked, help_text in questions}
    kind = type("StageForm", (base,), fields)
    return kind() if values is None else kind(formdata=None, data=values)


def typed(asked: Asked, field: Any) -> Value:
    """Return what was sent for a question."""
    keys = [option.key for option in asked.options]
    if asked.kind is Kind.SEVERAL:
        sent = request.form.getlist(field.name)
        return [key for key in keys if key in sent]
    if asked.kind is Kind.CHOICE:
        return field.data if field.data in keys else ""
    return field.data or ""
