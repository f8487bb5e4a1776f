"""Limits of what managers type about how their programme counts and words readiness."""

from typing import Any

from wtforms import FloatField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.readiness import (
    DEFAULT_POLICY,
    HIGHEST,
    LOWEST,
    PARTS,
    Dimension,
    DimensionText,
    LevelText,
    ReadinessPolicy,
)
from accelerator.i18n import LANGUAGES
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, finite, storable, stripped

MOST_DAYS = 3650


def _sides(name: str) -> tuple[str, str]:
    return f"{name}_ja", f"{name}_en"


class PolicyForm(Form):
    """Weights, how long evidence counts in full, and how far the score may pass the weakest."""

    allowance = FloatField(
        _l("Levels above the weakest"), [InputRequired(), finite, NumberRange(0, HIGHEST - LOWEST)],
        description=_l("How far the score may lie above the weakest dimension."),
    )  # fmt: skip

    def policy(self) -> dict[str, Any]:
        """Return what differs from the house's own, as it is stored."""
        found = {
            "weights": {d.value: self[f"weight_{d}"].data for d in Dimension},
            "half_lives": {d.value: float(self[f"days_{d}"].data) for d in Dimension},
            "allowance": self.allowance.data,
        }
        return {key: value for key, value in found.items() if value != _HOUSE[key]}


for _d in Dimension:
    setattr(
        PolicyForm, f"weight_{_d}",
        FloatField(_l("Weight"), [InputRequired(), finite, NumberRange(0.01, 100)]),
    )  # fmt: skip
    setattr(
        PolicyForm, f"days_{_d}",
        IntegerField(_l("Days in full"), [InputRequired(), NumberRange(1, MOST_DAYS)]),
    )  # fmt: skip

_HOUSE: dict[str, Any] = {
    "weights": {d.value: DEFAULT_POLICY.weights[d] for d in Dimension},
    "half_lives": {d.value: float(DEFAULT_POLICY.half_lives[d]) for d in Dimension},
    "allowance": DEFAULT_POLICY.allowance,
}


def policy_form(policy: ReadinessPolicy, *, posted: bool) -> PolicyForm:
    """Return the form, filled with a policy unless it was posted."""
    values = {f"weight_{d}": policy.weights[d] for d in Dimension}
    values |= {f"days_{d}": int(policy.half_lives[d]) for d in Dimension}
    values["allowance"] = policy.allowance
    return PolicyForm(data=values) if posted else PolicyForm(formdata=None, data=values)


class WordingForm(Form):
    """The question of a dimension and the texts of its nine levels, in both languages."""

    def text(self, before: DimensionText) -> DimensionText:
        """Return the wording that was typed."""
        levels = tuple(
            LevelText(one.level, *(self._both(f"{part}{one.level}") for part in PARTS))
            for one in before.levels
        )
        return DimensionText(before.dimension, before.name, self._both("question"), levels)

    def _both(self, name: str) -> Bilingual:
        return Bilingual(*(self[side].data or "" for side in _sides(name)))


_WORDS = {
    "title": _l("Title"),
    "text": _l("What has become true"),
    "evidence": _l("Evidence wanted"),
}
for _language in LANGUAGES:
    setattr(
        WordingForm, f"question_{_language}",
        StringField(_l("Question"), [Length(max=400), storable], filters=[stripped]),
    )  # fmt: skip
    for _level in range(LOWEST, HIGHEST + 1):
        for _part in PARTS:
            _kind, _most = (StringField, 120) if _part == "title" else (TextAreaField, 1000)
            setattr(
                WordingForm, f"{_part}{_level}_{_language}",
                _kind(_WORDS[_part], [Length(max=_most), storable], filters=[stripped]),
            )  # fmt: skip


def wording_form(text: DimensionText, *, posted: bool) -> WordingForm:
    """Return the form, filled with a wording unless it was posted."""
    texts = {"question": text.question}
    texts |= {f"{part}{one.level}": getattr(one, part) for one in text.levels for part in PARTS}
    values = {
        f"{name}_{side}": both.side(side) for name, both in texts.items() for side in LANGUAGES
    }
    return WordingForm(data=values) if posted else WordingForm(formdata=None, data=values)
