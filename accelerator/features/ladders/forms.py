"""What managers type about a ladder: limits only; the rules are in the domain."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.ladder import (
    LEAST_IDLE,
    MOST_IDLE,
    MOST_STEPS,
    RECEIVERS,
    Channel,
    Ladder,
    Receiver,
    Step,
    Unit,
)
from accelerator.domain.notices import OF_HOOKS, Kind
from accelerator.i18n import gettext
from accelerator.i18n import lazy_gettext as _
from accelerator.web.answering import one_line
from accelerator.web.forms import Form, Rows, storable

WHEN = [
    SelectChoice("before calendar", _("days before")),
    SelectChoice("after calendar", _("days after")),
    SelectChoice("before working", _("working days before")),
    SelectChoice("after working", _("working days after")),
]
WHOM: dict[tuple[Kind, Receiver], Any] = {
    (Kind.MILESTONE, Receiver.OWNER): _("Whoever has it in hand, and who helps"),
    (Kind.REVIEW, Receiver.OWNER): _("The reviewer"),
}
ANYBODY: dict[Receiver, Any] = {
    Receiver.LEAD: _("The lead of the team"),
    Receiver.LINE: _("The line manager of whoever has it in hand"),
    Receiver.MANAGER: _("The programme managers"),
}


def receivers(kind: Kind) -> list[tuple[Receiver, Any]]:
    """Name those whom a step of a kind can address."""
    if kind is Kind.PARKED:
        return [
            (Receiver.LEAD, ANYBODY[Receiver.LEAD]),
            (Receiver.MANAGER, _("Who keeps an eye on it, or the programme managers")),
        ]
    return [(to, WHOM.get((kind, to)) or ANYBODY[to]) for to in RECEIVERS[kind]]


class StepForm(PlainForm):
    """One step. Empty days stand for a row that nobody filled in."""

    Meta = Form.Meta

    days = IntegerField(_("Number of days"), [Optional(), NumberRange(0, 999)])
    when = SelectField(_("Counted as"), choices=WHEN, default="before calendar")
    to = SelectField(_("Heard by"), validate_choice=False)
    mail = BooleanField(_("Mail, with the message of the day"), default=True)
    hook = BooleanField(_("The programme’s chat channel"))
    words_ja = TextAreaField(_("Own words"), [Length(max=400), storable], filters=[one_line])
    words_en = TextAreaField(_("Own words"), [Length(max=400), storable], filters=[one_line])
    gone = BooleanField(_("Take this step out"))

    @property
    def counts(self) -> bool:
        """Say whether the row is a step that stays."""
        return self.days.data is not None and not self.gone.data

    @property
    def sayable(self) -> bool:
        """Say whether the row is a step of some day, to somebody of its kind: it can be said."""
        known = any(choice.value == self.to.data for choice in self.to.choices)
        return self.counts and known and not (self.days.errors or self.when.errors)


class LadderForm(Form):
    """The steps of one kind; a blank row more when one is asked for."""

    version = IntegerField(validators=[InputRequired()])
    optional = BooleanField(_("People may turn these notices off for themselves"))
    idle_days = IntegerField(
        _("Days without activity until an idea is parked"),
        [Optional(), NumberRange(LEAST_IDLE, MOST_IDLE)],
    )
    steps = Rows(FormField(StepForm), max_entries=2 * MOST_STEPS)
    act = StringField(validators=[Optional(), AnyOf(("add", "preview"))])

    def offer(self, kind: Kind) -> None:
        """Fill in who can hear."""
        for row in self.steps:
            row.form.hook.data = row.form.hook.data and kind in OF_HOOKS
            row.form.to.choices = [SelectChoice(str(to), label) for to, label in receivers(kind)]
            if kind is Kind.IDLE:
                row.form.when.choices = [SelectChoice("after calendar", _("days without activity"))]
                row.form.when.data = "after calendar"

    def wanted(self) -> tuple[Step, ...]:
        """Return the steps as typed, in the order of the rows."""
        return tuple(_step(row.form) for row in self.steps if row.form.counts)

    def each(self) -> list[Step | None]:
        """Return the step of each row, None where the row is none."""
        return [_step(row.form) if row.form.sayable else None for row in self.steps]

    def refuse(self, error: DomainError) -> None:
        """Put an error of the rules at the field of its row."""
        parts = (error.field or "").split("-")
        rows = [row.form for row in self.steps if row.form.counts]
        if len(parts) == 3 and parts[1].isdecimal() and int(parts[1]) < len(rows):  # noqa: PLR2004
            field = rows[int(parts[1])][{"channels": "mail"}.get(parts[2], parts[2])]
            field.errors = [*field.errors, gettext(error.message, **error.values)]
            self.steps.errors = [row.errors for row in self.steps if row.errors]
        else:
            super().refuse(error)


def _step(row: StepForm) -> Step:
    side, _space, unit = (row.when.data or "before calendar").partition(" ")
    days = row.days.data or 0
    known = {str(to) for to in Receiver}
    return Step(
        -days if side == "before" else days,
        Unit(unit),
        Receiver(row.to.data if row.to.data in known else Receiver.OWNER),
        (
            Channel.INBOX,
            *([Channel.MAIL] if row.mail.data else []),
            *([Channel.HOOK] if row.hook.data else []),
        ),
        Bilingual(row.words_ja.data or "", row.words_en.data or ""),
    )


def rows_of(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Return steps as the rows of the form."""
    return [
        {
            "days": abs(step.offset_days),
            "when": f"{'before' if step.offset_days < 0 else 'after'} {step.unit}",
            "to": str(step.to),
            "mail": Channel.MAIL in step.channels,
            "hook": Channel.HOOK in step.channels,
            "words_ja": step.words.ja,
            "words_en": step.words.en,
        }
        for step in steps
    ]


def ladder_form(
    kind: Kind, ladder: Ladder, *, version: int, idle_days: int, saved: bool = False
) -> LadderForm:
    """Make the form of a ladder; `saved` leaves out what was posted."""
    data = {
        "version": version, "optional": ladder.optional, "idle_days": idle_days,
        "steps": rows_of(ladder.steps),
    }  # fmt: skip
    form = LadderForm(data=data, **({"formdata": None} if saved else {}))
    if form.act.data == "add" and len(form.steps) < form.steps.max_entries:
        form.steps.append_entry()
    form.offer(kind)
    return form
