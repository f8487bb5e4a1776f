"""Limits of what managers type about places: who may come late, who joins, who is eligible."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import request
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.drafts import fingerprint
from accelerator.domain.intake import Requirement, Said
from accelerator.i18n import lazy_gettext as _
from accelerator.web.forms import Form, known_years, storable, stripped

SHORT = [Length(max=400), storable]
LONG = [Length(max=2000), storable]
REFUSAL = _("What a team reads that answered otherwise")


class LateForm(Form):
    """Who may come late, until when, and why."""

    who = StringField(
        _("E-mail address"),
        [InputRequired(), Length(max=254), storable],
        filters=[stripped],
        description=_("Of the person who may bring an idea in."),
    )
    until = DateField(_("Until"), [InputRequired(), known_years])
    reason = TextAreaField(
        _("Reason"),
        [InputRequired(), Length(max=2000), storable],
        filters=[stripped],
        description=_("It is recorded, and the person reads it."),
    )

    def day(self) -> date:
        """Return the last day; only when the form is valid."""
        chosen = self.until.data
        if not isinstance(chosen, date):
            raise TypeError("there is no day yet")
        return chosen


class JoinForm(Form):
    """Which cohort an idea joins, and by when its team hands in."""

    cohort = SelectField(_("Cohort"))
    hand_in_by = DateField(_("Hand in by"), [Optional(), known_years])


class RequirementForm(PlainForm):
    """One question about eligibility; an empty one is left out."""

    Meta = Form.Meta

    key = HiddenField(validators=[Length(max=12), storable])
    question_ja = StringField(_("Question"), SHORT, filters=[stripped])
    question_en = StringField(_("Question"), SHORT, filters=[stripped])
    wanted = RadioField(
        _("Lets an idea in"),
        choices=[SelectChoice(Said.YES, _("Yes")), SelectChoice(Said.NO, _("No"))],
        default=Said.YES,
    )
    refusal_ja = TextAreaField(
        _("What a team reads that answered otherwise"), SHORT, filters=[stripped]
    )
    refusal_en = TextAreaField(
        _("What a team reads that answered otherwise"), SHORT, filters=[stripped]
    )

    def requirement(self) -> Requirement | None:
        """Return the question, unless it is empty.

        A new one is keyed by its words, so that no answer to another one counts for it.
        """
        question = Bilingual(self.question_ja.data or "", self.question_en.data or "")
        refusal = Bilingual(self.refusal_ja.data or "", self.refusal_en.data or "")
        key = self.key.data or fingerprint(f"{question.ja}\n{question.en}")
        return Requirement(key, question, Said(self.wanted.data), refusal) if question else None


class VersionForm(Form):
    """Which state of the cohort was read."""

    version = IntegerField(validators=[InputRequired()])


MOST_QUESTIONS = 12


class EligibilityEditor:
    """A small form per question, and an empty one for the next; what was posted stands first."""

    def __init__(
        self,
        stored: list[dict[str, Any]],
        *,
        version: int,
        saved: bool = False,
        least: int = 0,
    ) -> None:
        posted = request.method == "POST" and not saved
        self.head = (
            VersionForm() if posted else VersionForm(formdata=None, data={"version": version})
        )
        known = [Requirement.of(one) for one in stored]
        many = len(known) + 1
        if posted:
            numbers = [int(found[1]) for name in request.form if (found := _NUMBERED.match(name))]
            many = max(numbers, default=0) + (2 if "more" in request.form else 1)
        self.rows = [
            RequirementForm(
                request.form if posted and f"q{n}-wanted" in request.form else None,
                prefix=f"q{n}",
                data=_flat(known[n]) if n < len(known) and (not posted or n >= many) else None,
            )
            for n in range(min(max(many, least), MOST_QUESTIONS))
        ]

    def __iter__(self) -> Iterator[PlainForm]:
        yield self.head
        yield from self.rows

    def validate_on_submit(self) -> bool:
        """Check all fields."""
        return self.head.is_submitted() and not [form for form in self if not form.validate()]

    def version(self) -> int:
        """Return the version that was read; only when the form is valid."""
        return int(self.head.version.data or 0)

    def asked(self) -> list[Requirement]:
        """Return the questions that are not empty, each under a key of its own."""
        found = [one for row in self.rows if (one := row.requirement())]
        return list({one.key: one for one in found}.values())


_NUMBERED = re.compile(r"q(\d{1,2})-wanted\Z")


def _flat(one: Requirement) -> dict[str, str]:
    return {
        "key": one.key, "question_ja": one.question.ja, "question_en": one.question.en,
        "wanted": str(one.wanted), "refusal_ja": one.refusal.ja, "refusal_en": one.refusal.en,
    }  # fmt: skip
