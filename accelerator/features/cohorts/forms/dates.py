"""Limits of what managers type about a cohort; the order of its dates is the domain's rule."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Regexp, ValidationError

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.cohort_dates import StageDates, faults
from accelerator.domain.launch import Run
from accelerator.i18n import language
from accelerator.i18n import lazy_gettext as _
from accelerator.i18n.places import countries, zones
from accelerator.web.forms import Form, LongSelect, has_calendar, known_years, storable, stripped

NAME = [Length(max=400), storable]


def _day(label: str) -> DateField:
    return DateField(label, [InputRequired(), known_years])


def _capitals(value: str | None) -> str:
    return stripped(value).upper()


class CohortForm(Form):
    """What a cohort is called, where its days are counted, and its intake."""

    name_ja = StringField(_("Name"), NAME, filters=[stripped])
    name_en = StringField(_("Name"), NAME, filters=[stripped])
    capacity = IntegerField(
        _("Capacity"),
        [InputRequired(), NumberRange(1, 100_000)],
        description=_("How many ideas the cohort takes in."),
    )
    time_zone = SelectField(
        _("Time zone"),
        description=_("A day of this cohort ends at midnight there."),
        widget=LongSelect(),
    )
    country = SelectField(
        _("Country"),
        description=_("Its weekends and holidays are no working days."),
        widget=LongSelect(),
    )
    waiting_list = BooleanField(
        _("Keep a waiting list when all places are taken"),
        description=_("Who hands in later stands in line; a free place goes to the first."),
    )
    intake_opens_on = _day(_("Intake opens"))
    intake_closes_on = _day(_("Intake closes"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = [SelectChoice(zone) for zone in zones()]
        self.country.choices = [SelectChoice(*country) for country in countries(language())]

    def validate_name_ja(self, field: Field) -> None:
        """Ask for a name in one language at least."""
        if not field.data and not self.name_en.data:
            raise ValidationError(_("Write this in at least one language."))


class NewCohort(CohortForm):
    """A new cohort also gets its code, which never changes: ideas are numbered by it."""

    code = StringField(
        _("Code"),
        [
            InputRequired(),
            Length(max=12),
            Regexp(r"[A-Z0-9]+\Z", message=_("Use letters and digits only.")),
        ],
        filters=[_capitals],
        description=_("Short, as people say it: with S27, ideas are numbered S27-0001 and on."),
    )


class EditCohort(CohortForm):
    """A cohort that exists carries the version that was read."""

    version = IntegerField(validators=[InputRequired()])


class StageDatesForm(PlainForm):
    """The three days of one stage."""

    Meta = Form.Meta

    hand_in_by = _day(_("Hand in by"))
    review_by = _day(_("Review by"))
    gate_on = _day(_("Gate"))

    def dates(self) -> StageDates:
        """Return the days; only when the form is valid."""
        return StageDates(**self.data)


class CohortEditor:
    """A cohort's form and one small form per stage.

    `kind` is the cohort's form, `dates` maps the keys of the stages, in their order, to the days
    they have or None. Unless `saved` is asked for, what was posted stands over both.
    """

    def __init__(
        self,
        kind: type[CohortForm],
        dates: Mapping[str, Any],
        *,
        saved: bool = False,
        **initial: Any,
    ) -> None:
        posted = request.method == "POST" and not saved
        self.cohort = kind(**initial) if posted else kind(formdata=None, **initial)
        self.stages = {
            key: StageDatesForm(request.form if posted else None, obj=days, prefix=f"stage-{key}")
            for key, days in dates.items()
        }

    def __iter__(self) -> Iterator[PlainForm]:
        yield self.cohort
        yield from self.stages.values()

    def validate_on_submit(self) -> bool:
        """Check all fields; when each is a day, check their order and name each fault."""
        if not self.cohort.is_submitted() or [form for form in self if not form.validate()]:
            return False
        opens, closes = self.intake()
        rows = list(self.stages.values())
        found = list(faults(opens, closes, [row.dates() for row in rows]))
        for index, error in found:
            form = self.cohort if index is None else rows[index]
            field = form[str(error.field)]
            field.errors = [*field.errors, _(error.message)]
        return not found

    def intake(self) -> tuple[date, date]:
        """Return the first and the last day of the intake; only when they are valid."""
        opens, closes = self.cohort.intake_opens_on.data, self.cohort.intake_closes_on.data
        if opens is None or closes is None:
            raise TypeError("the intake has no days yet")
        return opens, closes

    def put(self, dates: Mapping[str, StageDates]) -> None:
        """Write proposed days into the fields."""
        self.stages = {
            key: StageDatesForm(None, obj=dates[key], prefix=f"stage-{key}") for key in self.stages
        }

    def values(self) -> dict[str, Any]:
        """Return the cohort's own values."""
        form = self.cohort
        names = (
            "capacity", "waiting_list", "time_zone", "country", "intake_opens_on",
            "intake_closes_on",
        )  # fmt: skip
        return {name: form[name].data for name in names} | {
            "name": Bilingual(form.name_ja.data or "", form.name_en.data or "")
        }

    def dates(self) -> dict[str, StageDates]:
        """Return each stage's days under its key."""
        return {key: form.dates() for key, form in self.stages.items()}

    def run(self) -> Run | None:
        """Return the days as they stand in the form, when each is one that is known."""
        fields = (self.cohort.intake_opens_on, self.cohort.intake_closes_on)
        fields += tuple(field for form in self.stages.values() for field in form)
        if not all(isinstance(f.data, date) and has_calendar(f.data) for f in fields):
            return None
        return Run(*self.intake(), self.dates())

    def field_id(self, stage: str, what: str) -> str:
        """Return where a date stands on the page; `stage` is empty for the intake."""
        form = self.stages[stage] if stage else self.cohort
        return str(form[what].id)

    def chosen(self) -> Iterator[tuple[Field, date]]:
        """Yield each field that holds a day with a calendar."""
        for form in self:
            for field in form:
                if isinstance(field.data, date) and has_calendar(field.data):
                    yield field, field.data


def typed_day(text: str | None) -> date | None:
    """Return the day that an address names, when it is one whose calendar is known."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if has_calendar(day) else None
