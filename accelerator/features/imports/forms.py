"""Limits of what people choose when they import; what the rows say is the rules' affair."""

from collections.abc import Sequence

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from accelerator.domain.answers import Asked
from accelerator.domain.idea_table import LABELS, LEFT_OUT, NUMBER, OWNER, SUMMARY, TITLE, target_of
from accelerator.features.imports.files import MOST_PACKED
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, storable, stripped

HANDED_IN, DRAFT = "handed_in", "draft"


class UploadForm(Form):
    """The file."""

    file = FileField(_l("CSV or Excel file"), [FileRequired(_l("Please choose a file."))])


class OrderForm(Form):
    """Where each column goes. The table and what was shown last travel in hidden fields."""

    table = HiddenField(validators=[InputRequired(), Length(max=MOST_PACKED)])
    shown = HiddenField(validators=[Length(max=20_000)])
    owner = StringField(
        _l("Owner of ideas without an owner"),
        [InputRequired(_l("Write the e-mail address of an employee.")), Length(max=254), storable],
        filters=[stripped],
        description=_l(
            "E-mail address. Managers cannot assign reviewers to ideas they own, so choose "
            "somebody else where you can."
        ),
    )
    arrival = RadioField(
        _l("How the ideas arrive"),
        choices=[
            SelectChoice(HANDED_IN, _l("Handed in: reviewers can be assigned at once")),
            SelectChoice(DRAFT, _l("As drafts: the owners complete them and hand them in")),
        ],
        default=HANDED_IN,
    )

    @property
    def columns(self) -> list[SelectField]:
        """Return the field of each column, in the order of the file."""
        return [field for field in self if field.short_name.startswith("column_")]

    def targets(self) -> tuple[str, ...]:
        """Return where each column goes."""
        return tuple(field.data or LEFT_OUT for field in self.columns)

    def said(self) -> str:
        """Return all that was chosen, as one text to be compared."""
        return "|".join([*self.targets(), self.owner.data or "", self.arrival.data or ""])


def order_form(headings: Sequence[str], questions: Sequence[Asked], **values: object) -> OrderForm:
    """Make the form of one table; with `values` it is filled with them, else with the post."""
    targets = [(target, LABELS[target].pick(language())) for target in (TITLE, SUMMARY, NUMBER)]
    targets.append((OWNER, LABELS[OWNER].pick(language())))
    targets += [(target_of(asked), asked.label.pick(language())) for asked in questions]
    choices = [SelectChoice(LEFT_OUT, _("Leave out"))]
    choices += [SelectChoice(target, label) for target, label in targets]
    columns = {
        f"column_{place}": SelectField(heading, choices=choices)
        for place, heading in enumerate(headings)
    }
    kind = type("TableForm", (OrderForm,), columns)
    form: OrderForm = kind(formdata=None, data=values) if values else kind()
    return form
