"""Limits of what people type about readiness."""

from wtforms import DateField, FloatField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from accelerator.domain.readiness import HIGHEST, LOWEST, Dimension
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import (
    Form,
    LongSelect,
    finite,
    known_years,
    storable,
    stripped,
    web_address,
)

LEVELS = [SelectChoice(str(n)) for n in range(LOWEST, HIGHEST + 1)]
DIMENSIONS = [SelectChoice(dimension.value) for dimension in Dimension]


class OfDimension(Form):
    """Every form of this page is about one dimension."""

    dimension = SelectField(_l("Dimension"), choices=DIMENSIONS)


class ClaimLevel(OfDimension):
    """The level the team says it has reached."""

    level = SelectField(_l("Level reached"), coerce=int, choices=LEVELS, widget=LongSelect())


class GiveEvidence(OfDimension):
    """What shows a level, and since when."""

    level = SelectField(_l("Level it shows"), coerce=int, choices=LEVELS, widget=LongSelect())
    statement = TextAreaField(
        _l("What shows it"), [InputRequired(), Length(max=4000), storable], filters=[stripped]
    )
    url = StringField(
        _l("Link"), [Optional(), Length(max=2000), storable, web_address], filters=[stripped]
    )
    attachment = SelectField(_l("File of this idea"), coerce=int, choices=[])
    number = FloatField(_l("Number that shows it"), [Optional(), finite])
    unit = StringField(_l("Unit"), [Length(max=40), storable], filters=[stripped])
    true_on = DateField(_l("True on"), [InputRequired(), known_years])


class MakeMilestone(OfDimension):
    """A milestone that is to show a level."""

    level = SelectField(_l("Level"), coerce=int, choices=LEVELS, widget=LongSelect())
    due_on = DateField(_l("By when"), [InputRequired(), known_years])
    owner = SelectField(_l("In charge"), coerce=int, choices=[])


class AskExpert(OfDimension):
    """What a team wants to know from an expert."""

    level = SelectField(_l("Level"), coerce=int, choices=LEVELS, widget=LongSelect())
    wanted = TextAreaField(
        _l("What you want to know"), [InputRequired(), Length(max=2000), storable],
        filters=[stripped], description=_l("The managers of the programme read it."),
    )  # fmt: skip


class AnswerRequest(Form):
    """A manager's answer to a request for an expert."""

    answer = TextAreaField(
        _l("Who can help, and how to reach them"),
        [InputRequired(), Length(max=2000), storable], filters=[stripped],
    )  # fmt: skip


class Verify(Form):
    """An independent person's vote."""

    accepted = RadioField(
        _l("Does this show the level?"),
        [InputRequired()],
        choices=[
            SelectChoice("yes", _l("Yes, it shows the level")),
            SelectChoice("no", _l("No, not yet")),
        ],
    )
    level = SelectField(
        _l("How far do you see the whole dimension proven?"),
        choices=[SelectChoice("", _l("No opinion")), *LEVELS],
        widget=LongSelect(),
    )
    note = TextAreaField(
        _l("Why"),
        [Length(max=2000), storable],
        filters=[stripped],
        description=_l("The team reads it. Needed when you say no."),
    )
