"""Which ideas are anchors and until when they are reviewed; how many there must be is a rule."""

from datetime import date

from wtforms import DateField, SelectMultipleField
from wtforms.validators import InputRequired

from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, is_storable, known_years

MOST_TICKED = 10


class AnchorsForm(Form):
    """Anchor ideas by tick boxes, and a day."""

    idea = SelectMultipleField(_l("Anchor ideas"), validate_choice=False)
    due_on = DateField(_l("Review by"), validators=[InputRequired(_l("Say by when.")), known_years])

    def codes(self) -> list[str]:
        """Return the codes of the ideas ticked."""
        return [code for code in self.idea.data[:MOST_TICKED] if is_storable(code)]

    def day(self) -> date:
        """Return the day by which the reviews are asked for; only of a form that validated."""
        found: date = self.due_on.data  # required
        return found
