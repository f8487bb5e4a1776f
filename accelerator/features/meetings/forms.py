"""What deciders and the chair of a meeting type."""

from datetime import date

from flask import request
from wtforms import (
    DateField,
    DateTimeLocalField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from accelerator.deciding import verdict_of
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import Change, Unsound, Verdict
from accelerator.domain.meeting import LONGEST_ITEM, Choice
from accelerator.domain.stages import Outcome
from accelerator.features.meetings.service.voting import MOST, Cast
from accelerator.i18n import gettext
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import (
    Form,
    has_calendar,
    is_storable,
    known_years,
    storable,
    stored_number,
    stripped,
)

TEXT = [Length(max=4000), storable]
LONGEST_NOTE = 1000
OUTCOMES = [
    SelectChoice(Outcome.ADVANCE, _l("Advance")),
    SelectChoice(Outcome.CONDITIONS, _l("Advance with conditions")),
    SelectChoice(Outcome.REWORK, _l("Rework")),
    SelectChoice(Outcome.PARK, _l("Park")),
    SelectChoice(Outcome.STOP, _l("Stop")),
]
CHANGES = [
    SelectChoice(Change.DATE, _l("Date")),
    SelectChoice(Change.BUDGET, _l("Budget")),
    SelectChoice(Change.TECHNOLOGY, _l("Technology")),
    SelectChoice(Change.PARTNER, _l("Partner")),
    SelectChoice(Change.MARKET, _l("Market")),
]


def known_moment(_form: Form, field: Field) -> None:
    """Keep moments in years where calendars are known; a validator."""
    if field.data is not None and not has_calendar(field.data.date()):
        raise ValidationError(gettext("Choose a day between 2000 and 2100."))


def seen() -> int:
    """Return the version of the meeting that the page was made of."""
    return stored_number(request.form.get("version"))


def ticked(name: str) -> list[str]:
    """Return what was ticked, each once."""
    return list(dict.fromkeys(filter(is_storable, request.form.getlist(name))))[:200]


def away() -> list[int]:
    """Return who was said to be out of the room."""
    return [stored_number(one) for one in ticked("away")]


def votes() -> Cast:
    """Return the votes and notes typed, by the ideas' codes."""
    found: dict[str, tuple[str, str]] = {}
    for code in ticked("code")[:MOST]:
        choice, note = request.form.get(f"vote-{code}", ""), request.form.get(f"note-{code}", "")
        if is_storable(choice + note):
            known = choice if choice in set(Choice) else ""
            found[code] = (known, stripped(note)[:LONGEST_NOTE])
    return found


class TimeForm(Form):
    """When a meeting begins, on the cohort's clock."""

    starts = DateTimeLocalField(_l("Begins at"), [Optional(), known_moment])


class PrepareForm(TimeForm):
    """When a meeting begins, and how long each idea is talked about."""

    minutes = IntegerField(
        _l("Minutes for each idea"),
        [InputRequired(), NumberRange(1, LONGEST_ITEM)],
        default=5,
        render_kw={"inputmode": "numeric"},
    )


class ItemForm(Form):
    """What the meeting decides about the idea it is at, and what goes into its record."""

    version = HiddenField()
    outcome = RadioField(_l("Outcome"), [Optional()], choices=OUTCOMES, validate_choice=True)
    reason = TextAreaField(
        _l("Reason"),
        TEXT,
        filters=[stripped],
        description=_l("The team reads it word for word. Say what was strong, then what decided."),
    )
    condition_1 = StringField(_l("Condition"), [Length(max=400), storable], filters=[stripped])
    due_1 = DateField(_l("Met by"), [Optional(), known_years], render_kw={"type": "date"})
    condition_2 = StringField(_l("Condition"), [Length(max=400), storable], filters=[stripped])
    due_2 = DateField(_l("Met by"), [Optional(), known_years], render_kw={"type": "date"})
    condition_3 = StringField(_l("Condition"), [Length(max=400), storable], filters=[stripped])
    due_3 = DateField(_l("Met by"), [Optional(), known_years], render_kw={"type": "date"})
    checklist = TextAreaField(
        _l("To do before handing in again"),
        TEXT,
        filters=[stripped],
        description=_l("One thing a line. The team ticks them off on the idea’s page."),
    )
    change = RadioField(_l("What has to change"), choices=CHANGES, validate_choice=False)
    would_change = TextAreaField(_l("What would change our mind"), TEXT, filters=[stripped])
    revisit_on = DateField(
        _l("The idea comes back on"), [Optional(), known_years], render_kw={"type": "date"}
    )
    learned = TextAreaField(_l("What was learned"), TEXT, filters=[stripped])
    note = TextAreaField(
        _l("For the record"),
        TEXT,
        filters=[stripped],
        description=_l("What was said. The deciders read it; the team does not."),
    )

    @property
    def conditions(self) -> list[tuple[str, date | None]]:
        """Return the conditions with their days."""
        return [(self[f"condition_{n}"].data or "", self[f"due_{n}"].data) for n in (1, 2, 3)]

    def verdict(self) -> Verdict:
        """Return what was typed as a verdict; what does not belong to the outcome is left out."""
        change = self.change.data
        return verdict_of(
            self.outcome.data,
            reason=self.reason.data or "",
            conditions=self.conditions,
            checklist=(self.checklist.data or "").splitlines(),
            change=change if change in set(Change) else "",
            would_change=self.would_change.data or "",
            revisit_on=self.revisit_on.data,
            learned=self.learned.data or "",
        )

    def refuse_all(self, error: DomainError) -> None:
        """Put each thing missing at its field."""
        for each in error.errors if isinstance(error, Unsound) else (error,):
            at = "condition_1" if each.field == "conditions" else each.field
            each.field = at
            self.refuse(each)
