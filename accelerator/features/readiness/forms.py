"""Limits of what people type about readiness."""

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from accelerator.domain.readiness import HIGHEST, LOWEST, Dimension
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, known_years, storable, stripped, web_address

LEVELS = [SelectChoice(str(n)) for n in range(LOWEST, HIGHEST + 1)]
DIMENSIONS = [SelectChoice(dimension.value) for dimension in Dimension]


class OfDimension(Form):
    """Every form of this page is about one dimension."""

    dimension = SelectField(_l("Dimension"), choices=DIMENSIONS)


class ClaimLevel(OfDimension):
    """The level the team says it has reached."""

    level = SelectField(_l("Level reached"), coerce=int, choices=LEVELS)


class GiveEvidence(OfDimension):
    """What shows a level, and since when."""

    level = SelectField(_l("Level it shows"), coerce=int, choices=LEVELS)
    statement = TextAreaField(
        _l("What shows it"), [InputRequired(), Length(max=4000), storable], filters=[stripped]
    )
    url = StringField(
        _l("Link"), [Optional(), Length(max=2000), storable, web_address], filters=[stripped]
    )
    attachment = SelectField(_l("File of this idea"), coerce=int, choices=[])
    true_on = DateField(_l("True on"), [InputRequired(), known_years])


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
    )
    note = TextAreaField(
        _l("Why"),
        [Length(max=2000), storable],
        filters=[stripped],
        description=_l("The team reads it. Needed when you say no."),
    )
