"""Limits of what managers type about programmes and stages."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    Field,
    FloatField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    InputRequired,
    Length,
    NoneOf,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.readiness import HIGHEST, LOWEST, Dimension
from accelerator.i18n import lazy_gettext as _
from accelerator.web.forms import Form, storable, stripped


def one_side(form: PlainForm, field: Field) -> None:
    """Ask for a text in one language at least; a validator for the Japanese side."""
    other = form[field.short_name.removesuffix("_ja") + "_en"]
    if not field.data and not other.data:
        raise ValidationError(_("Write this in at least one language."))


def _name(label: str, *validators: Any) -> StringField:
    return StringField(label, [Length(max=400), storable, *validators], filters=[stripped])


def _text(label: str) -> TextAreaField:
    return TextAreaField(label, [Length(max=4000), storable], filters=[stripped])


def _level(label: str) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(LOWEST, HIGHEST)])


def both(form: PlainForm, name: str) -> Bilingual:
    """Join the two fields of a bilingual text."""
    return Bilingual(form[f"{name}_ja"].data or "", form[f"{name}_en"].data or "")


class NewProgramme(Form):
    """Choose a template and name the programme."""

    template = RadioField(_("Template"), [InputRequired()])
    key = StringField(
        _("Short key"),
        [
            InputRequired(),
            Length(max=40),
            Regexp(r"[a-z0-9][a-z0-9-]*\Z", message=_("Use small letters, digits and hyphens.")),
            NoneOf(["new"], message=_("This word is taken by a page of its own.")),
        ],
        filters=[stripped],
        description=_("It stands in the addresses of pages, for example tech-2027."),
    )
    name_ja = _name(_("Name"))
    name_en = _name(_("Name"))


class EditProgramme(Form):
    """A programme's texts and who may read its ideas."""

    version = IntegerField(validators=[InputRequired()])
    name_ja = _name(_("Name"), one_side)
    name_en = _name(_("Name"))
    summary_ja = _text(_("Summary"))
    summary_en = _text(_("Summary"))
    audience = SelectField(
        _("Who may read new ideas"),
        choices=[
            SelectChoice(
                "team", _("The team and those who work on the idea, unless its owner opens it")
            ),
            SelectChoice("everybody", _("All employees, unless the owner closes the idea")),
        ],
    )


class EditStage(Form):
    """A stage's own texts and settings; its rows have small forms of their own."""

    version = IntegerField(validators=[InputRequired()])
    name_ja = _name(_("Name"), one_side)
    name_en = _name(_("Name"))
    purpose_ja = _text(_("Purpose"))
    purpose_en = _text(_("Purpose"))
    time_box_days = IntegerField(
        _("Time box, in working days"),
        [InputRequired(), NumberRange(1, 500)],
        description=_("How long a team is meant to work in this stage."),
    )
    promise_days = IntegerField(
        _("Gate promise, in working days"),
        [InputRequired(), NumberRange(1, 250)],
        description=_("By when the team hears, counted from the day it hands in."),
    )
    reviews_per_idea = IntegerField(_("Reviews per idea"), [InputRequired(), NumberRange(0, 20)])
    reviewers_hidden = BooleanField(_("The team does not see who reviews"))
    teams_hidden = BooleanField(_("Reviewers do not see whose idea it is"))
    peers_hidden = BooleanField(_("Reviewers do not see each other's names"))
    others_visible = SelectField(
        _("A reviewer sees the others' reviews"),
        choices=[
            SelectChoice("never", _("Never")),
            SelectChoice("after_mine", _("After handing in the own review")),
            SelectChoice("always", _("Always")),
        ],
    )
    minimum_customer = _level(_("Customer"))
    minimum_technology = _level(_("Technology"))
    minimum_business = _level(_("Business model"))
    minimum_ip = _level(_("Intellectual property"))
    minimum_team = _level(_("Team"))
    minimum_funding = _level(_("Funding"))

    def minimum(self, dimension: str) -> Field:
        """Return the field of one dimension's minimum level."""
        field: Field = self[f"minimum_{dimension}"]
        return field


class RowForm(PlainForm):
    """The form of one row that hangs on a stage."""

    Meta = Form.Meta


class QuestionForm(RowForm):
    """One question: its texts, whether it must be answered, its length."""

    label_ja = _name(_("Question"), one_side)
    label_en = _name(_("Question"))
    help_ja = _text(_("Help"))
    help_en = _text(_("Help"))
    required = BooleanField(_("Must be answered"))
    word_limit = IntegerField(_("Words at most"), [Optional(), NumberRange(5, 5000)])


class CriterionForm(RowForm):
    """One criterion: its texts, and how much it weighs."""

    name_ja = _name(_("Criterion"), one_side)
    name_en = _name(_("Criterion"))
    help_ja = _text(_("Help"))
    help_en = _text(_("Help"))
    weight = FloatField(_("Weight"), [InputRequired(), NumberRange(0, 1000)])
    counted = BooleanField(_("Counted in the score"))


class LevelForm(RowForm):
    """The wording of one mark of a criterion."""

    wording_ja = _text(_("Wording"))
    wording_en = _text(_("Wording"))


class MilestoneForm(RowForm):
    """One milestone template: its texts and when it is due."""

    name_ja = _name(_("Milestone"), one_side)
    name_en = _name(_("Milestone"))
    evidence_ja = _text(_("Evidence wanted"))
    evidence_en = _text(_("Evidence wanted"))
    anchor = SelectField(
        _("Counted from"),
        choices=[
            SelectChoice("entry", _("entering the stage")),
            SelectChoice("gate", _("the gate")),
        ],
    )
    offset_days = IntegerField(
        _("Working days"),
        [InputRequired(), NumberRange(-250, 500)],
        description=_("A negative number lies before."),
    )


class StageEditor:
    """All forms of one stage, read from its rows and, unless `saved` is asked for, from the post.

    `view` is a StageView. What the post names beyond the rows that exist is not looked at.
    """

    def __init__(self, view: Any, *, saved: bool = False) -> None:
        sent = None if saved or request.method != "POST" else request.form
        stage = view.stage
        minimums = {f"minimum_{key}": level for key, level in stage.minimums.items()}
        self.stage = EditStage(formdata=sent, obj=stage, data=minimums)
        self.questions = {
            row.key: QuestionForm(sent, row, prefix=f"question-{row.key}") for row in view.questions
        }
        self.criteria = {
            row.key: CriterionForm(sent, row, prefix=f"criterion-{row.key}")
            for row in view.criteria
        }
        self.levels = {
            row.key: [
                LevelForm(
                    sent,
                    prefix=f"criterion-{row.key}-level{mark}",
                    data={f"wording_{code}": level.get(code, "") for code in ("ja", "en")},
                )
                for mark, level in enumerate(row.levels, start=1)
            ]
            for row in view.criteria
        }
        self.milestones = {
            row.key: MilestoneForm(sent, row, prefix=f"milestone-{row.key}")
            for row in view.milestones
        }

    def __iter__(self) -> Iterator[PlainForm]:
        yield self.stage
        yield from self.questions.values()
        for key, criterion in self.criteria.items():
            yield criterion
            yield from self.levels[key]
        yield from self.milestones.values()

    def validate_on_submit(self) -> bool:
        """Check all forms, not only up to the first wrong one: every error is shown at once."""
        return self.stage.is_submitted() and not [form for form in self if not form.validate()]

    def values(self) -> dict[str, Any]:
        """Return the stage's own values."""
        form = self.stage
        levels = {str(d): form.minimum(d).data for d in Dimension}
        return {
            "name": both(form, "name"),
            "purpose": both(form, "purpose"),
            "minimums": {key: level for key, level in levels.items() if level},
        } | _values(
            form, "time_box_days", "promise_days", "reviews_per_idea", "reviewers_hidden",
            "teams_hidden", "peers_hidden", "others_visible",
        )  # fmt: skip

    def question_values(self) -> dict[str, dict[str, Any]]:
        """Return each question's values under its key."""
        return {
            key: {"label": both(form, "label"), "help": both(form, "help")}
            | _values(form, "required", "word_limit")
            for key, form in self.questions.items()
        }

    def criterion_values(self) -> dict[str, dict[str, Any]]:
        """Return each criterion's values, with the wording of its marks, under its key."""
        return {
            key: {
                "name": both(form, "name"),
                "help": both(form, "help"),
                "levels": [both(level, "wording").as_dict() for level in self.levels[key]],
            }
            | _values(form, "weight", "counted")
            for key, form in self.criteria.items()
        }

    def milestone_values(self) -> dict[str, dict[str, Any]]:
        """Return each milestone template's values under its key."""
        return {
            key: {"name": both(form, "name"), "evidence": both(form, "evidence")}
            | _values(form, "anchor", "offset_days")
            for key, form in self.milestones.items()
        }


def _values(form: PlainForm, *names: str) -> dict[str, Any]:
    return {name: form[name].data for name in names}


def one_sided(*forms: PlainForm) -> list[str]:
    """Name the texts that have one language only, by the id of the empty field."""
    pairs: Iterable[tuple[Field, Field]] = (
        (field, form[field.short_name.removesuffix("_ja") + "_en"])
        for form in forms
        for field in form
        if field.short_name.endswith("_ja")
    )
    return [(en if ja.data else ja).id for ja, en in pairs if bool(ja.data) is not bool(en.data)]
