"""The forms of sharing reviews out: limits only; what fits together is a rule of the domain."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from accelerator.domain.proposals import Settings
from accelerator.i18n import gettext as _
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, known_years, storable, stored_number, stripped

MOST_PAIRS = 1_000
MOST_TABLE = 1_500_000


class ProposeForm(Form):
    """What the optimiser is asked for."""

    reviews = IntegerField(_l("Reviews of each idea"), [InputRequired()])
    least = IntegerField(_l("At least per reviewer"), [InputRequired()])
    most = IntegerField(_l("At most per reviewer"), [InputRequired()])
    keep = BooleanField(
        _l("Keep the reviewers that are assigned"),
        description=_l("Without the tick, those who have not begun may be exchanged."),
    )
    apart = BooleanField(_l("At most one reviewer of a department for each idea"))
    one_panel = BooleanField(
        _l("Connect all ideas through their reviewers"),
        description=_l("A few reviewers are exchanged, so that severe and lenient can be told."),
    )
    skills = StringField(
        _l("Somebody with each of these skills for every idea"),
        [Optional(), storable, Length(max=200)],
        filters=[stripped],
        description=_l("As reviewers wrote them in their profiles, with commas between."),
    )
    seed = IntegerField(
        _l("Number that breaks ties"),
        [InputRequired()],
        description=_l("The same number gives the same proposal again."),
    )

    def settings(self) -> Settings:
        """Return what was asked for; only of a form that validated."""
        skills = [part.strip() for part in (self.skills.data or "").replace("、", ",").split(",")]
        return Settings(
            self.reviews.data or 0, self.least.data or 0, self.most.data or 0,
            bool(self.keep.data), bool(self.apart.data), bool(self.one_panel.data),
            tuple(dict.fromkeys(skill for skill in skills if skill)),
        )  # fmt: skip


def propose_form(settings: Settings, seed: int) -> ProposeForm:
    """Make the form as it stands before anything was posted."""
    told = settings.as_dict() | {"skills": ", ".join(settings.skills), "seed": seed}
    return ProposeForm(formdata=None, data=told)


class DueForm(Form):
    """By when, and what is ticked."""

    due_on = DateField(
        _l("Review by"), [InputRequired(_l("Say by when.")), known_years]
    )  # fmt: skip
    shown = SelectMultipleField(validate_choice=False)
    pair = SelectMultipleField(validate_choice=False)

    def day(self) -> date:
        """Return the day; only of a form that validated."""
        found: date = self.due_on.data
        return found

    def pairs(self) -> tuple[list[int], set[int]]:
        """Return the pairs that the page showed, and those ticked."""
        shown = [stored_number(text) for text in (self.shown.data or [])[:MOST_PAIRS]]
        return shown, {stored_number(text) for text in (self.pair.data or [])[:MOST_PAIRS]}


class TableForm(Form):
    """A file of assignments, or the table that the page carries."""

    file = FileField(_l("CSV file"), [FileRequired(_l("Please choose a file."))])
    removes = BooleanField(
        _l("Remove assignments of these ideas that the file leaves out"),
        description=_l("Only those that nobody has begun."),
    )


class ConfirmForm(Form):
    """The table once it was looked at."""

    table = HiddenField(validators=[InputRequired(), Length(max=MOST_TABLE), storable])
    shown = HiddenField(validators=[Length(max=100)])
    removes = BooleanField(_l("Remove assignments of these ideas that the file leaves out"))
    due_on = DateField(_l("Review by"), [InputRequired(_l("Say by when.")), known_years])

    def day(self) -> date:
        """Return the day; only of a form that validated."""
        found: date = self.due_on.data
        return found


def _load_field(label: str) -> IntegerField:
    return IntegerField(label, [Optional()])


def capacity_form(rows: Sequence[Any]) -> Form:
    """Make the grid: two numbers for each reviewer, empty where the manager says nothing."""
    fields: dict[str, Any] = {}
    data: dict[str, int | None] = {}
    for row in rows:
        name = {"name": row.name}
        fields[f"least_{row.id}"] = _load_field(_("Least: %(name)s", **name))
        fields[f"most_{row.id}"] = _load_field(_("Most: %(name)s", **name))
        data |= {f"least_{row.id}": row.least, f"most_{row.id}": row.most}
    form: Form = type("CapacityForm", (Form,), fields)(data=data)
    return form


WISHES = (
    ("1", _l("I would like to")),
    ("0", _l("Either way")),
    ("-1", _l("Rather not")),
)


def interest_form(rows: Sequence[Any], wish: int | None) -> Form:
    """Make the page's form: one wish for each idea, and how many reviews one would take."""
    fields: dict[str, Any] = {
        "most": IntegerField(
            _l("How many reviews would you take at this stage?"),
            [Optional()],
            description=_l("Leave it empty if you do not mind. The programme manager decides."),
        )
    }
    data: dict[str, Any] = {"most": wish}
    for row in rows:
        fields[f"wish_{row.id}"] = RadioField(
            _("Your wish for %(code)s", code=row.code),
            choices=[SelectChoice(value, label) for value, label in WISHES],
        )
        data[f"wish_{row.id}"] = str(row.wish)
    form: Form = type("InterestForm", (Form,), fields)(data=data)
    return form
