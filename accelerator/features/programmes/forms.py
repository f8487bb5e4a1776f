"""Limits of what managers type about programmes and stages."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    InputRequired,
    Length,
    NoneOf,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.outline import TAKEN_KEYS
from accelerator.domain.readiness import HIGHEST, LOWEST
from accelerator.i18n import lazy_gettext as _
from accelerator.web.forms import Form, storable, stripped


def one_side(form: PlainForm, field: Field) -> None:
    """Ask for a text in one language at least; a validator for the Japanese side."""
    other = form[field.short_name.removesuffix("_ja") + "_en"]
    if not field.data and not other.data:
        raise ValidationError(_("Write this in at least one language."))


def _name(label: str, *validators: Any) -> StringField:
    return StringField(label, [Length(max=400), storable, *validators], filters=[stripped])


def _text(label: str) -> TextAreaField:
    return TextAreaField(label, [Length(max=4000), storable], filters=[stripped])


def _level(label: str) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(LOWEST, HIGHEST)])


def both(form: PlainForm, name: str) -> Bilingual:
    """Join the two fields of a bilingual text."""
    return Bilingual(form[f"{name}_ja"].data or "", form[f"{name}_en"].data or "")


class NewProgramme(Form):
    """Choose a template and name the programme."""

    template = RadioField(_("Template"), [InputRequired()])
    key = StringField(
        _("Short key"),
        [
            InputRequired(),
            Length(max=40),
            Regexp(r"[a-z0-9][a-z0-9-]*\Z", message=_("Use small letters, digits and hyphens.")),
            NoneOf(TAKEN_KEYS, message=_("This word is taken by a page of its own.")),
        ],
        filters=[stripped],
        description=_("It stands in the addresses of pages, for example tech-2027."),
    )
    name_ja = _name(_("Name"))
    name_en = _name(_("Name"))


class EditProgramme(Form):
    """A programme's texts and who may read its ideas."""

    version = IntegerField(validators=[InputRequired()])
    name_ja = _name(_("Name"), one_side)
    name_en = _name(_("Name"))
    summary_ja = _text(_("Summary"))
    summary_en = _text(_("Summary"))
    audience = SelectField(
        _("Who may read new ideas"),
        choices=[
            SelectChoice(
                "team", _("The team and those who work on the idea, unless its owner opens it")
            ),
            SelectChoice("everybody", _("All employees, unless the owner closes the idea")),
        ],
    )
    undo_minutes = IntegerField(
        _("Minutes to undo a gate decision"),
        [Optional(), NumberRange(0, 1440)],
        description=_("No team hears of a decision before this time has passed."),
    )


def one_sided(*forms: PlainForm) -> list[str]:
    """Name the texts that have one language only, by the id of the empty field."""
    pairs: Iterable[tuple[Field, Field]] = (
        (field, form[field.short_name.removesuffix("_ja") + "_en"])
        for form in forms
        for field in form
        if field.short_name.endswith("_ja")
    )
    return [(en if ja.data else ja).id for ja, en in pairs if bool(ja.data) is not bool(en.data)]
