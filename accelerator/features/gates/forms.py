"""What a manager types to decide: one verdict for the ideas chosen, the words, and when they go."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from wtforms import (
    DateField,
    DateTimeLocalField,
    Field,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from accelerator.activity.letters import drafts
from accelerator.deciding import verdict_of
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import MOST_AT_ONCE, MOST_LINES, Change, Unsound, Verdict
from accelerator.domain.stages import Outcome
from accelerator.domain.wording import LONGEST_TEXT, Wording
from accelerator.features.gates.service import TEMPLATE
from accelerator.i18n import LANGUAGES
from accelerator.i18n import gettext as _
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
LETTER = [Length(max=LONGEST_TEXT), storable]
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
OWN = {
    Outcome.CONDITIONS: ("conditions",),
    Outcome.REWORK: ("checklist",),
    Outcome.PARK: ("change", "would_change", "revisit_on", "watcher_id"),
    Outcome.STOP: ("learned",),
}


def chosen_codes() -> list[str]:
    """Return the codes of the ideas ticked, each once, in the order of the page.

    One more than can be decided at once is enough to see that there are too many.
    """
    ticked = dict.fromkeys(filter(is_storable, request.form.getlist("selected")))
    return list(ticked)[: MOST_AT_ONCE + 1]


def left_out() -> set[int]:
    """Return the reviews whose comments stay behind: shown and unticked, or carried."""
    kept, shown, away = (
        {stored_number(text) for text in request.form.getlist(name)}
        for name in ("comment", "comment_shown", "left_out")
    )
    return (away | shown) - kept - {0}


class ConditionsField(Field):
    """Lines of words with a day each; `typed` holds them as they were typed."""

    typed: Sequence[tuple[str, str]] = ()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read each line with its day, which stand in inputs of their own."""
        days = request.form.getlist(f"{self.name}_due")
        days += [""] * (len(valuelist) - len(days))
        self.typed = [
            (stripped(text), day.strip())
            for text, day in zip(valuelist, days, strict=False)
            if text.strip() or day.strip()
        ]
        self.data = [(text, self._day(day)) for text, day in self.typed]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Return what was typed and a few empty lines more."""
        more = 1 if len(self.typed) > 2 else 3 - len(self.typed)  # noqa: PLR2004
        return ([*self.typed, *[("", "")] * more])[:MOST_LINES]

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms calls it so
        """Refuse what cannot be kept, and days that are none."""
        for text, day in self.typed:
            if not is_storable(text + day):
                raise ValidationError(_("This text has a character that cannot be stored."))
            known = self._day(day)
            if day and known is None:
                raise ValidationError(_("Not a valid date value."))
            if known is not None and not has_calendar(known):
                raise ValidationError(_("Choose a day between 2000 and 2100."))

    @staticmethod
    def _day(text: str) -> date | None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None


class VerdictForm(Form):
    """The verdict; which fields an outcome needs is the rule's to say."""

    outcome = RadioField(_l("Outcome"), [InputRequired()], choices=OUTCOMES)
    reason = TextAreaField(
        _l("Reason"),
        TEXT,
        filters=[stripped],
        description=_l("The team reads it word for word. Say what was strong, then what decided."),
    )
    conditions = ConditionsField(
        _l("Conditions"),
        description=_l("Each becomes a milestone of the next stage, due on its day."),
    )
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
    watcher_id = SelectField(
        _l("Who keeps an eye on it"),
        coerce=lambda value: stored_number(str(value)),
        validate_choice=False,
    )
    learned = TextAreaField(
        _l("What was learned"),
        TEXT,
        filters=[stripped],
        description=_l("It stays for others when the idea does not. The team reads it too."),
    )
    next_step = TextAreaField(
        _l("Next step for the team"),
        TEXT,
        filters=[stripped],
        description=_l("The message names the date by itself. Add what helps the team go on."),
    )

    def watch(self, people: Sequence[tuple[int, str]], *, me: int) -> None:
        """Offer who can keep an eye on what is parked: whoever decides, unless another is named."""
        self.watcher_id.choices = [SelectChoice(*person) for person in people]
        if not any(person == self.watcher_id.data for person, _name in people):
            self.watcher_id.data = me

    @property
    def own(self) -> tuple[str, ...]:
        """Return the fields that only this outcome has."""
        return OWN.get(self.outcome.data, ())

    def verdict(self) -> Verdict:
        """Return what was typed as a verdict."""
        change = self.change.data
        return verdict_of(
            self.outcome.data,
            reason=self.reason.data or "",
            next_step=self.next_step.data or "",
            conditions=self.conditions.data or (),
            checklist=(self.checklist.data or "").splitlines(),
            change=change if change in set(Change) else "",
            would_change=self.would_change.data or "",
            revisit_on=self.revisit_on.data,
            watcher_id=self.watcher_id.data or None,
            learned=self.learned.data or "",
        )

    def refuse_all(self, error: DomainError) -> None:
        """Put each thing missing at its field."""
        for each in error.errors if isinstance(error, Unsound) else (error,):
            self.refuse(each)


class DecideForm(VerdictForm):
    """A verdict about ideas that wait, the words of its message, and when the teams hear."""

    subject_en = StringField(_l("Subject"), LETTER, filters=[stripped])
    text_en = TextAreaField(_l("Message"), LETTER, filters=[stripped])
    subject_ja = StringField(_l("Subject"), LETTER, filters=[stripped])
    text_ja = TextAreaField(_l("Message"), LETTER, filters=[stripped])
    when = RadioField(_l("When the teams hear"), default="soon", choices=[])
    announce_at = DateTimeLocalField(
        _l("Moment"), [Optional(), known_years], format="%Y-%m-%dT%H:%M"
    )

    def offer(self, people: Sequence[tuple[int, str]], *, me: int, leaves: str) -> None:
        """Offer watchers, the usual words where none were typed, and the moments of hearing."""
        self.watch(people, me=me)
        for language, words in drafts(TEMPLATE).items():
            for name, text in (("subject", words.subject), ("text", words.text)):
                field = self[f"{name}_{language}"]
                if f"{name}_{language}" not in request.form:
                    field.data = text
        self.when.choices = [
            SelectChoice("soon", _("At %(time)s; until then it can be undone", time=leaves)),
            SelectChoice("at", _("At the moment below")),
            SelectChoice("later", _("When somebody announces it by hand")),
        ]

    def letters(self) -> dict[str, Wording]:
        """Return the words of the message in each language."""
        return {
            language: Wording(
                self[f"subject_{language}"].data or "", self[f"text_{language}"].data or ""
            )
            for language in LANGUAGES
        }

    def announce_moment(self, *, zone: str, now: datetime, window: timedelta) -> datetime | None:
        """Return when the teams hear; the moment typed is on the cohort's clock."""
        if self.when.data == "soon":
            return now + window
        if self.when.data == "at" and self.announce_at.data is not None:
            typed: datetime = self.announce_at.data
            return typed.replace(tzinfo=ZoneInfo(zone))
        return None

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the moment when the teams shall hear at one."""
        sound: bool = super().validate(extra_validators)
        if self.when.data == "at" and not self.announce_at.errors and not self.announce_at.data:
            self.announce_at.errors = [_("Say when the teams shall hear.")]
            return False
        return sound
