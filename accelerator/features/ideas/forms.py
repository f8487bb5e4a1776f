"""Limits of what people type about ideas; whether it may be handed in is the rules' affair."""

from typing import Any

from flask import request
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from accelerator.domain.answers import Kind, Value
from accelerator.domain.stages import Audience
from accelerator.features.ideas.queries.finding import CohortRow
from accelerator.features.ideas.queries.writing import QuestionRow, Writing
from accelerator.i18n import language
from accelerator.i18n import lazy_gettext as _
from accelerator.web.forms import Form, storable

LONGEST_TITLE = 400
LONGEST_TEXT = 100_000


def one_line(text: str | None) -> str:
    """A filter: line ends become spaces, no space around."""
    return " ".join((text or "").splitlines()).strip()


def lines(text: str | None) -> str:
    """A filter: one kind of line end; the wide space that opens a Japanese paragraph stays."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n")


def _title() -> StringField:
    return StringField(
        _("Title"),
        [DataRequired(_("Give the idea a title.")), Length(max=LONGEST_TITLE), storable],
        filters=[one_line],
    )


class StartForm(Form):
    """The little that is needed to begin."""

    cohort = RadioField(_("Cohort"), validate_choice=False)
    title = _title()
    summary = TextAreaField(
        _("Summary"),
        [Length(max=LONGEST_TEXT), storable],
        filters=[lines],
        description=_("One sentence: for whom, what, and why it is better than today."),
    )

    def offer(self, cohorts: list[CohortRow], wanted: str) -> None:
        """Offer the open cohorts; one alone is chosen already."""
        self.cohort.choices = [SelectChoice(row.code, cohort_label(row)) for row in cohorts]
        if not self.cohort.data:
            codes = [row.code for row in cohorts]
            self.cohort.data = codes[0] if len(codes) == 1 else wanted if wanted in codes else None


def cohort_label(row: CohortRow) -> str:
    """Name a cohort with its programme, in the person's language."""
    return f"{row.name.pick(language())} ({row.programme.pick(language())})"


class WriteForm(Form):
    """Title, summary and one field per question; made anew for each stage."""

    title = TextAreaField(_("Title"), [Length(max=LONGEST_TITLE), storable], filters=[one_line])
    summary = TextAreaField(_("Summary"), [Length(max=LONGEST_TEXT), storable], filters=[lines])

    def typed(self, written: Writing) -> dict[str, Value]:
        """Return what was sent: fields that are not in the post are left alone."""
        found: dict[str, Value] = {
            name: self[name].data or "" for name in ("title", "summary") if name in request.form
        }
        for question in written.questions:
            if question.field in request.form:
                found[question.field] = _typed(question, self[question.field])
        return found


def _typed(question: QuestionRow, field: Any) -> Value:
    keys = [option.key for option in question.asked.options]
    if question.asked.kind is Kind.SEVERAL:
        sent = request.form.getlist(question.field)
        return [key for key in keys if key in sent]
    if question.asked.kind is Kind.CHOICE:
        return field.data if field.data in keys else ""
    return field.data or ""


def write_form(written: Writing, values: dict[str, Value] | None = None) -> WriteForm:
    """Make the form of a stage, filled with `values`, or with what was posted."""
    fields = {question.field: _question_field(question) for question in written.questions}
    kind = type("StageForm", (WriteForm,), fields)
    form: WriteForm = kind() if values is None else kind(formdata=None, data=values)
    return form


def _question_field(question: QuestionRow) -> Field:
    asked = question.asked
    label, about = asked.label.pick(language()), question.help.pick(language())
    choices = [SelectChoice(option.key, option.label.pick(language())) for option in asked.options]
    limits = [Length(max=LONGEST_TEXT), storable]
    if asked.kind is Kind.LONG:
        return TextAreaField(label, limits, filters=[lines], description=about)
    if asked.kind is Kind.CHOICE:
        return RadioField(label, choices=choices, validate_choice=False, description=about)
    if asked.kind is Kind.SEVERAL:
        return SelectMultipleField(
            label,
            choices=choices,
            validate_choice=False,
            description=about,
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    return StringField(label, limits, filters=[one_line], description=about)


class HandInForm(Form):
    """The confirmation: which state of the text was looked at."""

    version = HiddenField()


class WithdrawForm(Form):
    """Why the idea is taken back."""

    reason = TextAreaField(
        _("Reason"),
        [DataRequired(_("Write a reason in a sentence or two.")), Length(max=4000), storable],
        filters=[lines],
    )


class InviteForm(Form):
    """Whom to ask into the team."""

    who = StringField(
        _("Name or e-mail address"),
        [DataRequired(_("Write a name or an e-mail address.")), Length(max=254), storable],
        filters=[one_line],
    )


class AttachForm(Form):
    """A file to attach."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])


class AudienceForm(Form):
    """Who may read the idea."""

    audience = RadioField(
        _("Who may read this idea"),
        choices=[
            SelectChoice(Audience.TEAM, _("The team, its reviewers and the programme managers")),
            SelectChoice(Audience.EVERYBODY, _("Everybody in the company, once it is handed in")),
        ],
    )
