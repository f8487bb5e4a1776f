"""Limits of what managers type about a question."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from accelerator.domain.answers import CHOSEN, WRITTEN, Condition, Kind
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.questions import CURRENCIES, MOST_OPTIONS, new_key
from accelerator.i18n import N_, gettext, language
from accelerator.i18n import lazy_gettext as _
from accelerator.web.forms import Form, is_storable, storable, stored_number, stripped

LONGEST_OPTION = 400
ROWS_AT_FIRST = 3
KINDS = {
    Kind.SHORT: (N_("Short text"), N_("One line, in each language.")),
    Kind.LONG: (N_("Long text"), N_("Paragraphs, in each language.")),
    Kind.CHOICE: (N_("Choice"), N_("One of several answers; other questions can hang on it.")),
    Kind.SEVERAL: (N_("Several"), N_("Any number of the answers offered.")),
    Kind.NUMBER: (N_("A number"), N_("For example 1200 or 3.5.")),
    Kind.MONEY: (N_("Money"), N_("An amount in one of the currencies you offer.")),
    Kind.DATE: (N_("A date"), N_("A day.")),
    Kind.LINK: (N_("Link"), N_("The address of a page.")),
    Kind.PERSON: (N_("Person"), N_("Somebody in the company; hidden while teams are hidden.")),
    Kind.FILE: (N_("File"), N_("Up to five files, checked and limited like attachments.")),
    Kind.TABLE: (N_("Table"), N_("You name the columns, the team adds rows.")),
}


class Offered(list[dict[str, Any]]):
    """The options of a question; as text, their labels."""

    def __str__(self) -> str:
        return " / ".join(Bilingual.of(option["label"]).pick(language()) for option in self)


class OptionsField(Field):
    """Options, or the columns of a table: a key that stays, and a label in both languages."""

    def process_data(self, value: Any) -> None:
        """Take the options as they are stored."""
        self.data = Offered(
            {"key": o["key"], "label": Bilingual.of(o.get("label") or o).as_dict()}
            for o in value or ()
        )

    def process_formdata(self, _valuelist: list[str]) -> None:
        """Read the rows that were sent; a row without a label is no option."""
        known = {option["key"] for option in self.data or ()}
        rows = [self._sent(number) for number in range(MOST_OPTIONS)]
        found = Offered()
        for key, label in _arranged(rows, request.form.get("arrange", "")):
            if label:
                taken = [option["key"] for option in found]
                free = key if key in known and key not in taken else ""
                new = free or new_key(label, [*taken, *known], "option")
                found.append({"key": new, "label": label.as_dict()})
        self.data = found

    def _sent(self, number: int) -> tuple[str, Bilingual]:
        sent = [stripped(request.form.get(f"option-{number}-{part}")) for part in ("ja", "en")]
        return request.form.get(f"option-{number}-key", ""), Bilingual(*sent)

    def lines(self) -> list[dict[str, Any]]:
        """Return the rows to draw, with empty ones to go on in."""
        filled = list(self.data or ())
        more = 2 if request.form.get("arrange") == "more" else 1
        wanted = min(max(len(filled) + more, ROWS_AT_FIRST), MOST_OPTIONS)
        return filled + [{"key": "", "label": {"ja": "", "en": ""}}] * (wanted - len(filled))

    def pre_validate(self, _form: Any) -> None:
        """Refuse labels that are too long or cannot be stored."""
        for option in self.data or ():
            for text in option["label"].values():
                if len(text) > LONGEST_OPTION or not is_storable(text):
                    raise ValidationError(
                        gettext("Shorten this: at most %(most)s characters.", most=400)
                    )


def _arranged(
    rows: Sequence[tuple[str, Bilingual]], command: str
) -> Iterable[tuple[str, Bilingual]]:
    """Carry out "up:2" or "down:2": one row changes place with its neighbour."""
    word, _colon, number = command.partition(":")
    found = list(rows)
    if word in ("up", "down") and number.isdecimal() and len(number) < 3:  # noqa: PLR2004
        here = int(number)
        there = here - 1 if word == "up" else here + 1
        if 0 <= here < len(found) and 0 <= there < len(found):
            found[here], found[there] = found[there], found[here]
    return found


def one_side(form: Any, field: Field) -> None:
    """Ask for a text in one language at least; a validator for the Japanese side."""
    if not field.data and not form["label_en"].data:
        raise ValidationError(_("Write this in at least one language."))


class QuestionForm(Form):
    """One question. Which fields it has follows from its kind."""

    version = HiddenField()
    label_ja = StringField(_("Question"), [Length(max=400), storable, one_side], filters=[stripped])
    label_en = StringField(_("Question"), [Length(max=400), storable], filters=[stripped])
    help_ja = TextAreaField(_("Help"), [Length(max=4000), storable], filters=[stripped])
    help_en = TextAreaField(_("Help"), [Length(max=4000), storable], filters=[stripped])
    kind = SelectField(_("Length of the text"))
    required = BooleanField(_("Must be answered"))
    word_limit = IntegerField(_("Words at most"), [Optional(), NumberRange(5, 5000)])
    options = OptionsField(_("Answers to choose from"))
    currencies = SelectMultipleField(
        _("Currencies"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    condition_question = SelectField(_("Ask only after an answer to"), validate_choice=False)
    condition_any_of = SelectMultipleField(
        _("when the answer is one of"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    carried_from_id = SelectField(_("Carry over the answer from"), validate_choice=False)

    def offer(self, kind: Kind, sources: Sequence[Any], earlier: Sequence[Any]) -> None:
        """Fill what can be chosen: conditions on choices above, answers of earlier stages.

        `sources` are questions, `earlier` pairs of a question and its stage's name.
        """
        self.kind.choices = [
            SelectChoice(str(one), gettext(KINDS[one][0]))
            for one in (WRITTEN if kind in WRITTEN else [kind])
        ]
        self.currencies.choices = [
            SelectChoice(o.key, o.label.pick(language())) for o in CURRENCIES
        ]
        chosen = [row for row in sources if row.kind in CHOSEN]
        self.condition_question.choices = [
            SelectChoice("", gettext("always asked")),
            *(SelectChoice(row.key, row.label.pick(language())) for row in chosen),
        ]
        source = next((row for row in chosen if row.key == self.condition_question.data), None)
        self.condition_any_of.choices = [
            SelectChoice(option.key, option.label.pick(language()))
            for option in (source.asked.options if source else ())
        ]
        self.carried_from_id.choices = [
            SelectChoice("", gettext("nothing: it begins empty")),
            *(
                SelectChoice(str(row.id), f"{stage.pick(language())}: {row.label.pick(language())}")
                for row, stage in earlier
            ),
        ]

    def seen_version(self) -> int:
        """Return which state of the question its writer saw."""
        return stored_number(request.form.get("version"))

    def values(self, kind: Kind) -> dict[str, Any]:
        """Return the question's values; what its kind has no use for is left out."""
        new = Kind(self.kind.data) if kind in WRITTEN and self.kind.data in WRITTEN else kind
        carried = {str(choice.value) for choice in self.carried_from_id.choices or ()} - {""}
        return {
            "kind": str(new),
            "label": Bilingual(self.label_ja.data or "", self.label_en.data or ""),
            "help": Bilingual(self.help_ja.data or "", self.help_en.data or ""),
            "required": bool(self.required.data),
            "word_limit": self.word_limit.data if new in WRITTEN else None,
            "options": self._options(new),
            "condition": self._condition(),
            "carried_from_id": int(self.carried_from_id.data)
            if self.carried_from_id.data in carried
            else None,
        }

    def _options(self, kind: Kind) -> list[dict[str, Any]]:
        if kind is Kind.MONEY:
            picked = self.currencies.data or []
            return [
                {"key": o.key, "label": o.label.as_dict()} for o in CURRENCIES if o.key in picked
            ]
        return list(self.options.data or ()) if kind in CHOSEN or kind is Kind.TABLE else []

    def _condition(self) -> dict[str, Any] | None:
        offered = {choice.value for choice in self.condition_any_of.choices or ()}
        wanted = offered.intersection(self.condition_any_of.data or ())
        if not self.condition_question.data or not offered:
            return None
        return Condition(self.condition_question.data, frozenset(map(str, wanted))).as_dict()

    def validate_condition_any_of(self, field: Field) -> None:
        """Ask for an answer where a question was chosen."""
        offered = {choice.value for choice in field.choices or ()}
        if offered and not offered.intersection(field.data or ()):
            raise ValidationError(_("Choose at least one answer."))


def stored(question: Any) -> dict[str, Any]:
    """Return a question as its form shows it."""
    condition = question.condition or {}
    return {
        "version": question.version,
        "label_ja": question.label.ja, "label_en": question.label.en,
        "help_ja": question.help.ja, "help_en": question.help.en,
        "kind": question.kind, "required": question.required, "word_limit": question.word_limit,
        "options": question.options, "currencies": [o["key"] for o in question.options],
        "condition_question": condition.get("question", ""),
        "condition_any_of": list(condition.get("any_of", ())),
        "carried_from_id": str(question.carried_from_id or ""),
    }  # fmt: skip


def form_of(question: Any, *, saved: bool = False) -> QuestionForm:
    """Make a question's form from its row and, unless `saved` is asked for, from the post."""
    data = stored(question)
    return QuestionForm(formdata=None, data=data) if saved else QuestionForm(data=data)
