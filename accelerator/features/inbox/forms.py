"""The forms of a person's notices: how to hear of each kind, quiet hours, days away."""

from wtforms import DateField, SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from accelerator.domain.notices import Choice, Kind
from accelerator.i18n import N_, gettext
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, known_years, storable, stripped

REQUIRED = InputRequired(_l("Please fill this in."))
USUAL = ""
KINDS = {
    Kind.DECISION: N_("Decisions and hand-ins of your ideas"),
    Kind.INFORMATION: N_("What you are asked about your ideas"),
    Kind.MILESTONE: N_("Milestones"),
    Kind.REVIEW: N_("Reviews"),
    Kind.EVIDENCE: N_("Readiness and its evidence"),
    Kind.GATE: N_("Promised answers, votes and gate meetings"),
    Kind.PARKED: N_("Parked ideas"),
    Kind.IDLE: N_("Ideas that rest"),
    Kind.NEWS: N_("News of your ideas and teams"),
    Kind.PROGRAMME: N_("What arrives in your programmes"),
    Kind.WEEKLY: N_("Summary of the week"),
    Kind.ACCOUNT: N_("Your account"),
}
CHOICES = {
    Choice.MAIL: N_("Mail at once"),
    Choice.DAILY: N_("In the day’s one mail"),
    Choice.INBOX: N_("Inbox only"),
    Choice.OFF: N_("Not at all"),
}


class NoticesForm(Form):
    """Quiet hours; the choices by kind are fields of their own, made for each person."""

    quiet_from = TimeField(_l("Quiet from"), [REQUIRED])
    quiet_until = TimeField(_l("Quiet until"), [REQUIRED])

    def choices(self, kinds: dict[Kind, tuple[Choice, ...]]) -> dict[Kind, str]:
        """Return what was chosen for each kind; the usual is the empty choice."""
        return {kind: self[f"kind_{kind}"].data or USUAL for kind in kinds}


def notices_form(kinds: dict[Kind, tuple[Choice, ...]]) -> type[NoticesForm]:
    """Make the form with one field for each kind that a person hears of."""
    fields = {}
    for kind, offered in kinds.items():
        usual = _l("As usual: by mail") if kind is Kind.WEEKLY else _l("As usual")
        options = [SelectChoice(USUAL, usual)]
        options += [
            SelectChoice(str(one), gettext(CHOICES[one]))
            for one in offered
            if (kind, one) != (Kind.WEEKLY, Choice.MAIL)
        ]
        fields[f"kind_{kind}"] = SelectField(gettext(KINDS[kind]), choices=options, default=USUAL)
    return type("NoticesOfPerson", (NoticesForm,), fields)


class AbsenceForm(Form):
    """Days away, both included, and who hears on one's behalf."""

    first_on = DateField(_l("First day away"), [REQUIRED, known_years])
    last_on = DateField(_l("Last day away"), [REQUIRED, known_years])
    stand_in = StringField(
        _l("Stand-in"),
        [Length(max=254, message=_l("This has more than %(max)d characters.")), storable],
        filters=[stripped],
    )
