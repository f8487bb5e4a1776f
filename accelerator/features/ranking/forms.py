"""Where the cut line is drawn and what is shown of it; all of it stands in the address."""

from typing import Any

from wtforms import FloatField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from accelerator.features.ranking.queries.listed import Wanted
from accelerator.features.ranking.queries.page import SORTS, Narrowed
from accelerator.i18n import lazy_gettext as _l
from accelerator.standing.ranking import Scope
from accelerator.web.forms import Form, storable

MOST = 100_000
LONGEST = 60


class LineForm(Form):
    """What the reader asked for; nothing is a fine answer, and what is unreadable counts as it."""

    class Meta(Form.Meta):
        """Reading changes nothing, so no token is needed."""

        csrf = False

    scope = SelectField(
        _l("Which ideas"),
        default=Scope.NOW,
        choices=[
            SelectChoice(Scope.NOW, _l("now at this gate")),
            SelectChoice(Scope.ALL, _l("of the whole cohort, decided ones too")),
        ],
    )
    capacity = IntegerField(_l("Ideas above the line"), [Optional(), NumberRange(0, MOST)])
    cut = FloatField(_l("Adjusted mean at the line"), [Optional(), NumberRange(-MOST, MOST)])
    group = SelectField(
        _l("Group"),
        default="",
        choices=[
            SelectChoice("", _l("in any group")),
            SelectChoice("go", _l("clear go")),
            SelectChoice("discuss", _l("discuss")),
            SelectChoice("stop", _l("clear stop")),
        ],
    )
    change = StringField(_l("What would change it"), [Optional(), Length(max=LONGEST), storable])
    panel = IntegerField(validators=[Optional(), NumberRange(1, MOST)])
    sort = SelectField(default="", choices=list(SORTS))
    after = IntegerField(validators=[Optional(), NumberRange(0, 2**31 - 1)])
    reviewer = IntegerField(validators=[Optional(), NumberRange(1, 2**31 - 1)])
    criterion = StringField(validators=[Optional(), Length(max=LONGEST), storable])
    mark = IntegerField(validators=[Optional(), NumberRange(1, MOST)])

    def line(self) -> dict[str, Any]:
        """Return which ideas are ranked and where the line is asked for."""
        return {
            "scope": Scope(self._read("scope") or Scope.NOW),
            "capacity": self._read("capacity"),
        }

    def narrowed(self) -> Narrowed:
        """Return what the table is narrowed to."""
        return Narrowed(
            group=self._read("group") or "",
            change=self._read("change") or "",
            panel=self._read("panel") or 0,
            sort=self._read("sort") or "",
            after=self._read("after") or 0,
        )

    def wanted(self) -> Wanted:
        """Return which reviews are listed."""
        return Wanted(
            reviewer=self._read("reviewer") or 0,
            criterion=self._read("criterion") or "",
            mark=self._read("mark") or 0,
            after=self._read("after") or 0,
        )

    def kept(self) -> dict[str, str]:
        """Return what links between the pages of one ranking carry along."""
        names = ("scope", "capacity")
        return {
            name: str(value)
            for name in names
            if (value := self._read(name)) not in (None, "", Scope.NOW)
        }

    def drawn_by_hand(self) -> float | None:
        """Return the mean at which the line was drawn, where it was."""
        found: float | None = self._read("cut")
        return found

    def _read(self, name: str) -> Any:
        field = self._fields[name]
        return None if field.errors else field.data


class AskForm(Form):
    """Ask one reviewer for one more review; both are named by the button."""

    idea = StringField(validators=[Length(max=LONGEST), storable])
    reviewer = StringField(validators=[Length(max=LONGEST), storable])
