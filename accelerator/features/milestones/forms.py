"""Limits of what people type about milestones."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, known_years, storable, stripped, web_address


class Boxes(SelectMultipleField):
    """Several of a few, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


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
        _l("What shows it"),
        [Length(max=4000), storable],
        filters=[stripped],
        description=_l("A sentence is enough. With a link or a file, not even that."),
    )
    url = StringField(
        _l("Link"), [Optional(), Length(max=2000), storable, web_address], filters=[stripped]
    )
    file = FileField(_l("File"), description=_l("A photo will do."))


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


class People(Form):
    """Who owns the milestone from now on, and who helps."""

    owner = SelectField(_l("In charge"), coerce=int)
    helpers = Boxes(_l("Helpers"), coerce=int, description=_l("They get the reminders as well."))


class Needs(Form):
    """What must be done before it."""

    needs = Boxes(
        _l("What it waits for"),
        coerce=int,
        description=_l("It cannot be marked as done before all of these are."),
    )


class ProofLink(Form):
    """A link to what shows it."""

    url = StringField(
        _l("Link"),
        [InputRequired(), Length(max=2000), storable, web_address],
        filters=[stripped],
    )


class ProofFile(Form):
    """A file that shows it."""

    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))])


class ShiftForm(Form):
    """Which dates move, how far, and why."""

    stage = SelectField(_l("Stage"))
    first = DateField(
        _l("Due from"),
        [Optional(), known_years],
        description=_l("Empty: what is late already, too."),
    )
    last = DateField(_l("Due until"), [Optional(), known_years])
    days = IntegerField(
        _l("Move by"), [InputRequired()], description=_l("Days; with a minus sign, earlier.")
    )
    unit = RadioField(
        _l("Counted in"),
        choices=[
            SelectChoice("working", _l("Working days, without weekends and holidays")),
            SelectChoice("calendar", _l("Calendar days")),
        ],
        default="working",
    )
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(), Length(max=2000), storable],
        filters=[stripped],
        description=_l("The teams read it."),
    )

    def wanted(self) -> dict[str, Any]:
        """Return which dates move, and how far."""
        return {
            "days": self.days.data, "working": self.unit.data == "working",
            "stage_key": self.stage.data, "first": self.first.data, "last": self.last.data,
        }  # fmt: skip
