"""What managers type about stages: limits only; the rules are in the domain."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    Field,
    FloatField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.designing import LEAST_MARKS, MOST_MARKS
from accelerator.domain.milestones import OwnerRole
from accelerator.domain.readiness import HIGHEST, LOWEST, Dimension
from accelerator.domain.stages import Timing
from accelerator.i18n import lazy_gettext as _
from accelerator.web.forms import Form, storable, stripped

SETTINGS = (
    "time_box_days", "promise_days", "reviews_per_idea", "reviewers_hidden", "teams_hidden",
    "peers_hidden", "others_visible", "timing",
)  # fmt: skip
TIMINGS = [
    SelectChoice(str(Timing.COHORT), _("By the cohort: all ideas hand in by the same day")),
    SelectChoice(str(Timing.ROLLING), _("Rolling: each idea has its own days from entering")),
]


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


class NewStage(Form):
    """A new stage: its name, whose dates it follows, and where it stands."""

    name_ja = _name(_("Name"), one_side)
    name_en = _name(_("Name"))
    timing = RadioField(_("Dates"), choices=TIMINGS, default=str(Timing.COHORT))
    after = SelectField(_("Position"), validate_choice=False)


class EditStage(Form):
    """A stage's own texts and settings."""

    name_ja = _name(_("Name"), one_side)
    name_en = _name(_("Name"))
    purpose_ja = _text(_("Purpose"))
    purpose_en = _text(_("Purpose"))
    timing = RadioField(_("Dates"), choices=TIMINGS)
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
            SelectChoice("after_mine", _("After handing in their own review")),
            SelectChoice("always", _("Always")),
        ],
    )
    minimum_customer = _level(_("Customer"))
    minimum_technology = _level(_("Technology"))
    minimum_business = _level(_("Business model"))
    minimum_ip = _level(_("Intellectual property"))
    minimum_team = _level(_("Team"))
    minimum_funding = _level(_("Funding"))
    deciders = SelectMultipleField(
        _("Who decides"),
        coerce=int,
        description=_("Nobody ticked: all managers of the programme."),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def minimum(self, dimension: str) -> Field:
        """Return the field of one dimension's minimum level."""
        field: Field = self[f"minimum_{dimension}"]
        return field

    def values(self) -> dict[str, Any]:
        """Return what the stage shall be."""
        levels = {str(d): self.minimum(d).data for d in Dimension}
        return {name: self[name].data for name in SETTINGS} | {
            "name": both(self, "name"),
            "purpose": both(self, "purpose"),
            "minimums": {key: level for key, level in levels.items() if level},
            "deciders": sorted(self.deciders.data or []),
        }


def stage_form(
    stage: Any, deciders: Sequence[int], people: Sequence[tuple[int, str]], *, saved: bool = False
) -> EditStage:
    """Make the form of a stage; `saved` leaves out what was posted."""
    initial = {f"minimum_{key}": level for key, level in stage.minimums.items()}
    options: dict[str, Any] = {"formdata": None} if saved else {}
    form = EditStage(obj=stage, data=initial | {"deciders": list(deciders)}, **options)
    form.deciders.choices = [SelectChoice(person, name) for person, name in people]
    return form


class RowForm(PlainForm):
    """The form of one row that hangs on a stage; `gone` removes it with the next save."""

    Meta = Form.Meta

    gone = BooleanField(_("Remove when saving"))

    @property
    def blank(self) -> bool:
        """Say whether nothing was typed into the texts."""
        return not any(field.data for field in self if field.short_name.endswith(("_ja", "_en")))

    def values(self, scale: int) -> dict[str, Any]:
        """Return what the row shall be; `scale` is that of the rubric."""
        raise NotImplementedError


class CriterionTexts(RowForm):
    """One criterion: its texts, and how much it weighs; its levels follow below."""

    name_ja = _name(_("Criterion"), one_side)
    name_en = _name(_("Criterion"))
    help_ja = _text(_("Help"))
    help_en = _text(_("Help"))
    weight = FloatField(_("Weight"), [InputRequired(), NumberRange(0, 1000)], default=10.0)
    counted = BooleanField(_("Counted in the score"), default=True)

    def values(self, scale: int) -> dict[str, Any]:
        """Return the criterion with the wording of as many marks as the scale has."""
        return {
            "name": both(self, "name"),
            "help": both(self, "help"),
            "weight": self.weight.data,
            "counted": self.counted.data,
            "levels": [both(self, f"level{m}").as_dict() for m in range(1, scale + 1)],
        }


CriterionForm: type[RowForm] = type(
    "CriterionForm",
    (CriterionTexts,),
    {
        f"level{mark}_{side}": _text(_("Wording of mark %(mark)s", mark=mark))
        for mark in range(1, MOST_MARKS + 1)
        for side in ("ja", "en")
    },
)


def criterion_data(row: Any) -> dict[str, Any]:
    """Return a criterion's levels as its form names them."""
    return {
        f"level{mark}_{side}": level.get(side, "")
        for mark, level in enumerate(row.levels[:MOST_MARKS], start=1)
        for side in ("ja", "en")
    }


class MilestoneForm(RowForm):
    """One milestone template: its texts, when it is due, whose it is at first."""

    name_ja = _name(_("Milestone"), one_side)
    name_en = _name(_("Milestone"))
    evidence_ja = _text(_("Evidence wanted"))
    evidence_en = _text(_("Evidence wanted"))
    days = IntegerField(_("Working days"), [InputRequired(), NumberRange(0, 500)], default=10)
    counted_from = SelectField(
        _("Counted from"),
        default="entry",
        choices=[
            SelectChoice("entry", _("after entering the stage")),
            SelectChoice("before", _("before the gate")),
            SelectChoice("after", _("after the gate")),
        ],
    )
    owner_role = SelectField(
        _("Whose it is at first"),
        default=str(OwnerRole.LEAD),
        choices=[
            SelectChoice(str(OwnerRole.LEAD), _("The lead's")),
            SelectChoice(str(OwnerRole.MEMBER), _("Another member's, if there is one")),
        ],
    )

    def values(self, _scale: int) -> dict[str, Any]:
        """Return the template."""
        return {
            "name": both(self, "name"),
            "evidence": both(self, "evidence"),
            "owner_role": self.owner_role.data,
        } | self.due

    @property
    def due(self) -> dict[str, Any]:
        """Return when the milestone is due, as templates have it."""
        where, days = self.counted_from.data, self.days.data or 0
        return {
            "anchor": "entry" if where == "entry" else "gate",
            "offset_days": -days if where == "before" else days,
        }


def milestone_data(row: Any) -> dict[str, Any]:
    """Return when a milestone is due as its form says it."""
    before = "before" if row.offset_days < 0 else "after"
    where = "entry" if row.anchor == "entry" else before
    return {"days": abs(row.offset_days), "counted_from": where}


class Whole(Form):
    """What a page of rows has besides them; the scale is the rubric's."""

    scale = IntegerField(_("Marks from 1 to"), [NumberRange(LEAST_MARKS, MOST_MARKS)], default=5)


def one_sided(*forms: PlainForm) -> list[str]:
    """Name the texts that have one language only, by the id of the empty field."""
    pairs = (
        (field, form[field.short_name.removesuffix("_ja") + "_en"])
        for form in forms
        for field in form
        if field.short_name.endswith("_ja")
    )
    return [(en if ja.data else ja).id for ja, en in pairs if bool(ja.data) is not bool(en.data)]


def posted_values(*left_out: str) -> list[tuple[str, str]]:
    """Return what was posted, to be posted once more when it is confirmed."""
    without: Mapping[str, None] = dict.fromkeys(("csrf_token", "_once", "seen", *left_out))
    return [(k, v) for k, v in request.form.items(multi=True) if k not in without]
