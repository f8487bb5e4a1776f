"""What a manager types to ask a team for more."""

from collections.abc import Iterable

from wtforms import DateField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, known_years, storable, stripped


class AskForm(Form):
    """The fields that open again, the words, and the day."""

    opens = SelectMultipleField(
        _l("What opens again"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("Only what you mark can be changed; everything else stays as handed in."),
    )
    text = TextAreaField(
        _l("What you would like to know"),
        [Length(max=4000), storable],
        filters=[stripped],
        description=_l("The team reads it word for word."),
    )
    due_on = DateField(
        _l("Answer wanted by"), [Optional(), known_years], render_kw={"type": "date"}
    )

    def offer(self, choices: Iterable[tuple[str, str]]) -> None:
        """Offer the fields of the idea's stage."""
        self.opens.choices = [SelectChoice(name, label) for name, label in choices]
