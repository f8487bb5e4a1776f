"""Limits of what people type about ideas; whether it may be handed in is the rules' affair."""

from flask import request
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from accelerator.domain.answers import Kind, Value
from accelerator.domain.stages import Audience
from accelerator.features.ideas.queries.finding import CohortRow
from accelerator.features.ideas.queries.writing import Writing
from accelerator.i18n import formats, gettext, language, ngettext
from accelerator.i18n import lazy_gettext as _
from accelerator.web.answering import LONGEST_TEXT, form_of, lines, one_line, typed
from accelerator.web.forms import Form, storable
from accelerator.web.locale import zone

LONGEST_TITLE = 400


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
    """Name a cohort with its programme, until when it takes ideas in, and whether it has places."""
    name = f"{row.name.pick(language())} ({row.programme.pick(language())})"
    until = formats.moment(row.closes_at, zone())
    if row.free:
        places = ngettext("%(num)s place is free", "%(num)s places are free", row.free)
    elif row.waiting_list:
        places = gettext("full, with a waiting list")
    else:
        places = gettext("full")
    return gettext(
        "%(cohort)s: takes ideas until %(day)s; %(places)s", cohort=name, day=until, places=places
    )


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
            if question.field in request.form and question.asked.kind is not Kind.FILE:
                found[question.field] = typed(question.asked, self[question.field])
        return found


def write_form(written: Writing, values: dict[str, Value] | None = None) -> WriteForm:
    """Make the form of a stage, filled with `values`, or with what was posted."""
    asked = [(question.asked, question.help) for question in written.questions]
    form: WriteForm = form_of(asked, values, WriteForm)
    return form


class HandInForm(Form):
    """The confirmation: which state of the text was looked at."""

    version = HiddenField()


class AnswerForm(Form):
    """What the team says with its answer; which state of the text was looked at."""

    version = HiddenField()
    reply = TextAreaField(_("Your words with it"), [Length(max=4000), storable], filters=[lines])


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
