"""What is typed about an idea that stays parked, or that was stopped."""

from collections.abc import Sequence

from wtforms import DateField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from accelerator.domain.gates import Change, Verdict
from accelerator.domain.stages import Outcome
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, known_years, storable, stored_number, stripped

TEXT = [Length(max=4000), storable]


class KeepForm(Form):
    """Until when an idea stays parked, what has to change, and why."""

    change = RadioField(
        _l("What has to change"),
        choices=[
            SelectChoice(Change.DATE, _l("Date")),
            SelectChoice(Change.BUDGET, _l("Budget")),
            SelectChoice(Change.TECHNOLOGY, _l("Technology")),
            SelectChoice(Change.PARTNER, _l("Partner")),
            SelectChoice(Change.MARKET, _l("Market")),
        ],
        validate_choice=False,
    )
    would_change = TextAreaField(_l("What would change our mind"), TEXT, filters=[stripped])
    revisit_on = DateField(
        _l("The idea comes back on"), [Optional(), known_years], render_kw={"type": "date"}
    )
    watcher_id = SelectField(
        _l("Who keeps an eye on it"),
        coerce=lambda value: stored_number(str(value)),
        validate_choice=False,
    )
    reason = TextAreaField(
        _l("Reason"), TEXT, filters=[stripped], description=_l("The team reads it word for word.")
    )
    version = HiddenField()

    def watch(self, people: Sequence[tuple[int, str]]) -> None:
        """Offer who can keep an eye on it."""
        self.watcher_id.choices = [SelectChoice(*person) for person in people]

    def verdict(self) -> Verdict:
        """Return what was typed, as the gate would have said it."""
        known = {choice.value for choice in self.watcher_id.choices}
        change = self.change.data
        return Verdict(
            Outcome.PARK,
            self.reason.data or "",
            change=Change(change) if change in set(Change) else None,
            would_change=self.would_change.data or "",
            revisit_on=self.revisit_on.data,
            watcher_id=self.watcher_id.data if self.watcher_id.data in known else None,
        )


class LearnedForm(Form):
    """What was learned from an idea."""

    learned = TextAreaField(
        _l("What was learned"),
        TEXT,
        filters=[stripped],
        description=_l("For those who have a similar idea one day."),
    )
    version = HiddenField()
