"""What a manager types to decide: one verdict for the ideas chosen, and when the teams hear."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from wtforms import DateField, DateTimeLocalField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from accelerator.deciding import verdict_of
from accelerator.domain.gates import MOST_AT_ONCE, Unsound, Verdict
from accelerator.domain.stages import Outcome
from accelerator.i18n import gettext as _
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, is_storable, known_years, storable, stripped

TO_UNDO = timedelta(minutes=10)
TEXT = [Length(max=4000), storable]
OUTCOMES = [
    SelectChoice(Outcome.ADVANCE, _l("Advance")),
    SelectChoice(Outcome.CONDITIONS, _l("Advance with conditions")),
    SelectChoice(Outcome.REWORK, _l("Rework")),
    SelectChoice(Outcome.PARK, _l("Park")),
    SelectChoice(Outcome.STOP, _l("Stop")),
]


def chosen_codes() -> list[str]:
    """Return the codes of the ideas ticked, each once, in the order of the page.

    One more than can be decided at once is enough to see that there are too many.
    """
    ticked = dict.fromkeys(filter(is_storable, request.form.getlist("selected")))
    return list(ticked)[: MOST_AT_ONCE + 1]


class DecideForm(Form):
    """The verdict; which fields an outcome needs is the rule's to say."""

    outcome = RadioField(_l("Outcome"), [InputRequired()], choices=OUTCOMES)
    reason = TextAreaField(
        _l("Reason"),
        TEXT,
        filters=[stripped],
        description=_l("The team reads it word for word. Say what was strong, then what decided."),
    )
    conditions = TextAreaField(
        _l("Conditions"),
        TEXT,
        filters=[stripped],
        description=_l("One a line. Each becomes a milestone of the next stage."),
    )
    would_change = TextAreaField(_l("What would change our mind"), TEXT, filters=[stripped])
    revisit_on = DateField(
        _l("The idea comes back on"), [Optional(), known_years], render_kw={"type": "date"}
    )
    next_step = TextAreaField(
        _l("Next step for the team"),
        TEXT,
        filters=[stripped],
        description=_l("The message names the date by itself. Add what helps the team go on."),
    )
    when = RadioField(
        _l("When the teams hear"),
        default="soon",
        choices=[
            SelectChoice("soon", _l("In 10 minutes; until then it can be undone")),
            SelectChoice("now", _l("At once")),
            SelectChoice("at", _l("At the moment below")),
            SelectChoice("later", _l("When somebody announces it by hand")),
        ],
    )
    announce_at = DateTimeLocalField(
        _l("Moment"), [Optional(), known_years], format="%Y-%m-%dT%H:%M"
    )

    def verdict(self) -> Verdict:
        """Return what was typed as a verdict."""
        return verdict_of(
            self.outcome.data,
            reason=self.reason.data or "",
            next_step=self.next_step.data or "",
            conditions=[(line, None) for line in (self.conditions.data or "").splitlines()],
            would_change=self.would_change.data or "",
            revisit_on=self.revisit_on.data,
        )

    def announce_moment(self, *, zone: str, now: datetime) -> datetime | None:
        """Return when the teams hear; the moment typed is on the cohort's clock."""
        if self.when.data == "soon":
            return now + TO_UNDO
        if self.when.data == "at" and self.announce_at.data is not None:
            typed: datetime = self.announce_at.data
            return typed.replace(tzinfo=ZoneInfo(zone))
        return now if self.when.data == "now" else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the moment when the teams shall hear at one."""
        sound: bool = super().validate(extra_validators)
        if self.when.data == "at" and not self.announce_at.errors and not self.announce_at.data:
            self.announce_at.errors = [_("Say when the teams shall hear.")]
            return False
        return sound

    def refuse_all(self, error: Unsound) -> None:
        """Put each thing missing at its field."""
        for each in error.errors:
            self.refuse(each)
