"""The forms of reviewing: limits only; what makes a review complete is a rule of the domain."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask import request
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # newer than its types
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from accelerator.domain.errors import DomainError
from accelerator.domain.reviews import (
    DeclineReason,
    Incomplete,
    Recommendation,
    ReviewText,
    mark_field,
)
from accelerator.features.reviews.queries.workspace import RubricLine
from accelerator.i18n import N_, gettext, language, lazy_gettext
from accelerator.web.forms import Form, is_storable, known_years, storable, stripped

LONGEST = 10_000
CONFIDENCES = 3
MOST_TICKED = 100
DIGITS = 10
SENTENCES = 1000
LAST_SECOND = 2**37  # beyond any date a browser sends, and a datetime can hold it
RECOMMENDATIONS = {
    Recommendation.ADVANCE: lazy_gettext("Advance"),
    Recommendation.REWORK: lazy_gettext("Rework"),
    Recommendation.PARK: lazy_gettext("Park"),
    Recommendation.STOP: lazy_gettext("Stop"),
}
REASONS = {
    str(DeclineReason.CONFLICT): lazy_gettext("I have a conflict of interest"),
    str(DeclineReason.FIELD): lazy_gettext("It is not my field"),
    str(DeclineReason.LOAD): lazy_gettext("I have too much to do"),
}


class MarkField(StringField):
    """One of 1 to `most`; empty is an abstention where that may be, absent is no answer yet."""

    def __init__(
        self, label: str = "", *, most: int, abstain: bool = False, **options: Any
    ) -> None:
        super().__init__(label, **options)
        self.most = most
        self.abstain = abstain

    def pre_validate(self, _form: Any) -> None:
        """Refuse whatever is not offered."""
        if self.data is None or (self.data == "" and self.abstain) or self.mark is not None:
            return
        raise ValidationError(gettext("Choose from 1 to %(most)s.", most=self.most))

    @property
    def mark(self) -> int | None:
        """Return the mark chosen, if it is one of those offered."""
        offered = {str(mark): mark for mark in range(1, self.most + 1)}
        return offered.get(self.data or "")

    @property
    def chosen(self) -> int | str | None:
        """Return what the rubric shows as chosen: a mark, "" for an abstention, or None."""
        return "" if self.data == "" and self.abstain else self.mark


class ReviewForm(Form):
    """What every review has; `review_form` adds a mark for each criterion."""

    confidence = MarkField(lazy_gettext("How sure are you?"), most=CONFIDENCES, id="confidence-1")
    recommendation = MarkField(
        lazy_gettext("What do you recommend?"), most=len(Recommendation), id="recommendation-1"
    )
    comment_to_team = TextAreaField(
        lazy_gettext("Comment to the team"),
        description=lazy_gettext(
            "The team reads it after the decision. Say what is strong, and what would help."
        ),
        filters=[stripped],
        validators=[Optional(), storable, Length(max=LONGEST)],
    )
    note_to_manager = TextAreaField(
        lazy_gettext("Note to the programme manager"),
        description=lazy_gettext("Never shown to the team."),
        filters=[stripped],
        validators=[Optional(), storable, Length(max=LONGEST)],
    )
    question = TextAreaField(
        lazy_gettext("A question to the team"),
        description=lazy_gettext("The team answers without learning who asks."),
        filters=[stripped],
        validators=[Optional(), storable, Length(max=SENTENCES)],
    )
    version = IntegerField(default=0, validators=[Optional()])
    wording = StringField(validators=[Optional()])  # the mark of the rubric that the page showed
    opened = IntegerField(default=0, validators=[Optional(), NumberRange(0, LAST_SECOND)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse marks for criteria that the rubric does not have, or no longer has."""
        good = bool(super().validate(extra_validators))
        unknown = [
            name for name in request.form if name.startswith("mark-") and name not in self._fields
        ]
        if unknown:
            self.form_errors.append(
                gettext("The rubric has changed: a mark belongs to no criterion of it any more.")
            )
        return good and not unknown

    def require_words(self, wording: str) -> None:
        """Raise Incomplete when the marks were given under words that no longer hold."""
        if self.wording.data and self.wording.data != wording:
            text = N_(
                "The rubric was changed while you were writing. Look at your marks again, then"
                " submit."
            )
            raise Incomplete([DomainError("rubric_changed", text)])

    def opened_at(self) -> datetime | None:
        """Return when the page was opened that is posted now."""
        return datetime.fromtimestamp(self.opened.data, UTC) if self.opened.data else None

    def text(self) -> ReviewText:
        """Return what was typed, as the rules know it."""
        marks = {
            name.removeprefix("mark-"): field.mark
            for name, field in self._fields.items()
            if name.startswith("mark-") and field.data is not None
        }
        recommended = self.recommendation.mark
        return ReviewText(
            marks,
            self.confidence.mark,
            str(list(Recommendation)[recommended - 1]) if recommended else None,
            self.comment_to_team.data or "",
            self.note_to_manager.data or "",
        )


def review_form(rubric: Sequence[RubricLine], text: ReviewText | None = None) -> ReviewForm:
    """Make the form of one rubric; `text` fills it before anything was posted."""
    fields = {
        mark_field(one.line.key): MarkField(
            one.name.pick(language()),
            most=one.line.most,
            abstain=True,
            id=f"{mark_field(one.line.key)}-1",
        )
        for one in rubric
    }
    form: ReviewForm = type("RubricForm", (ReviewForm,), fields)(data=_shown(text))
    return form


def _shown(text: ReviewText | None) -> dict[str, Any] | None:
    if text is None:
        return None
    recommended = text.recommendation
    place = list(Recommendation).index(Recommendation(recommended)) + 1 if recommended else None
    return {
        **{mark_field(key): "" if mark is None else str(mark) for key, mark in text.marks.items()},
        "confidence": str(text.confidence) if text.confidence else None,
        "recommendation": str(place) if place else None,
        "comment_to_team": text.comment_to_team,
        "note_to_manager": text.note_to_manager,
    }


class DeclineForm(Form):
    """Why a reviewer says no: each reason is a button."""

    reason = StringField(lazy_gettext("Why?"), id="reason-conflict")
    note = TextAreaField(
        lazy_gettext("A sentence for the programme manager"),
        filters=[stripped],
        validators=[Optional(), storable, Length(max=SENTENCES)],
    )

    def validate_reason(self, field: StringField) -> None:
        """Refuse a reason that is not one of the three."""
        if field.data not in REASONS:
            raise ValidationError(gettext("Choose one of the three reasons."))


class OtherDateForm(Form):
    """The day by which a reviewer could do it."""

    asked_due_on = DateField(
        lazy_gettext("Another date"),
        validators=[InputRequired(lazy_gettext("Say by when.")), known_years],
    )
    reason = TextAreaField(
        lazy_gettext("A sentence for the programme manager"),
        id="date-reason",
        filters=[stripped],
        validators=[Optional(), storable, Length(max=SENTENCES)],
    )

    def day(self) -> date:
        """Return the day asked for; only of a form that validated."""
        found: date = self.asked_due_on.data  # required
        return found


class HandOverForm(Form):
    """Which colleague takes the review."""

    colleague = SelectField(lazy_gettext("Colleague"), validate_choice=False)
    note = TextAreaField(
        lazy_gettext("A sentence for your colleague"),
        id="hand-over-note",
        filters=[stripped],
        validators=[Optional(), storable, Length(max=SENTENCES)],
    )

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Fill the list of colleagues to choose from."""
        self.colleague.choices = [
            SelectChoice("", gettext("Choose somebody")),
            *(SelectChoice(str(person), name) for person, name in people),
        ]

    def whose(self) -> int:
        """Return the colleague chosen; 0 is nobody."""
        return next(iter(_ids([self.colleague.data or ""])), 0)


class InquiryForm(Form):
    """The team's answer to one question; the field's id tells several on a page apart."""

    inquiry = IntegerField(validators=[InputRequired(), NumberRange(1, 2**31 - 1)])
    answer = TextAreaField(
        lazy_gettext("Your answer"),
        filters=[stripped],
        validators=[
            DataRequired(lazy_gettext("Write an answer.")),
            storable,
            Length(max=LONGEST),
        ],
    )


class ConflictForm(Form):
    """Whose conflict it is, and why. Reviewers declare their own only."""

    person = SelectField(lazy_gettext("Who has it?"), validate_choice=False)
    reason = TextAreaField(
        lazy_gettext("What is the conflict?"),
        description=lazy_gettext("Read by the programme managers only."),
        filters=[stripped],
        validators=[Optional(), storable, Length(max=1000)],
    )

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Fill the list of people to choose from."""
        self.person.choices = [SelectChoice(str(person), name) for person, name in people]

    def whose(self) -> int:
        """Return the person chosen; 0 is nobody."""
        return next(iter(_ids([self.person.data or ""])), 0)


class AssignForm(Form):
    """Which ideas, which reviewers, until when."""

    idea = SelectMultipleField(
        lazy_gettext("Ideas"),
        validate_choice=False,
        validators=[InputRequired(lazy_gettext("Tick at least one idea."))],
    )
    reviewer = SelectMultipleField(
        lazy_gettext("Reviewers"),
        validate_choice=False,
        validators=[InputRequired(lazy_gettext("Tick at least one reviewer."))],
    )
    due_on = DateField(
        lazy_gettext("Review by"),
        validators=[InputRequired(lazy_gettext("Say by when.")), known_years],
    )

    def day(self) -> date:
        """Return the day by which the reviews are asked for; only of a form that validated."""
        found: date = self.due_on.data  # required
        return found

    def codes(self) -> list[str]:
        """Return the codes of the ideas ticked."""
        return [code for code in (self.idea.data or [])[:MOST_TICKED] if is_storable(code)]

    def reviewer_ids(self) -> list[int]:
        """Return the reviewers ticked."""
        return _ids((self.reviewer.data or [])[:MOST_TICKED])


def _ids(values: Sequence[str]) -> list[int]:
    return [
        int(text) for text in values if text.isascii() and text.isdecimal() and len(text) < DIGITS
    ]
