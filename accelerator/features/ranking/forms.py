"""Where the cut line is drawn and over which ideas; both stand in the address."""

from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from accelerator.i18n import lazy_gettext as _l
from accelerator.standing.ranking import Scope
from accelerator.web.forms import Form

MOST = 100_000


class LineForm(Form):
    """What the reader asked for; nothing is a fine answer."""

    class Meta(Form.Meta):
        """Reading changes nothing, so no token is needed."""

        csrf = False

    scope = SelectField(
        _l("Which ideas"),
        default=Scope.NOW,
        choices=[
            SelectChoice(Scope.NOW, _l("now at this gate")),
            SelectChoice(Scope.ALL, _l("of the whole cohort, decided ones too")),
        ],
    )
    capacity = IntegerField(_l("Ideas above the line"), [Optional(), NumberRange(0, MOST)])
    after = IntegerField(validators=[Optional(), NumberRange(0, MOST)])
