"""Limits of what people type about milestones."""

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, known_years, storable, stripped, web_address


class NewMilestone(Form):
    """A milestone the team sets itself."""

    name = StringField(
        _l("What will be shown"), [InputRequired(), Length(max=400), storable], filters=[stripped]
    )
    due_on = DateField(_l("By when"), [InputRequired(), known_years])
    owner = SelectField(_l("In charge"), coerce=int)


class Complete(Form):
    """What shows that a milestone is done."""

    evidence = TextAreaField(
        _l("What shows it"), [InputRequired(), Length(max=4000), storable], filters=[stripped]
    )
    evidence_url = StringField(
        _l("Link"), [Optional(), Length(max=2000), storable, web_address], filters=[stripped]
    )


class AskDate(Form):
    """Another date, and why."""

    asked_due_on = DateField(_l("New date"), [InputRequired(), known_years])
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), Length(max=2000), storable], filters=[stripped]
    )


class AnswerDate(Form):
    """A manager's answer about a date."""

    reason = StringField(
        _l("Reason, when the date stays"), [Length(max=2000), storable], filters=[stripped]
    )


class HandOver(Form):
    """Who owns the milestone from now on."""

    owner = SelectField(_l("In charge"), coerce=int)
