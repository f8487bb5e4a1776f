"""What a manager adds to a reminder by hand, and why reminders pause."""

from wtforms import DateField, TextAreaField
from wtforms.validators import Length, Optional

from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, known_years, storable, stripped


class NudgeForm(Form):
    """A line of one's own."""

    note = TextAreaField(
        _l("A line of your own"),
        [Length(max=1000), storable],
        filters=[stripped],
        description=_l("It stands above what waits, word for word as you write it."),
    )


class PauseForm(Form):
    """Until when nobody is reminded of an idea, and why."""

    until = DateField(
        _l("No reminders until"), [Optional(), known_years], render_kw={"type": "date"}
    )
    reason = TextAreaField(
        _l("Reason"),
        [Length(max=1000), storable],
        filters=[stripped],
        description=_l("The team reads it word for word."),
    )
