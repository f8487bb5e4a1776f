"""The form of a chat channel."""

from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from accelerator.domain.hooks import LONGEST, Form
from accelerator.domain.notices import OF_HOOKS, Kind
from accelerator.i18n import LANGUAGES, N_, gettext
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form as BaseForm
from accelerator.web.forms import storable, stripped

REQUIRED = InputRequired(_l("Please fill this in."))
TOO_LONG = _l("This has more than %(max)d characters.")
FORMS = {Form.SLACK: "Slack", Form.TEAMS: "Microsoft Teams"}
KINDS = {
    Kind.DECISION: N_("That a decision was announced"),
    Kind.PROGRAMME: N_("What is handed in, and when all reviews are in"),
    Kind.GATE: N_("Promised answers"),
    Kind.REVIEW: N_("Late reviews, without names"),
    Kind.MILESTONE: N_("Late milestones"),
    Kind.PARKED: N_("Parked ideas that come back"),
}


class HookForm(BaseForm):
    """Where a channel is, in what form and language it hears, and of what."""

    name = StringField(
        _l("Name of the channel"), [REQUIRED, Length(max=80, message=TOO_LONG), storable],
        filters=[stripped],
    )  # fmt: skip
    form = RadioField(
        _l("Chat program"), [REQUIRED], default=str(Form.SLACK),
        choices=[SelectChoice(str(one), label) for one, label in FORMS.items()],
    )  # fmt: skip
    url = StringField(
        _l("Address of its webhook"), [REQUIRED, Length(max=LONGEST, message=TOO_LONG), storable],
        filters=[stripped],
    )  # fmt: skip
    language = RadioField(
        _l("Language"), [REQUIRED], default="en",
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
    )  # fmt: skip
    kinds = SelectMultipleField(
        _l("What it hears of"), [REQUIRED], widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(), default=[str(Kind.DECISION), str(Kind.PROGRAMME)],
        choices=[SelectChoice(str(one), _l(KINDS[one])) for one in OF_HOOKS],
    )  # fmt: skip


def kind_names() -> dict[str, str]:
    """Return what each kind is called on the page."""
    return {str(kind): gettext(label) for kind, label in KINDS.items()}
